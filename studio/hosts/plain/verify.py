"""Ask a written plain file what a script asks, and compare it with what was heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.operators import releases
from studio.hosts.packaging import Sound
from studio.hosts.reference import SEED, TOLERANCE, Reference, farthest
from studio.storage import read_text
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS
from studio.wrappers.torchscript import ScriptModule

LENGTHS = (1, 63, 5000)  # samples
ADVICE = "This is a fault of the export: please report it with the model."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify NAME.pt and what lies beside it. Meant for a fresh process: nothing of the export is left there."""
    try:
        root, facts = load_archive(path, FACTS)
        ModelCard.model_validate(json.loads(read_text(path.with_name("card.json"), "card")))
    except (StudioError, ValueError) as error:
        return [_check("loads", "fail", str(error), title="The package loads", advice="Export it again.")]
    labels = bool(facts["call"]["labels"])
    questions: list[Callable[[], Check]] = [
        lambda: _lengths(root, reference, labels),
        lambda: _knobs(root, reference),
        lambda: _distance("same", reference.expected, _called(root, reference), "It sounds as it was heard"),
        lambda: _distance("repeats", _called(root, reference), _called(root, reference), "It keeps nothing in mind"),
    ]
    age = libtorch.check("plain.libtorch", path, releases()[-1], "Which LibTorch runs it")
    return [_check("loads", "pass", title="The package loads"), *(_asked(each) for each in questions), age]


def _asked(question: Callable[[], Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        return question()
    except (RuntimeError, torch.jit.Error) as error:
        return _check("calls", "fail", first_line(error), title="The package answers", advice=ADVICE)


def _lengths(root: ScriptModule, reference: Reference, labels: bool) -> Check:
    """A sound of any length gives as many samples."""
    bad = []
    for frames in LENGTHS:
        made = call_root(root, reference.audio[:, :frames])
        if (not labels and made.shape[1] != frames) or not np.isfinite(made).all():
            bad.append(f"{frames} samples: {' by '.join(str(size) for size in made.shape)}")
    title = "It takes sounds of any length"
    return _check(
        "lengths", "fail" if bad else "pass", "; ".join(bad) or None, title=title, advice=ADVICE if bad else ""
    )


def _knobs(root: ScriptModule, reference: Reference) -> Check:
    """Positions that are left away, given once and given for each sample are the same."""
    stand = np.array(reference.positions, np.float32).reshape(-1, 1)
    audio = reference.audio[:, :5000]
    expected = call_root(root, audio)
    distance = max(
        farthest(expected, call_root(root, audio, given)) for given in (stand, stand.repeat(audio.shape[1], axis=1))
    )
    verdict = "pass" if distance <= TOLERANCE else "fail"
    return _check("knobs", verdict, float(f"{distance:.3g}"), "of the peak", "Its knobs are an argument")


def _called(root: ScriptModule, reference: Reference) -> Sound:
    return call_root(root, reference.audio)


def call_root(root: ScriptModule, audio: Sound, positions: Sound | None = None) -> Sound:
    """As a script calls; labels come back as `[3, labels]`."""
    torch.manual_seed(SEED)
    given = [torch.from_numpy(each.copy()) for each in (audio, positions) if each is not None]
    with torch.no_grad():
        made = root(*given)
    if isinstance(made, Tensor):
        whole: Sound = made.numpy()
        return whole
    classes, times = made
    return np.concatenate([classes.float().reshape(1, -1).numpy(), times.float().reshape(-1, 2).T.numpy()])


def _distance(name: str, expected: Sound, made: Sound, title: str) -> Check:
    distance = farthest(expected, made)
    good = distance <= TOLERANCE
    value = float(f"{distance:.3g}")
    return _check(name, "pass" if good else "fail", value, "of the peak", title, "" if good else ADVICE)


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"plain.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
