"""What is compiled into a HARP package: its source has to ship with the app."""
