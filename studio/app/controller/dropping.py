"""Files that were dropped, pasted, named or chosen: what they are decides what happens."""

from __future__ import annotations

import os
from pathlib import Path

from studio.app.controller.controller import Controller
from studio.app.controller.labelling import SUFFIXES
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource
from studio.errors import FileError

Found = list[tuple[Path, Kind]]


class Dropping:
    """Recognises files off the window's thread and hands them to the controller."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def open(self, paths: list[Path]) -> None:
        """Open a project, a model, sounds, labels, or several of these together."""
        if paths:
            wanted = [_whole(path) for path in paths]
            self._controller.tasks.run(
                f"Looking at {paths[0].name}",
                lambda report, cancel: [(path, None if _holds_labels(path) else recognise(path)) for path in wanted],
                self._sort,
                self._controller.trouble,
                key="drop",
                quiet=True,
            )

    def _sort(self, looked: list[tuple[Path, Kind | None]]) -> None:
        found: Found = [(path, kind) for path, kind in looked if kind is not None]
        labels = [path for path, kind in looked if kind is None]
        projects = [path for path, kind in found if kind.name == "project"]
        models = [(path, kind) for path, kind in found if kind.is_model]
        sounds = [path for path, kind in found if kind.name == "audio"]
        if projects:
            self._controller.projects.open(projects[0])
            return
        if sounds:
            self._controller.open_sounds(sounds)
        if labels:
            self._controller.open_labels(labels[0], sounds[0] if sounds else None)
        if models:
            self._controller.models.open(_source(models))
        elif not sounds and not labels:
            path, kind = found[0]
            said = (
                f"{path.name} is an {kind.title}." if kind.title[:1] in "AEIOU" else f"{path.name} is a {kind.title}."
            )
            self._controller.trouble(FileError(said, " ".join(kind.facts), about=path.name))


def _source(models: Found) -> ModelSource:
    """One model; bare weights dropped together with a Python file take it as their network."""
    weights = [path for path, kind in models if kind.is_weights]
    python = [path for path, kind in models if kind.name == "python"]
    if weights and python:
        return ModelSource(path=str(weights[0]), source=str(python[0]))
    return ModelSource(path=str(models[0][0]))


def _holds_labels(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def _whole(path: Path) -> Path:
    return Path(os.path.normpath(path.expanduser().absolute()))
