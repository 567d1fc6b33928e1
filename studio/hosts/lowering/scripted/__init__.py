"""What is compiled into a lowered archive: its source has to ship with the app."""
