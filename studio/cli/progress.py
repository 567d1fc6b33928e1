"""Progress on a terminal, on standard error, and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from studio.link.job import Report


@contextmanager
def reporting(title: str) -> Iterator[Report | None]:
    """A report function that draws one line while the block runs; None where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as progress:
        line = progress.add_task(title, total=None)

        def report(fraction: float | None, step: str) -> None:
            done = None if fraction is None else 100 * fraction
            progress.update(line, description=step or title, completed=done or 0, total=None if done is None else 100)

        yield report
