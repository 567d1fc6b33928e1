"""Stands in front of PySide6 in the run without Qt: nothing outside the window may need it."""

raise ImportError("PySide6 is not here: this run has no Qt")
