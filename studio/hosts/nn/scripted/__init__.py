"""What is compiled into an nn~ package: its source has to ship with the app."""
