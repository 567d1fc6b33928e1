"""Edits as records of a journal, and the way back from the records to a project with all its undo steps.

The first record holds the whole walk: every step as its difference from the one before. Each later record is one move
of it, which is applied to the same `History` that the window walks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ValidationError

from studio.document.history import History, State, Step
from studio.document.migrations import FORMAT, migrated
from studio.document.project import Project
from studio.errors import FileError

JOURNAL = 1
KEPT_STEPS = 500  # of undo, in the first record; what was done before them cannot be undone after a crash
Tree = dict[str, Any]
Walk = History[Tree]


class NewerWork(FileError):
    """It was kept by a newer version, which can restore it."""

    code = "newer"


@dataclass(frozen=True)
class Move:
    """One thing done to the history.

    Attributes:
        kind: what; `close` ends a merge.
        state: the project after `do`, or the one that was saved.
        said, merge: as in `History.do`.
        file, digest: for `save`: where it was saved, and the SHA-256 of what was written.
    """

    kind: Literal["do", "undo", "redo", "close", "save"]
    state: Project | None = None
    said: str = ""
    merge: str = ""
    file: Path | None = None
    digest: str = ""

    def apply(self, history: History[Project]) -> bool:
        """Do it; False where nothing changed."""
        if self.kind == "do" and self.state is not None:
            return history.do(self.state, self.said, self.merge)
        if self.kind == "save":
            history.mark_saved(self.state)
        else:
            {"undo": history.undo, "redo": history.redo, "close": history.close_merge}[self.kind]()
        return True


@dataclass(frozen=True)
class Work:
    """What a journal holds.

    Attributes:
        history: the project with its undo steps, where it was left.
        file: the project's file; None where it was never saved.
        digest: SHA-256 of that file as this window read or wrote it last.
    """

    history: History[Project]
    file: Path | None
    digest: str = ""

    @property
    def edits(self) -> int:
        """How many steps lie behind; what was undone is not counted."""
        return self.history.position

    @property
    def name(self) -> str:
        """What a user calls it."""
        project = self.history.state
        if self.file is not None:
            return self.file.name
        return project.card.name or (Path(project.model.path).name if project.model else "Untitled")


def first_record(history: History[Project], file: Path | None, digest: str = "") -> bytes:
    """All of the walk; of a very long one the latest steps."""
    history = _latest(history)
    steps = history.steps
    before, rows = steps[0].state, []
    for step in steps:
        rows.append([_difference(before, step.state), step.said, step.merge])
        before = step.state
    held: Tree = {"journal": JOURNAL, "format": FORMAT, "file": str(file) if file else "", "steps": rows}
    held |= {"first": steps[0].state.model_dump(mode="json"), "at": history.position, "digest": digest}
    held["saved"] = None if history.saved is None else _difference(steps[0].state, history.saved)
    return _packed(held)


def record(move: Move, before: Project) -> bytes:
    """One move, made when the project was `before`; for a save the walk is written anew instead."""
    held: Tree = {"move": move.kind}
    if move.state is not None:
        held["to"] = _difference(before, move.state)
    held |= {key: value for key, value in (("said", move.said), ("merge", move.merge)) if value}
    return _packed(held)


def replay(records: Iterable[bytes], about: str = "journal") -> Work:
    """The project as it was when the last record was written.

    Raises: FileError where the records make no project; NewerWork where a newer version wrote them.
    """
    try:
        first, *rest = [cast(Tree, json.loads(each)) for each in records] or [{}]
    except ValueError as error:
        raise FileError(f"The unsaved work in {about} cannot be understood.", about=about) from error
    if first.get("journal", 0) > JOURNAL or first.get("format", 0) > FORMAT:
        raise NewerWork(
            f"The unsaved work in {about} was kept by a newer version.",
            "Update Neural Audio Studio to restore it.",
            about=about,
        )
    try:
        walk, file = _walk(first), first["file"]
        for each in rest:
            _step(walk, each)
        history = _latest(walk).mapped(_Validated(first["format"]))
        return Work(history, Path(file) if file else None, first["digest"])
    except (ValidationError, LookupError, TypeError, ValueError) as error:
        raise FileError(f"The unsaved work in {about} cannot be understood.", about=about) from error


def _latest(walk: History[State]) -> History[State]:
    """The walk without what lies too far behind."""
    start = max(0, walk.position - KEPT_STEPS)
    return History.resumed(walk.steps[start:], walk.position - start, walk.saved) if start else walk


def _walk(first: Tree) -> Walk:
    state: Tree = first["first"]
    steps: list[Step[Tree]] = []
    for change, said, merge in first["steps"]:
        state = _changed(state, change)
        steps.append(Step(state, said, merge))
    saved = None if first["saved"] is None else _changed(first["first"], first["saved"])
    return History.resumed(steps, first["at"], saved)


def _step(walk: Walk, held: Tree) -> None:
    """Do again what a record says."""
    if held["move"] == "do":
        walk.do(_changed(walk.state, held["to"]), held.get("said", ""), held.get("merge", ""))
    else:
        {"undo": walk.undo, "redo": walk.redo, "close": walk.close_merge}[held["move"]]()


class _Validated:
    """From a tree to a Project; a field that is the very same object as before is not looked at again."""

    def __init__(self, written: int) -> None:
        self._written = written
        self._tree: Tree = {}
        self._project = Project()

    def __call__(self, tree: Tree) -> Project:
        if self._written < FORMAT:
            return Project.model_validate(migrated(tree, self._written))
        new = {key: value for key, value in tree.items() if self._tree.get(key, self) is not value}
        found = Project.model_validate(new)
        update = {key: getattr(found, key) for key in new if key in Project.model_fields}
        self._tree, self._project = tree, self._project.model_copy(update=update)
        return self._project


def _difference(before: Project, after: Project) -> Tree:
    """What to set and what to take away; only fields that are other objects are looked at."""
    names = {name for name in Project.model_fields if getattr(before, name) is not getattr(after, name)}
    if not names:
        return {}
    old, new = (each.model_dump(mode="json", include=names) for each in (before, after))
    return _between(old, new)


def _between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Tree:
    """`{"=": values to set, "-": names to remove, "/": the same for objects within}`."""
    made: Tree = {"=": {}, "/": {}}
    for key, value in new.items():
        if key in old and old[key] == value:
            continue
        if key in old and isinstance(old[key], dict) and isinstance(value, dict):
            made["/"][key] = _between(old[key], value)
        else:
            made["="][key] = value
    made["-"] = [key for key in old if key not in new]
    return {key: value for key, value in made.items() if value}


def _changed(state: Tree, change: Tree) -> Tree:
    """The state after a difference; what it does not touch stays the same object."""
    if not change:
        return state
    made = {key: value for key, value in state.items() if key not in change.get("-", ())}
    made.update(change.get("=", {}))
    made.update({key: _changed(state[key], inner) for key, inner in change.get("/", {}).items()})
    return made


def _packed(held: Tree) -> bytes:
    return json.dumps(held, separators=(",", ":")).encode()  # in ASCII: names of files need not be text
