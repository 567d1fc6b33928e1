"""An archive said again in the words of an older LibTorch, for hosts that carry one."""

from studio.hosts.lowering.lower import absent_in, lower

__all__ = ["absent_in", "lower"]
