"""Open a model: recognise it, ask for consent, probe it in a child process, hand on what is known as one message."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

from studio.document.card import read_card
from studio.document.folders import file_inside
from studio.document.kinds import Kind, recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.document.project import load_project
from studio.document.sources import sources_beside, unfound
from studio.document.trust import Trust, content_digest, require_consent_for_all
from studio.document.whole import refuse_damaged
from studio.errors import FileError
from studio.flows.access import for_opening, require_inside
from studio.link.job import Limits, Ready, Report, run_job
from studio.link.lock.strength import strength

CHANGED = "Its file has changed since the project was saved."
PROBE_LIMITS = Limits(seconds=300.0, silence=20.0)


def open_model(
    source: ModelSource,
    folder: Path,
    *,
    trust: Trust,
    report: Report | None = None,
    cancel: threading.Event | None = None,
    ready: Ready | None = None,
) -> OpenedModel:
    """Open what `source` names.

    Args:
        source: the file and every answer given so far.
        folder: where the captured wrapper is staged; it has to outlive the result.
        trust: what may run.
        report: told of progress.
        cancel: set it to stop.
        ready: keeps the process that is going to open it.

    Raises: FileError where it is no model; ConsentNeeded, AnswerNeeded; ModelError; JobError.
    """
    source = file_of(source)
    path = Path(source.path)
    kind = recognise(path)
    if not kind.is_model:
        raise FileError(f"{path.name} is {_article(kind.title)}, not a model.", "Open a model.", about=path.name)
    if path.is_dir() and kind.is_weights:
        raise FileError(f"{path.name} is a {kind.title} without weights.", "Open a model.", about=path.name)
    digest = content_digest(path)
    refuse_damaged(path, kind, digest, trust, cancel.is_set if cancel else lambda: False)
    changed = bool(source.expected) and source.expected != digest
    source = with_card_beside(with_weights_source(source, kind)).model_copy(update={"expected": ""})
    run = [Path(each) for each in (source.path, source.source) if each]
    wall = strength()
    require_consent_for_all(run, trust, is_locked=wall.is_strong, warning="" if wall.is_strong else wall.sentence)
    staged = tempfile.mkdtemp(prefix="model-", dir=folder)
    request = {
        "source": source.model_dump(mode="json"),
        "kind": kind.name,
        "digest": digest,
        "size_bytes": kind.size_bytes,
        "folder": staged,
    }
    access = for_opening(source, kind, Path(staged))
    found = run_job("probe", request, report=report, cancel=cancel, limits=PROBE_LIMITS, access=access, ready=ready)
    opened = OpenedModel.model_validate({**found, "digest": digest})
    require_inside(Path(staged), Path(opened.captured))
    return opened.model_copy(update={"facts": (CHANGED, *opened.facts)}) if changed else opened


def from_project(source: ModelSource) -> tuple[ModelSource, dict[str, float]]:
    """A project names a model: its source with what was said there, and its knob positions; else `source` as it is."""
    path = Path(source.path)
    if recognise(path).name != "project":
        return source, {}
    project = load_project(path)
    if project.model is None:
        raise FileError(f"{path.name} is a project without a model.", "Open it in the window and drop a model.")
    asked: dict[str, Any] = {"card": project.card, "expected": project.digest}
    for field, value in source:
        if field not in ("path", "card") and value:
            asked[field] = value  # what is typed now counts more than what was saved
    positions = {each.name: project.knob(each.name) for each in project.card.parameters if each.is_numeric}
    return project.model.model_copy(update=asked), positions


def with_weights_source(source: ModelSource, kind: Kind) -> ModelSource:
    """Find the network of bare weights: the only Python file beside them that fits.

    Where there is none, one of the app's own networks may fit; that is tried when the weights are read.

    Raises: AnswerNeeded where several files fit.
    """
    if not kind.is_weights:
        return source
    path, named = Path(source.path), Path(source.source) if source.source else None
    if named is not None and not named.is_dir():
        return source
    fitting = sources_beside(named / path.name if named else path, kind)
    if len(fitting) == 1:
        return source.model_copy(update={"source": str(fitting[0])})
    if fitting or named:
        raise unfound(named / path.name if named else path, kind)
    return source


def file_of(source: ModelSource) -> ModelSource:
    """The file that stands for a folder: the weights in a Hugging Face folder, the newest checkpoint of a run."""
    inside = file_inside(Path(source.path))
    return source if inside is None else source.model_copy(update={"path": str(inside)})


def with_card_beside(source: ModelSource) -> ModelSource:
    """Take the card that lies beside the model as NAME.card.json, unless one was given."""
    path = Path(source.path)
    beside = path.with_name(f"{path.stem}.card.json")
    if source.card is not None or not beside.is_file():
        return source
    return source.model_copy(update={"card": read_card(beside)})


def _article(title: str) -> str:
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"
