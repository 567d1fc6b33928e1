"""What the user agreed to on this machine: contents by their digest, and folders of Python files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.storage import write_text

FORMAT = 2
FILE = "consents.json"


class Consent(BaseModel):
    """One agreement.

    Attributes:
        digest: SHA-256 of the contents agreed to; empty for a folder.
        folder: of which any Python file may run, whatever it holds; empty for contents.
        name: of the file or folder.
        kind: as in `document.kinds`; empty where it is not known.
        date: when, ISO 8601; empty in lists of older versions.
        path: where it lay then; empty where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str = ""
    folder: str = ""
    name: str = ""
    kind: str = ""
    date: str = ""
    path: str = ""

    @property
    def key(self) -> str:
        return self.folder or self.digest

    def is_called(self, word: str) -> bool:
        """Whether a user means it by its name, its path, or at least 6 characters of its digest."""
        return word in (self.name, self.path, self.folder) or (len(word) >= 6 and self.digest.startswith(word))


def read_consents(folder: Path) -> tuple[Consent, ...]:
    """All agreements, the oldest first; none where the list cannot be read."""
    try:
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ()  # no consent can be read from it, so there is none
    if not isinstance(held, dict):
        return ()
    if held.get("format") != FORMAT:  # names by digest, until version 0.1
        return tuple(Consent(digest=key, name=str(name)) for key, name in held.items() if _is_digest(key))
    rows = held.get("consents")
    return tuple(found for each in rows if (found := _consent(each))) if isinstance(rows, list) else ()


def write_consents(folder: Path, consents: tuple[Consent, ...]) -> None:
    """Replace the list. Raises: FileError."""
    rows = [each.model_dump(mode="json", exclude_defaults=True) for each in consents]
    text = json.dumps({"format": FORMAT, "consents": rows}, indent=1, ensure_ascii=False)
    write_text(folder / FILE, text + "\n")


def today() -> str:
    """The present moment to the second, with its time zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _consent(said: Any) -> Consent | None:
    try:
        found = Consent.model_validate(said)
    except ValidationError:
        return None
    return found if found.key else None


def _is_digest(key: str) -> bool:
    return len(key) == 64 and all(letter in "0123456789abcdef" for letter in key)
