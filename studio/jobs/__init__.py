"""What a child process runs: plain functions, started by name through `link`."""
