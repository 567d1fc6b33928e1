"""The player: one Graph, three callers (callback, render-ahead thread, offline)."""
