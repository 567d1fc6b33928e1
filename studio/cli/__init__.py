"""Every job of the window as a command; `studio` alone opens the window."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. The window is opened before anything heavy is imported."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0] == "open" and not any(word.startswith("-") for word in words[1:])):
        from studio.app.main import run

        sys.exit(run([Path(word) for word in words[1:]]))
    for name in ("commands", "cards", "labels", "publishing", "doctor", "trust"):  # each adds its own to the program
        importlib.import_module(f"studio.cli.{name}")
    from studio.cli.program import dispatch

    sys.exit(dispatch(words))
