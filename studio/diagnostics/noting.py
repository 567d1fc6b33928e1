"""How a piece of work ended, as a record of the log."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.errors import AnswerNeeded, Cancelled, ConsentNeeded, StudioError

log = logging.getLogger(__name__)
EXPECTED = (AnswerNeeded, ConsentNeeded, Cancelled)


@contextmanager
def noted(what: str, exit_code: Callable[[], int | None]) -> Iterator[None]:
    """Write down how long the block took and, where it failed, why and what was printed last.

    Args:
        what: is done there.
        exit_code: of the process that did it; None while it runs.
    """
    began = time.monotonic()
    try:
        yield
    except EXPECTED as error:
        log.info("%s: %s after %.1f s.", what, error.code, time.monotonic() - began)
        raise
    except StudioError as error:
        code = exit_code()
        how = f"exit code {code}" if code is not None else "an answer"
        log.warning("%s failed after %.1f s with %s: %s", what, time.monotonic() - began, how, told(error))
        raise
    else:
        log.info("%s took %.1f s.", what, time.monotonic() - began)


def note_opened(what: str, path: Path | str, kind: str, digest: str = "") -> None:
    """Write down that a file was opened: its name, what it is, how its digest begins."""
    log.info("Opened the %s %s: %s %s", what, named(path), kind, digest[:12])


def named(path: Path | str) -> str:
    """A name of the user's own as the log writes it, so that it is found again when the log is to be shown."""
    name = re.split(r"[\\/]", str(path).rstrip("\\/"))[-1]
    return f"«{name.replace('«', '').replace('»', '')}»" if name else ""


def in_words(error: BaseException) -> str:
    """An error in one line: its sentence, what to do, what it is about."""
    if not isinstance(error, StudioError):
        return f"{type(error).__name__}: {error}"
    about = f"about {named(error.about)}" if error.about else ""
    return " ".join(each for each in (f"[{error.code}]", error.sentence, error.hint, about) if each)


def told(error: BaseException) -> str:
    """An error in full: in words, and what its process printed last."""
    output = str(getattr(error, "output", "")).strip()
    return f"{in_words(error)}\n{output}" if output else in_words(error)
