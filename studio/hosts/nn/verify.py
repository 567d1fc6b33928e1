"""Ask a written nn~ package what the host will ask, and compare it with what was heard."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.nn.contract import CARRIED, attribute_types, attributes_of, departures, methods_of, value_of
from studio.hosts.nn.knobs import BOOL, FLOAT, INT, own_value
from studio.hosts.packaging import Sound
from studio.hosts.reference import SEED, TOLERANCE, Reference, farthest
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS
from studio.wrappers.torchscript import ScriptModule

BUFFERS = (64, 512, 2048, 8192)
BATCHES = (1, 2, 4)
PARITY_DB = -100.0
ADVICE = "This is a fault of the export: please report it with the model."


@dataclass(frozen=True)
class Package:
    """A package that loads, to be loaded anew for every question: what one leaves behind is not heard by the next."""

    path: Path
    reference: Reference

    def root(self) -> ScriptModule:
        return load_archive(self.path, FACTS)[0]

    @property
    def facts(self) -> dict[str, Any]:
        return load_archive(self.path, FACTS)[1]


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify `path`, a .ts file. Meant for a fresh process: nothing of the export is left in memory there."""
    title = "The file loads"
    try:
        root, facts = load_archive(path, FACTS)
    except StudioError as error:
        return [_check("loads", "fail", error.sentence, title=title, advice=error.hint)]
    found = departures(root)
    checks = [_check("loads", "pass", title=title), _contract(found)]
    checks.append(libtorch.check("nn.libtorch", path, CARRIED, "nn~ loads it"))
    if found:
        return checks
    package = Package(path, reference)
    checks += [_asked(partial(_calls, package)), _asked(partial(_attributes, package))]
    if any(check.verdict == "fail" for check in checks):
        return checks
    questions = (partial(_same_sound, package), partial(_apart, package, facts), partial(_parity, package))
    return [*checks, *(_asked(each) for each in questions)]


def _asked(question: partial[Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        return question()
    except (RuntimeError, TypeError, ValueError) as error:
        name = question.func.__name__.removeprefix("_").replace("_", "-")
        return _check(name, "fail", first_line(error), title="The package answers", advice=ADVICE)


def _contract(found: Sequence[str]) -> Check:
    title = "Methods, attributes and labels are as nn~ wants them"
    return _check("contract", "fail" if found else "pass", "; ".join(found) or None, title=title,
                  advice=ADVICE if found else "")  # fmt: skip


def _calls(package: Package) -> Check:
    """Every method, with every buffer and any number of channels in mc.nn~."""
    root, bad = package.root(), []
    for name, (channels, up, rows, down) in methods_of(root).items():
        for batch in BATCHES:
            for buffer in sorted({max(each, up, down) for each in BUFFERS}):
                x = _noise(batch, channels, buffer // up)
                with torch.inference_mode():
                    made = [_run(root, name, x) for _ in range(2)]
                wanted = (batch, rows, buffer // down)
                bad += [
                    f"{name} with {batch} by {buffer} samples: {said}" for one in made if (said := _fault(one, wanted))
                ]
    title = "It takes every buffer and every number of voices"
    advice = "Run the checks of the model: it gives invalid numbers or a wrong length there." if bad else ""
    return _check("calls", "fail" if bad else "pass", "; ".join(dict.fromkeys(bad)) or None, title=title, advice=advice)


def _run(root: ScriptModule, name: str, x: Tensor) -> Any:
    try:
        return getattr(root, name)(x)
    except RuntimeError as error:
        return first_line(error)


def _fault(made: Any, wanted: tuple[int, ...]) -> str:
    if not isinstance(made, Tensor):
        return str(made)
    if made.dtype != torch.float32:
        return f"returns {made.dtype}; nn~ reads float32"
    if tuple(made.shape) != wanted:
        return f"returns {' by '.join(map(str, made.shape))}, not {' by '.join(map(str, wanted))}"
    return "" if bool(torch.isfinite(made).all()) else "returns invalid numbers"


def _attributes(package: Package) -> Check:
    """Each can be set, says 0 to that, and is then what it was set to."""
    root, bad = package.root(), []
    for name in attributes_of(root):
        kinds = attribute_types(root, name)
        if len(kinds) == 1 and kinds[0] in (BOOL, INT, FLOAT):
            before = value_of(root, name)
            for value in (before, not before if kinds[0] == BOOL else type(before)(0), before):
                answer = getattr(root, f"set_{name}")(value)
                if answer != 0:
                    bad.append(f"set_{name} returns {answer!r}, not 0")
            if not math.isclose(value_of(root, name), before, rel_tol=1e-6, abs_tol=1e-9):
                bad.append(f"{name} does not keep the value it is set to")
    title = "Attributes keep what they are set to"
    return _check("attributes", "fail" if bad else "pass", "; ".join(dict.fromkeys(bad)) or None, title=title,
                  advice=ADVICE if bad else "")  # fmt: skip


def _same_sound(package: Package) -> Check:
    made = _render(package, package.reference.block)
    return _distance("same-sound", package.reference.expected, made, "It sounds as it was heard", ADVICE)


def _apart(package: Package, facts: dict[str, Any]) -> Check:
    """A voice of mc.nn~ sounds as it does alone."""
    title = "Voices of mc.nn~ do not hear each other"
    if facts.get("call", {}).get("random"):
        return _check("voices", "skip", title=title, advice="The model is random: no two voices are alike.")
    alone = _render(package, package.reference.block)
    sound = torch.from_numpy(package.reference.audio.copy())
    among = _render(package, package.reference.block, torch.stack([0.5 * sound.flip(1), sound, -sound]))
    return _distance("voices", alone, among, title, "The model keeps something that belongs to one voice only.")


def _parity(package: Package) -> Check:
    """By how much the sound depends on the buffer."""
    block = package.reference.block
    one, other = _render(package, block), _render(package, 4 * block)
    difference = farthest(one, other)
    value = round(max(20 * math.log10(max(difference, 1e-12)), -200.0), 1)
    good = value <= PARITY_DB
    advice = "" if good else "It may click where buffers meet: give the model look-behind or cached convolutions."
    title = "It sounds the same with another buffer"
    return _check("streaming", "pass" if good else "warn", value, "dB", title, advice)


def _render(package: Package, buffer: int, voices: Tensor | None = None) -> Sound:
    """The second of `voices`, or the only one, as the host plays it, put in time."""
    root, reference = package.root(), package.reference
    set_knobs(root, package.facts, reference.positions)
    name, (_, up, rows, down) = _played(root)
    sound = torch.from_numpy(reference.audio.copy()).unsqueeze(0) if voices is None else voices
    with torch.no_grad():
        torch.manual_seed(SEED)
        call: Callable[[Tensor], Tensor] = getattr(root, name)
        wanted, step = reference.expected.shape[1], max(buffer // up, 1)
        if "late" in root._c._method_names():
            call(torch.zeros(len(sound), sound.shape[1], step))
            late = int(root.late())
            root.reset()
        else:
            late = reference.latency
        torch.manual_seed(SEED)
        total = -(-(wanted + late) * down // up // step) * step
        fed = torch.nn.functional.pad(sound, (0, max(0, total - sound.shape[2])))
        made = torch.cat([call(part.contiguous()).clone() for part in torch.split(fed[:, :, :total], step, dim=2)], 2)
    whole: Sound = made[min(1, len(sound) - 1), :rows, late : late + wanted].numpy()
    return whole


def _played(root: ScriptModule) -> tuple[str, list[int]]:
    methods = methods_of(root)
    name = "forward" if "forward" in methods else next(iter(methods))
    return name, methods[name]


def set_knobs(root: ScriptModule, facts: dict[str, Any], positions: Sequence[float]) -> None:
    """Send every knob's value, in its own unit, as a patch does."""
    card = ModelCard.model_validate(facts.get("card", {}))
    numeric = [each for each in card.parameters if each.is_numeric]
    for parameter, name, position in zip(numeric, facts.get("attributes", ()), positions, strict=True):
        value = own_value(parameter, position)
        (kind,) = attribute_types(root, name)
        getattr(root, f"set_{name}")(round(value) if kind == INT else value)


def _noise(batch: int, channels: int, frames: int) -> Tensor:
    return torch.rand(batch, channels, frames, generator=torch.Generator().manual_seed(1)) - 0.5


def _distance(name: str, expected: Sound, made: Sound, title: str, advice: str) -> Check:
    distance = farthest(expected, np.ascontiguousarray(made))
    good = distance <= TOLERANCE
    value = float(f"{distance:.3g}")
    return _check(name, "pass" if good else "fail", value, "of the peak", title, "" if good else advice)


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"nn.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
