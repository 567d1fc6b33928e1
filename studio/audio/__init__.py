"""Sound as arrays `[channels, samples]`: files, conversion of rates, peaks. Never torch: the window uses it too."""
