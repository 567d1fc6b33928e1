"""What one user action needs of several jobs, in order, written once for window and command line."""
