"""Stands in front of pyqtgraph in the run without Qt: nothing outside the window may need it."""

raise ImportError("pyqtgraph is not here: this run has no Qt")
