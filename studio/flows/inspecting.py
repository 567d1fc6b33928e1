"""Say what a file is, and how it is called where it is a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.audio.files import probe_audio
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.project import load_project
from studio.document.trust import Trust
from studio.errors import AnswerNeeded
from studio.flows.opening import open_model
from studio.storage import scratch_folder

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
        return found | _audio(path)
    if kind.name == "project":
        return found | _project(path)
    if not kind.is_model:
        return found
    return found | _model(source, kind, trust)


def _audio(path: Path) -> dict[str, Any]:
    info = probe_audio(path)
    channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
    said = f"{info.seconds:.2f} s, {channels} at {info.sample_rate} Hz ({info.format})."
    return {"channels_out": info.channels, "facts": [said]}


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
        "facts": [f"Model: {model}.", f"{len(project.audio)} sounds."],
    }


def _model(source: ModelSource, kind: Kind, trust: Trust) -> dict[str, Any]:
    with scratch_folder("inspect") as folder:
        try:
            return _opened(open_model(source, folder, trust=trust))
        except AnswerNeeded as needed:
            if kind.is_weights and not source.source:  # bare weights are something by themselves
                return {"facts": [kind.title + ".", *kind.facts, needed.sentence]}
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
