"""Turn a network that pads every block into one that keeps its past from block to block."""
