"""The line between processes: messages, shared memory, start, limits, progress, cancel. No torch, no Qt."""
