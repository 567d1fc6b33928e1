"""Ask a written Audacity package what the host will ask, and compare it with what was heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.document.check import Check
from studio.document.limits import limits_of
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.audacity.age import CARRIED
from studio.hosts.audacity.answers import fault_in
from studio.hosts.audacity.metadata import LABELLER, metadata_problems
from studio.hosts.packaging import Sound
from studio.hosts.reference import SEED, TOLERANCE, Reference, farthest
from studio.storage import read_text
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS
from studio.wrappers.torchscript import ScriptModule

LENGTHS = (2, 64, 257, 44100)  # samples; the end of a selection may be tiny
MAX_BYTES = 2**31 - 1  # the host reads the size as a 32-bit number
ADVICE = "This is a fault of the export: please report it with the model."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify `path`, a package's folder. Meant for a fresh process: nothing of the export is left there."""
    try:
        root, _ = load_archive(path / "model.pt", FACTS)
        metadata: dict[str, Any] = json.loads(read_text(path / "metadata.json", "metadata"))
        page = read_text(path / "README.md", "page")
    except (StudioError, ValueError) as error:
        return [_check("loads", "fail", str(error), title="The package loads", advice="Export it again.")]
    checks = [_check("loads", "pass", title="The package loads"), _contract(root, metadata, path)]
    checks.append(_metadata(metadata, page, path))
    if any(check.verdict == "fail" for check in checks):
        return checks
    questions: list[Callable[[], Check]] = [
        lambda: _lengths(root, metadata),
        lambda: _same_result(root, reference, metadata),
        lambda: _repeats(root, reference),
    ]
    age = libtorch.check("audacity.libtorch", path / "model.pt", CARRIED, "Audacity loads it")
    return [*checks, *(_asked(each) for each in questions), age]


def _asked(question: Callable[[], Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        return question()
    except (RuntimeError, ValueError, torch.jit.Error) as error:
        return _check("calls", "fail", first_line(error), title="The package answers", advice=ADVICE)


def _contract(root: ScriptModule, metadata: dict[str, Any], path: Path) -> Check:
    schema = root._c._get_method("forward").schema
    taken = [str(each.type) for each in schema.arguments[1:] if not each.has_default_value()]
    given = str(schema.returns[0].type)
    wanted = ("(Tensor, Tensor)", "Tuple[Tensor, Tensor]") if metadata.get("effect_type") == LABELLER else ("Tensor",)
    found = [] if taken == ["Tensor"] else [f"forward takes {', '.join(taken)}"]
    found += [] if given in wanted else [f"forward returns {given}"]
    found += ["the module is in training mode"] if root.training else []
    size = (path / "model.pt").stat().st_size
    found += [f"model.pt has {size} bytes; Audacity reads less than 2 GiB"] if size > MAX_BYTES else []
    title = "forward takes one tensor and returns what the metadata says"
    return _check("contract", "fail" if found else "pass", "; ".join(found) or None, title=title, advice=ADVICE)


def _metadata(metadata: dict[str, Any], page: str, path: Path) -> Check:
    found = [each.sentence for each in metadata_problems(metadata)]
    if metadata.get("model_size") != (path / "model.pt").stat().st_size:
        found.append("model_size is not the size of model.pt.")
    if "- audacity" not in page.partition("\n---")[0]:
        found.append("README.md has not the tag audacity.")
    title = "Audacity takes the metadata"
    return _check("metadata", "fail" if found else "pass", " ".join(found) or None, title=title)


def _lengths(root: ScriptModule, metadata: dict[str, Any]) -> Check:
    """Blocks of any length and channel count: as many rows as labels, each as long as the block, or known labels."""
    bad = []
    for frames in (*LENGTHS, limits_of("audacity").block_size):
        for channels in (1, 2) if metadata["multichannel"] else (1,):
            sound = np.random.default_rng(1).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)
            if fault := fault_in(_answer(root, sound), len(metadata["labels"]), frames):
                bad.append(f"{channels} channels, {frames} samples: {fault}")
    title = "It takes blocks of any length and gives a row for each label"
    advice = "Run the checks of the model: it gives invalid numbers or a wrong length there." if bad else ""
    return _check("lengths", "fail" if bad else "pass", "; ".join(bad) or None, title=title, advice=advice)


def _same_result(root: ScriptModule, reference: Reference, metadata: dict[str, Any]) -> Check:
    made = call_root(root, reference.audio)
    name, title = ("same-labels", "It finds the same labels") if metadata["effect_type"] == LABELLER else (
        "same-sound", "It sounds as it was heard",
    )  # fmt: skip
    return _distance(name, reference.expected, made, title, ADVICE)


def _repeats(root: ScriptModule, reference: Reference) -> Check:
    one, other = call_root(root, reference.audio), call_root(root, reference.audio)
    advice = "The model keeps something that its reset does not clear."
    return _distance("repeats", one, other, "The same block twice gives the same result", advice)


def _distance(name: str, expected: Sound, made: Sound, title: str, advice: str) -> Check:
    distance = farthest(expected, made)
    good = distance <= TOLERANCE
    value = float(f"{distance:.3g}")
    return _check(name, "pass" if good else "fail", value, "of the peak", title, "" if good else advice)


def call_root(root: ScriptModule, audio: Sound) -> Sound:
    """As the host calls; labels come back as `[3, labels]`."""
    made = _answer(root, audio)
    if isinstance(made, Tensor):
        whole: Sound = made.numpy()
        return whole
    classes, times = made
    return np.concatenate([classes.float().reshape(1, -1).numpy(), times.float().reshape(-1, 2).T.numpy()])


def _answer(root: ScriptModule, audio: Sound) -> Tensor | tuple[Tensor, Tensor]:
    torch.manual_seed(SEED)
    with torch.no_grad():
        made: Tensor | tuple[Tensor, Tensor] = root(torch.from_numpy(audio.copy()))
    return made


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"audacity.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
