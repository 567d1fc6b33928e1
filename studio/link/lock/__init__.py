"""What shuts a process in before it opens a foreign file."""
