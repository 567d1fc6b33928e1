"""Which models have brought engines down, and when it is enough."""

from __future__ import annotations

from collections import Counter

CHANCES = 2  # deaths with one model before it is put aside
TRIES = 3  # deaths without any model before giving up


class Quarantine:
    """Counts deaths by the key of the model that is to blame; "" for none."""

    def __init__(self) -> None:
        self._deaths: Counter[str] = Counter()

    def note(self, key: str) -> None:
        self._deaths[key] += 1

    def holds(self, key: str) -> bool:
        """The model is not to be loaded again."""
        return bool(key) and self._deaths[key] >= CHANCES

    @property
    def is_hopeless(self) -> bool:
        """Engines die without any model."""
        return self._deaths[""] >= TRIES
