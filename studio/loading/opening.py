"""While a file is being opened its code runs, and what it would save is not saved."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_HELD_BACK: ContextVar[list[str] | None] = ContextVar("held_back", default=None)


@contextlib.contextmanager
def opening() -> Iterator[list[str]]:
    """Hold back every save inside; what was held back is in the list, as sentences for the user."""
    facts: list[str] = []
    token = _HELD_BACK.set(facts)
    try:
        yield facts
    finally:
        _HELD_BACK.reset(token)


def is_held_back(function: str) -> bool:
    """Whether a file is being opened; the save function that asks is then told to the user and has to do nothing."""
    facts = _HELD_BACK.get()
    if facts is not None and (said := f"Its call of {function} wrote nothing: export it from here.") not in facts:
        facts.append(said)
    return facts is not None
