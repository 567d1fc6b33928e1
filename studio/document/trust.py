"""What may run on this machine: only what the user agreed to, what the app ships and what it made itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from studio.document.contents import what_would_run
from studio.document.kinds import Kind, recognise
from studio.document.outline import local_imports
from studio.errors import ConsentNeeded
from studio.settings import state_dir
from studio.storage import require_file, resources, sha256, write_text

RUNS = frozenset({"python", "pickled-module", "torchscript", "pt2", "neutone", "neutone_gen", "audacity", "nn", "harp"})


def needs_consent(kind: Kind) -> bool:
    """Whether opening such a file can run foreign code: the one place that decides it."""
    return kind.name in RUNS


def content_digest(path: Path) -> str:
    """SHA-256 of what opening `path` would run: the file (of a folder its model), with what it imports beside it."""
    if path.is_dir():
        path = path / "model.pt"
    require_file(path)
    beside = local_imports(path) if path.suffix == ".py" else []
    if not beside:
        return sha256(path)
    whole = hashlib.sha256(sha256(path).encode())
    for each in beside:
        whole.update(f"{each.relative_to(path.parent).as_posix()} {sha256(each)}\n".encode())
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
        return digest in self.allow_all_for or digest in self._read("consents") or self.ours(digest)

    def ours(self, digest: str) -> bool:
        """Whether the app exported it on this machine, or ships it."""
        return digest in self._read("made") or digest in _shipped()

    def remember(self, digest: str, name: str) -> None:
        """The user agreed to this content, for ever."""
        self._write("consents", digest, name)

    def remember_ours(self, digest: str, name: str) -> None:
        """The app made this file."""
        self._write("made", digest, name)

    def remember_heard(self, digest: str, name: str) -> None:
        """Its sound is no surprise any more."""
        self._write("heard", digest, name)

    def was_heard(self, digest: str) -> bool:
        """Whether the model has been played on this machine."""
        return digest in self._read("heard")

    def consents(self) -> dict[str, str]:
        """Names of the files agreed to, by digest."""
        return self._read("consents")

    def _read(self, what: str) -> dict[str, str]:
        try:
            found = json.loads((self.folder / f"{what}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # no consent can be read from it, so there is none
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def _write(self, what: str, digest: str, name: str) -> None:
        known = {**self._read(what), digest: name}
        write_text(self.folder / f"{what}.json", json.dumps(known, indent=1, ensure_ascii=False) + "\n")


def require_consent(path: Path, kind: Kind, digest: str, trust: Trust) -> None:
    """Raise ConsentNeeded, with what would run, unless `kind` is harmless or `digest` trusted."""
    if not needs_consent(kind) or trust.is_trusted(digest):
        return
    hint = "Open it only if you trust where it comes from; on the command line add --trust."
    raise ConsentNeeded(what_would_run(path, kind), hint, about=path.name, fields=["trust"])


def require_consent_for_all(paths: Iterable[Path], trust: Trust) -> None:
    """Ask for every file that opening a model would run: the model, and the source of bare weights."""
    for path in paths:
        require_consent(path, recognise(path), content_digest(path), trust)


def _shipped() -> set[str]:
    """Digests of the example models that come with the app."""
    models = [each for each in resources().rglob("*") if each.suffix in (".py", ".ts", ".nm", ".pt") and each.is_file()]
    return {content_digest(each) for each in models}
