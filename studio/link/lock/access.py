"""Which files a job needs: said by whoever starts it, kept by the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Access:
    """The files of one job, beside the libraries that every job may read.

    Attributes:
        read: files, and folders with all they hold.
        write: folders in which the job may read, write, make and remove.
        home: one of these, where it keeps what is temporary; None: it has nowhere to.
    """

    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    home: Path | None = None

    def at_home(self, folder: Path) -> Self:
        """The same with a home."""
        return type(self)(self.read, (*self.write, folder), folder)

    def to_json(self) -> dict[str, Any]:
        read, write = [str(each.absolute()) for each in self.read], [str(each.absolute()) for each in self.write]
        return {"read": read, "write": write, "home": str(self.home or "")}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        home = said.get("home", "")
        read, write = (tuple(map(Path, said.get(which, ()))) for which in ("read", "write"))
        return cls(read, write, Path(home) if home else None)
