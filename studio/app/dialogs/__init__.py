"""Questions that need an answer before something can go on; all of them non-blocking, with a callback."""
