"""Stands in front of shiboken6 in the run without Qt: nothing outside the window may need it."""

raise ImportError("shiboken6 is not here: this run has no Qt")
