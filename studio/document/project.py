"""A project: which model, what is said about it, where its knobs stand, what it is heard on. One file, `*.studio`."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.migrations import FORMAT, MIGRATIONS, migrated
from studio.document.mixer import Mixer
from studio.document.opened import ModelSource
from studio.document.performance import Lane, MidiControl, Snapshot
from studio.errors import FileError
from studio.storage import require_file, write_bytes

TONE = "tone:"  # with which the name of a sound begins that is made, not read


class Project(BaseModel):
    """Everything that is saved, undone and redone.

    Attributes:
        format: version of this schema.
        model: where the model comes from; None while there is none.
        digest: SHA-256 of the model file when it was opened, so that a changed file is noticed.
        call: how the model is called.
        card: what is said about it, its parameters included.
        second: the model it is compared with, with what is said about that; None while there is none.
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
    second: ModelSource | None = None
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


class ProjectChanged(FileError):
    """Another program wrote the file since this one read it."""

    code = "project-changed"


def save_project(project: Project, path: Path, expected: str = "") -> str:
    """Write the project as one step; paths beneath its folder are stored relative, so that a folder can move.

    A file of an older format is kept beside it as `name.studio.v1.bak`.

    Args:
        project: what to write.
        path: where to.
        expected: digest of the file that may be replaced; empty where any may.

    Returns: the digest of what was written.

    Raises: ProjectChanged where another file than the expected one is there; FileError.
    """
    there = _bytes(path) if os.path.lexists(path) else None
    if expected and there is not None and _digest(there) != expected:
        said = f"{path.name} was changed by another program since it was opened here."
        raise ProjectChanged(said, "Save under another name to keep both.", about=path.name)
    if there is not None:
        _keep_older(there, path)
    folder = path.resolve().parent
    data = project.model_dump(mode="json")
    for model in filter(None, (data["model"], data["second"])):
        for key in ("path", "source"):
            model[key] = _relative(model[key], folder)
    data["audio"] = [_relative(each, folder) for each in data["audio"]]
    text = json.dumps({"studio": FORMAT, **data}, indent=1, ensure_ascii=not _is_text(data)) + "\n"
    written = text.encode()
    write_bytes(path, written)
    return _digest(written)


def load_project(path: Path) -> Project:
    """Read a project. Raises: FileError where it is none, broken, or of a newer format."""
    return read_project(path)[0]


def read_project(path: Path) -> tuple[Project, str]:
    """A project and the digest of its file, by which `save_project` knows it again. Raises: as `load_project`."""
    written = _bytes(path)
    try:
        data = json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path.name} is not a project: it is damaged or not JSON.", about=path.name) from error
    if not isinstance(data, dict) or "studio" not in data:
        raise FileError(f"{path.name} is not a project of Neural Audio Studio.", about=path.name)
    version = data["studio"]
    if isinstance(version, int) and version > FORMAT:
        raise FileError(
            f"{path.name} was saved by a newer version (format {version}, this one reads {FORMAT}).",
            "Update Neural Audio Studio to open it.",
            about=path.name,
        )
    if version not in (FORMAT, *MIGRATIONS):
        raise FileError(f"{path.name} is a damaged project: it has no format.", about=path.name)
    try:
        project = Project.model_validate(migrated(data, version))
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise FileError(f"{path.name} is a damaged project: {field} cannot be read.", about=path.name) from error
    return _absolute(project, path.resolve().parent), _digest(written)


def _bytes(path: Path) -> bytes:
    try:
        require_file(path)
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error


def _digest(written: bytes) -> str:
    return hashlib.sha256(written).hexdigest()


def _keep_older(written: bytes, path: Path) -> None:
    """What this version cannot write any more is kept once, before it is replaced."""
    try:
        version = json.loads(written)["studio"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    if version not in tuple(MIGRATIONS):
        return
    backup = path.with_name(f"{path.name}.v{version}.bak")
    if not backup.exists():
        write_bytes(backup, written)


def _is_text(data: object) -> bool:
    """Whether all of it can be written as text: names of files need not be."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _relative(path: str, folder: Path) -> str:
    if path and Path(path).is_relative_to(folder):
        return Path(path).relative_to(folder).as_posix()
    return path


def _absolute(project: Project, folder: Path) -> Project:
    def whole(path: str) -> str:
        return os.path.normpath(folder / path) if path and not path.startswith(TONE) else path

    def placed(model: ModelSource | None) -> ModelSource | None:
        return model and model.model_copy(update={"path": whole(model.path), "source": whole(model.source)})

    models = {"model": placed(project.model), "second": placed(project.second)}
    return project.model_copy(update={**models, "audio": tuple(whole(each) for each in project.audio)})
