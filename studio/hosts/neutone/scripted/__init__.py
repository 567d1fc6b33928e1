"""What is compiled into a Neutone package: its source has to ship with the app."""
