"""What is compiled into an Audacity package: its source has to ship with the app."""
