"""What is kept so that a fault can be understood later: a log, traces of crashes, and what of them may be shown."""
