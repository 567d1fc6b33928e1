"""What is copied into a HARP package as it is."""
