"""An archive said again in the words of an older LibTorch, for hosts that carry one."""

from studio.hosts.lowering.lower import absent_in, lower, lower_where_needed

__all__ = ["absent_in", "lower", "lower_where_needed"]
