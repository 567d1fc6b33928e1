"""Neural Audio Studio: hear, wrap, measure and export PyTorch audio models."""
