"""A project: which model, what is said about it, where its knobs stand, what it is heard on. One file, `*.studio`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.mixer import Mixer
from studio.document.opened import ModelSource
from studio.document.performance import Lane, MidiControl, Snapshot
from studio.errors import FileError
from studio.storage import read_text, write_text

FORMAT = 1
TONE = "tone:"  # with which the name of a sound begins that is made, not read


class Project(BaseModel):
    """Everything that is saved, undone and redone.

    Attributes:
        format: version of this schema.
        model: where the model comes from; None while there is none.
        digest: SHA-256 of the model file when it was opened, so that a changed file is noticed.
        call: how the model is called.
        card: what is said about it, its parameters included.
        knobs: positions 0…1 by parameter name.
        audio: files to hear it on, in order; `tone:…` names a test sound.
        audio_index: which of them is heard.
        in_a_row: whether the next one follows when one is over.
        mixer: levels around the model.
        snapshots: knob positions by slot A…D.
        automation: moves by parameter name.
        midi: what moves a knob, by parameter name.
        hosts: hosts ticked for export.
        export_folder: where packages go.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = FORMAT
    model: ModelSource | None = None
    digest: str = ""
    call: Call | None = None
    card: ModelCard = ModelCard()
    knobs: dict[str, float] = {}
    audio: tuple[str, ...] = ()
    audio_index: int = 0
    in_a_row: bool = False
    mixer: Mixer = Mixer()
    snapshots: dict[str, Snapshot] = {}
    automation: dict[str, Lane] = {}
    midi: dict[str, MidiControl] = {}
    hosts: tuple[str, ...] = ("neutone", "audacity")
    export_folder: str = ""

    def knob(self, name: str) -> float:
        """Position 0…1 of a knob; its default where it was never moved."""
        if name in self.knobs:
            return self.knobs[name]
        return next((each.default_position for each in self.card.parameters if each.name == name), 0.0)


def save_project(project: Project, path: Path) -> None:
    """Write the project as one step; paths beneath its folder are stored relative, so that a folder can move."""
    folder = path.resolve().parent
    data = project.model_dump(mode="json")
    if project.model is not None:
        for key in ("path", "source"):
            data["model"][key] = _relative(data["model"][key], folder)
    data["audio"] = [_relative(each, folder) for each in data["audio"]]
    write_text(path, json.dumps({"studio": FORMAT, **data}, indent=1, ensure_ascii=False) + "\n")


def load_project(path: Path) -> Project:
    """Read a project. Raises: FileError where it is none, broken, or of a newer format."""
    try:
        data = json.loads(read_text(path, "project"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise FileError(f"{path.name} is not a project: it is damaged or not JSON.", about=path.name) from error
    if not isinstance(data, dict) or "studio" not in data:
        raise FileError(f"{path.name} is not a project of Neural Audio Studio.", about=path.name)
    if isinstance(data["studio"], int) and data["studio"] > FORMAT:
        raise FileError(
            f"{path.name} was saved by a newer version (format {data['studio']}, this one reads {FORMAT}).",
            "Update Neural Audio Studio to open it.",
            about=path.name,
        )
    try:
        project = Project.model_validate(data)
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise FileError(f"{path.name} is a damaged project: {field} cannot be read.", about=path.name) from error
    return _absolute(project, path.resolve().parent)


def _relative(path: str, folder: Path) -> str:
    if path and Path(path).is_relative_to(folder):
        return Path(path).relative_to(folder).as_posix()
    return path


def _absolute(project: Project, folder: Path) -> Project:
    def whole(path: str) -> str:
        return os.path.normpath(folder / path) if path and not path.startswith(TONE) else path

    model = project.model
    if model is not None:
        model = model.model_copy(update={"path": whole(model.path), "source": whole(model.source)})
    return project.model_copy(update={"model": model, "audio": tuple(whole(each) for each in project.audio)})
