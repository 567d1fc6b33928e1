"""What may run on this machine: only what the user agreed to, what the app ships and what it made itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from studio.document.consents import Consent, read_consents, today, write_consents
from studio.document.contents import what_would_run
from studio.document.folders import opened_files
from studio.document.kinds import Kind, recognise
from studio.document.neighbours import local_imports
from studio.document.scans.scan import SCRIPTED, scan
from studio.errors import ConsentNeeded, FileError
from studio.settings import state_dir
from studio.storage import require_file, resources, sha256, write_text

RUNS = frozenset({"python", "pickled-module", "pt2", *SCRIPTED})
JUDGED = frozenset({"pt2", *SCRIPTED})  # what a scan can follow to the last call: Python and pickles it cannot
IN_FOLDERS = frozenset({"python", "pickled-module"})  # what a folder that is trusted whole may run


def needs_consent(path: Path, kind: Kind, *, is_locked: bool) -> bool:
    """Whether opening a file may do more than arithmetic: the one place that decides it.

    Args:
        is_locked: it is opened by a process that has locked itself in. Without that, a scan that finds nothing says
            nothing: a program can hide what it does.
    """
    if kind.name not in RUNS:
        return False
    return not (is_locked and kind.name in JUDGED and scan(path, kind.name).verdict == "arithmetic")


def content_digest(path: Path) -> str:
    """SHA-256 of what opening `path` would run: the file (of a folder its model), with what it imports beside it."""
    path, *parts = opened_files(path)
    require_file(path)
    beside = local_imports(path) if path.suffix == ".py" else parts
    if not beside:
        return sha256(path)
    whole = hashlib.sha256(sha256(path).encode())
    for each in beside:
        require_file(each)
        place = Path(os.path.relpath(each, path.resolve().parent)).as_posix()
        whole.update(f"{place} {sha256(each)}\n".encode())
    return whole.hexdigest()


@dataclass(frozen=True)
class Trust:
    """What may run.

    Attributes:
        allow_all_for: digests that are allowed for this run alone (`--trust`).
        folder: where consents are remembered.
    """

    allow_all_for: frozenset[str] = frozenset()
    folder: Path = field(default_factory=state_dir)

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Trust:
        """Trust in the present contents of these files, for this run."""
        return cls(frozenset(content_digest(path) for path in paths))

    def is_trusted(self, digest: str) -> bool:
        agreed = {each.digest for each in read_consents(self.folder) if each.digest}
        return digest in self.allow_all_for or digest in agreed or self.ours(digest)

    def is_in_trusted_folder(self, path: Path) -> bool:
        """Whether a Python file lies in a folder that the user trusts whole, whatever it holds today."""
        above = path.resolve().parents
        return any(Path(each.folder) in above for each in read_consents(self.folder) if each.folder)

    def ours(self, digest: str) -> bool:
        """Whether the app exported it on this machine, or ships it."""
        return digest in self._read("made") or digest in _shipped()

    def remember(self, digest: str, name: str, path: Path | None = None, kind: str = "") -> None:
        """The user agreed to this content, for ever."""
        where = str(path.absolute()) if path else ""
        self._agree(Consent(digest=digest, name=name, kind=kind, date=today(), path=where))

    def remember_folder(self, folder: Path) -> None:
        """The user agreed to every Python file in this folder and below, now and later.

        Raises: FileError where there is no such folder, or where it holds more than a project would.
        """
        whole = folder.resolve()
        if not whole.is_dir():
            raise FileError(f"{folder} is no folder.", "Name a folder of Python files.", about=folder.name)
        if whole in (Path(whole.anchor), Path.home().resolve(), *Path.home().resolve().parents):
            raise FileError(
                f"{whole} holds more than one project.", "Trust the project's own folder.", about=whole.name
            )
        self._agree(Consent(folder=str(whole), name=whole.name, kind="folder", date=today(), path=str(whole)))

    def consents(self) -> tuple[Consent, ...]:
        """All that the user agreed to, the oldest first."""
        return read_consents(self.folder)

    def revoke(self, word: str) -> tuple[Consent, ...]:
        """Forget what is called so: a name, a path, a folder, or the beginning of a digest.

        Returns: what was revoked; empty where nothing is called so.
        """
        known = read_consents(self.folder)
        gone = tuple(each for each in known if each.is_called(word))
        if gone:
            write_consents(self.folder, tuple(each for each in known if each not in gone))
        return gone

    def remember_whole(self, digest: str, name: str) -> None:
        """Its checksums were compared once."""
        self._write("whole", digest, name)

    def is_whole(self, digest: str) -> bool:
        """Whether a content of this digest was found whole before."""
        return digest in self._read("whole")

    def remember_ours(self, digest: str, name: str) -> None:
        """The app made this file."""
        self._write("made", digest, name)

    def remember_heard(self, digest: str, name: str) -> None:
        """Its sound is no surprise any more."""
        self._write("heard", digest, name)

    def was_heard(self, digest: str) -> bool:
        """Whether the model has been played on this machine."""
        return digest in self._read("heard")

    def _agree(self, consent: Consent) -> None:
        known = tuple(each for each in read_consents(self.folder) if each.key != consent.key)
        write_consents(self.folder, (*known, consent))

    def _read(self, what: str) -> dict[str, str]:
        try:
            found = json.loads((self.folder / f"{what}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # no consent can be read from it, so there is none
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def _write(self, what: str, digest: str, name: str) -> None:
        known = {**self._read(what), digest: name}
        write_text(self.folder / f"{what}.json", json.dumps(known, indent=1, ensure_ascii=False) + "\n")


def require_consent(
    path: Path, kind: Kind, digest: str, trust: Trust, *, is_locked: bool = False, warning: str = ""
) -> None:
    """Raise ConsentNeeded, with what would run, unless the file is harmless or `digest` trusted.

    Args:
        path: what would be opened.
        kind: what it is.
        digest: of its content.
        trust: what may run.
        is_locked: it is opened by a process that has locked itself in.
        warning: what to say where that is not so.
    """
    if kind.name not in RUNS or trust.is_trusted(digest):
        return
    if kind.name in IN_FOLDERS and trust.is_in_trusted_folder(path):
        return
    if not needs_consent(path, kind, is_locked=is_locked):
        return
    said = " ".join(filter(None, [what_would_run(path, kind), warning]))
    hint = "Open it only if you trust where it comes from; on the command line add --trust."
    raise ConsentNeeded(said, hint, about=path.name, fields=["trust"])


def require_consent_for_all(paths: Iterable[Path], trust: Trust, *, is_locked: bool = False, warning: str = "") -> None:
    """Ask for every file that opening a model would run: the model, and the source of bare weights."""
    for path in paths:
        kind = recognise(path)
        require_consent(path, kind, content_digest(path), trust, is_locked=is_locked, warning=warning)


def _shipped() -> set[str]:
    """Digests of the example models that come with the app."""
    models = [each for each in resources().rglob("*") if each.suffix in (".py", ".ts", ".nm", ".pt") and each.is_file()]
    return {content_digest(each) for each in models}
