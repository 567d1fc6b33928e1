"""Every job of the window as a command; `studio` alone opens the window."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from studio.diagnostics.session import announce, diagnosed


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. The window is opened before anything heavy is imported."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0] == "open" and not any(word.startswith("-") for word in words[1:])):
        from studio.app.main import run

        sys.exit(run([Path(word) for word in words[1:]]))
    with diagnosed("command"):
        announce()
        for name in (
            "doctor",
            "commands",
            "cards",
            "adapters",
            "labels",
            "publishing",
            "trust",
            "recover",
        ):  # each adds its own to the program
            with suppress(Exception) if words[0] == "doctor" else nullcontext():  # a library it needs may be broken
                importlib.import_module(f"studio.cli.{name}")
        from studio.cli.program import dispatch

        sys.exit(dispatch(words))
