"""Say what a file is, and how it is called where it is a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.audio.reader import AudioReader
from studio.document.kind import misnamed
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.project import Project, load_project
from studio.document.trust import Trust, content_digest
from studio.errors import AnswerNeeded, FileError, ModelError
from studio.flows.opening import CHANGED, open_model
from studio.storage import scratch_folder

RENAME = "Give it the ending of a sound, and it opens as one."
KEYS = (
    "kind",
    "name",
    "layout",
    "channels_in",
    "channels_out",
    "outputs",
    "min_block",
    "parameters",
    "stateful",
    "size_bytes",
    "facts",
)


def inspect_file(source: ModelSource, *, trust: Trust) -> dict[str, Any]:
    """Everything known about a file, under KEYS; None where its kind has no such thing.

    Raises: FileError for a file that is nothing we know; ConsentNeeded where only running it would tell.
    """
    path = Path(source.path)
    kind = recognise(path)
    found: dict[str, Any] = dict.fromkeys(KEYS)
    found.update(kind=kind.name, name=path.name, size_bytes=kind.size_bytes, facts=[kind.title + ".", *kind.facts])
    if kind.name == "audio":
        if said := misnamed(path, kind):
            raise FileError(f"{path.name} is {kind.title}, not {said} as its name says.", RENAME, about=path.name)
        return found | _audio(path)
    if kind.name == "project":
        return found | _project(path)
    if not kind.is_model:
        return found
    return found | _model(source, kind, trust)


def _audio(path: Path) -> dict[str, Any]:
    with AudioReader(path) as reader:
        channels = {1: "mono", 2: "stereo"}.get(reader.channels, f"{reader.channels} channels")
        form = f"{channels} at {reader.sample_rate} Hz ({reader.format})"
        if not reader.promised:
            return {"channels_out": reader.channels, "facts": [f"It holds no samples: {form}."]}
        frames = reader.promised if reader.is_plausible else sum(block.shape[1] for block in reader.blocks())
        if not reader.is_plausible and reader.note:
            claimed = f"{reader.promised / reader.sample_rate:.0f} s"
            raise FileError(f"{path.name} is damaged: it claims {claimed} of sound.", "Save it again.", about=path.name)
    return {"channels_out": reader.channels, "facts": [f"{frames / reader.sample_rate:.2f} s, {form}."]}


def _project(path: Path) -> dict[str, Any]:
    project = load_project(path)
    call = project.call
    model = project.model.path if project.model else "none"
    return {
        "layout": call.layout if call else None,
        "channels_in": call.channels_in if call else None,
        "channels_out": call.channels_out if call else None,
        "outputs": [output.name for output in call.outputs] if call else None,
        "min_block": call.min_block if call else None,
        "parameters": [each.model_dump(mode="json") for each in project.card.parameters],
        "facts": [f"Model: {model}.", f"{len(project.audio)} sounds.", *_changed(project)],
    }


def _changed(project: Project) -> list[str]:
    """Whether the model's file is another one than when the project was saved."""
    path = Path(project.model.path) if project.model else None
    if path is None or not project.digest:
        return []
    try:
        return [] if content_digest(path) == project.digest else [CHANGED]
    except (FileError, OSError):
        return ["Its file is not there any more."]


def _model(source: ModelSource, kind: Kind, trust: Trust) -> dict[str, Any]:
    with scratch_folder("inspect") as folder:
        try:
            return _opened(open_model(source, folder, trust=trust))
        except AnswerNeeded as needed:
            if kind.is_weights and not source.source:  # bare weights are something by themselves
                return {"facts": [kind.title + ".", *kind.facts, needed.sentence]}
            raise
        except ModelError as error:
            if "finite" in error.fields:  # it could be opened and called; nobody would want to hear it
                return {"facts": [kind.title + ".", *kind.facts, error.sentence]}
            raise


def _opened(opened: OpenedModel) -> dict[str, Any]:
    call = opened.call
    return {
        "kind": opened.kind,
        "name": opened.name,
        "layout": call.layout,
        "channels_in": call.channels_in,
        "channels_out": call.channels_out,
        "outputs": [output.name for output in call.outputs],
        "min_block": call.min_block,
        "parameters": [each.model_dump(mode="json") for each in opened.card.parameters],
        "stateful": call.stateful,
        "size_bytes": opened.size_bytes,
        "facts": list(opened.facts),
    }
