"""`save_model`: from a model in a script of one's own to a verified Audacity package, in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard, card_from
from studio.document.limits import Problem
from studio.errors import HostError, ModelError
from studio.hosts.audacity.metadata import LABELLER, metadata_problems
from studio.hosts.audacity.package import facts_text, make_root, require_model, write_folder
from studio.hosts.audacity.readme import readme
from studio.hosts.audacity.verify import call_root, verify
from studio.hosts.packaging import positions_of, refuse_all
from studio.hosts.reference import Reference
from studio.loading.opening import is_held_back
from studio.storage import staging_beside, write_bytes
from studio.wrappers import torchscript
from studio.wrappers.archive import first_line
from studio.wrappers.base import Wrapper, describe
from studio.wrappers.capture import capture
from studio.wrappers.torchscript import ScriptModule

TRIAL = 32768  # samples


def save_model(model: nn.Module, metadata: Mapping[str, Any], root: str | os.PathLike[str]) -> None:
    """Write `model.pt`, `metadata.json`, `README.md` and `.gitattributes` into the folder `root`, verified.

    Called by a file that is being opened it does nothing.

    Args:
        model: an instance of a wrapper class, or a module that was scripted or traced, with `forward(x)`:
            `[channels, samples]` to `[rows, samples]`, or to class indexes and times.
        metadata: Audacity's own fields; `name` is the folder's where it is missing.
        root: the folder; made where it does not exist, other files in it stay.

    Raises: CardError with everything that is wrong in `metadata`; CompileError, ModelError; HostError with the
        checks that failed.
    """
    if is_held_back("save_model"):
        return
    target = Path(root)
    refuse_all(metadata_problems(metadata), "Audacity")
    described = {"name": target.name, **metadata}
    card = card_from(described)
    made, positions, facts = _root_of(model, described, card)
    reference = _reference(made, described)
    _require_rows(reference, described)
    with staging_beside(target) as staging:
        paths = write_folder(staging, made, described, readme(card, described, positions), facts)
        failed = [check for check in verify(staging, reference) if check.verdict == "fail"]
        if failed:
            said = "; ".join(f"{check.title}: {check.value}" for check in failed)
            raise HostError(f"The package was not accepted: {said}.", failed[0].advice, about="audacity")
        for path in paths:
            write_bytes(target / path.name, path.read_bytes())


def _root_of(
    model: nn.Module, metadata: dict[str, Any], card: ModelCard
) -> tuple[ScriptModule, list[float], dict[str, str]]:
    """A compiled module is taken as it is; a wrapper gets all that Audacity needs, and facts to be edited by."""
    if not isinstance(model, Wrapper):
        made = model if isinstance(model, ScriptModule) else torchscript.script(model)
        return made.eval(), [], {}
    call, said = describe(model)
    call = _call_of(model, call, metadata)
    require_model(call)
    whole = card.model_copy(update={"parameters": said.parameters})
    captured, _ = capture(model, call, whole)
    positions = positions_of(captured)
    facts = facts_text(captured, whole, positions)
    return make_root(captured, positions, metadata), positions, facts


def _call_of(model: Wrapper, call: Call, metadata: dict[str, Any]) -> Call:
    """What the metadata adds to what the class says of itself."""
    if call.labels != (metadata["effect_type"] == LABELLER):
        kind = "finds labels" if call.labels else "makes sound"
        sentence = f"{type(model).__name__} {kind}, but effect_type is {metadata['effect_type']}."
        refuse_all([Problem(field="effect_type", sentence=sentence, hint="Change one.", host="audacity")], "Audacity")
    channels = 2 if metadata["multichannel"] else 1
    outputs = call.outputs if call.labels else tuple(Output(name=name) for name in metadata["labels"])
    return call.model_copy(update={"channels_in": channels, "outputs": outputs})


def _reference(root: ScriptModule, metadata: dict[str, Any]) -> Reference:
    """What the module in memory makes of a little noise; the written one has to make the same."""
    channels = 2 if metadata["multichannel"] else 1
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, (channels, TRIAL)).astype(np.float32)
    try:
        expected = call_root(root, audio)
    except (RuntimeError, ValueError, TypeError) as error:
        raise ModelError(
            f"The model fails on {channels} by {TRIAL} samples: {first_line(error)}",
            "It has to take [channels, samples] of any length.",
        ) from error
    return Reference(audio, expected, int(metadata["sample_rate"]), TRIAL, (), 0)


def _require_rows(reference: Reference, metadata: dict[str, Any]) -> None:
    rows, names = reference.expected.shape[0], metadata["labels"]
    if metadata["effect_type"] != LABELLER and rows != len(names):
        sentence = f"The model gives {rows} rows, and there are {len(names)} labels."
        hint = f"Give {rows} labels: a track is made of each."
        refuse_all([Problem(field="labels", sentence=sentence, hint=hint, host="audacity")], "Audacity")
