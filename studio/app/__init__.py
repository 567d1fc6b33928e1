"""The window. Everything Qt is in here."""
