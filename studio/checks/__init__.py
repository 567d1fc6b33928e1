"""Questions asked of a captured wrapper, with advice.

Each check is a function `(captured, sample_rate) -> Check` in a module named after what it asks.
"""
