"""What is compiled into a plain package: its source has to ship with the app."""
