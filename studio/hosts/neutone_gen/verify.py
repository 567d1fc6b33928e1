"""Ask a written Gen package what the plugin will ask, and compare it with what was heard."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.neutone.contract import DOCUMENTED
from studio.hosts.neutone_gen.contract import departures
from studio.hosts.neutone_gen.reference import tracks_from
from studio.hosts.packaging import Sound
from studio.hosts.reference import SEED, TOLERANCE, Reference, farthest
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.torchscript import ScriptModule

RATES = (44100, 48000, 96000)  # Hz
FRAMES = 20000
ADVICE = "This is a fault of the export: please report it with the model."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify `path`, a .nm file. Meant for a fresh process: nothing of the export is left in memory there."""
    try:
        root, described = load_archive(path, "metadata.json")
    except StudioError as error:
        return [_check("loads", "fail", error.sentence, title="The file loads", advice=error.hint)]
    found = departures(root) + (["the module is in training mode"] if root.training else [])
    contract = _check(
        "contract", _verdict(not found), "; ".join(found) or None, title="Every method Gen calls is there"
    )
    checks = [_check("loads", "pass", title="The file loads"), contract]
    if found:
        return checks
    questions = (
        partial(_metadata, root, described),
        partial(_settings, root),
        partial(_same_sound, root, reference),
        partial(_cancel, root, reference),
    )
    age = libtorch.check("neutone_gen.libtorch", path, DOCUMENTED, "Older plugins load it", "warn")
    return [*checks, *(_asked(each) for each in questions), age]


def _asked(question: partial[Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        with torch.no_grad():
            return question()
    except RuntimeError as error:
        name = question.func.__name__.removeprefix("_").replace("_", "-")
        return _check(name, "fail", first_line(error), title="The package answers")


def _metadata(root: ScriptModule, described: dict[str, Any]) -> Check:
    bare = {key: value for key, value in described.items() if key != "sample_sound_files"}
    said = json.loads(json.dumps(root.to_metadata()))
    differing = sorted(key for key in said.keys() | bare.keys() if said.get(key) != bare.get(key))
    if json.loads(root.get_metadata_json()) != bare:
        differing.append("get_metadata_json")
    title = "The code says what metadata.json says"
    return _check("metadata", _verdict(not differing), ", ".join(differing) or None, title=title)


def _settings(root: ScriptModule) -> Check:
    """Gen comes in any rate and with mono or stereo, and with every knob at either end."""
    bad = []
    rest = root.get_numerical_params_default_values_0to1()
    for rate in RATES:
        for channels, params in ((1, None), (2, torch.zeros_like(rest)), (2, torch.ones_like(rest))):
            root.set_daw_sample_rate_and_buffer_size(rate, 2048, None, None)
            tracks = [0.4 * torch.rand(channels, FRAMES) - 0.2 for _ in root.get_audio_in_channels()]
            turned = None if params is None else params.expand(params.shape[0], FRAMES).contiguous()
            made = root.forward_non_realtime(tracks, turned, None, None)
            if not _whole(root, made):
                bad.append(f"{rate} Hz, {channels} channels")
    advice = "Run the checks of the model: it gives invalid numbers or a wrong shape there." if bad else ""
    title = "It makes sound at every rate"
    return _check("settings", _verdict(not bad), "; ".join(bad) or None, title=title, advice=advice)


def _whole(root: ScriptModule, made: list[Tensor]) -> bool:
    """Whether there is a finite sound of the right channels for each track."""
    if [each.shape[0] for each in made] != root.get_audio_out_channels():
        return False
    return all(each.dim() == 2 and each.shape[1] > 0 and bool(torch.isfinite(each).all()) for each in made)


def _same_sound(root: ScriptModule, reference: Reference) -> Check:
    distance = farthest(reference.expected, _render(root, reference))
    value = float(f"{distance:.3g}")
    return _check("same-sound", _verdict(distance <= TOLERANCE), value, "of the peak", "It sounds as it was heard")


def _cancel(root: ScriptModule, reference: Reference) -> Check:
    """A pass that is cancelled ends without a track, and the next one after a reset is whole again."""
    _render(root, reference)
    root.request_cancel_forward_pass()
    left = len(root.forward_non_realtime(_tracks(root, reference), None, None, None))
    root.reset()
    good = left == 0 and not root.should_cancel_forward_pass() and _render(root, reference).shape[1] > 0
    return _check("cancel", _verdict(good), None if good else f"{left} tracks", title="A pass can be cancelled")


def _render(root: ScriptModule, reference: Reference) -> Sound:
    root.set_daw_sample_rate_and_buffer_size(reference.sample_rate, reference.block, None, None)
    root.reset()
    frames = reference.audio.shape[1]
    params = torch.tensor(reference.positions, dtype=torch.float32).reshape(-1, 1).repeat(1, frames)
    torch.manual_seed(SEED)
    made = root.forward_non_realtime(_tracks(root, reference), params, None, None)
    whole: Sound = torch.cat(made, 0).numpy()
    return whole


def _tracks(root: ScriptModule, reference: Reference) -> list[Tensor]:
    return tracks_from(reference.audio, root.get_audio_in_channels())


def _verdict(good: bool) -> str:
    return "pass" if good else "fail"


def _check(
    name: str,
    verdict: Any,
    value: float | int | str | None = None,
    unit: str = "",
    title: str = "",
    advice: str | None = None,
) -> Check:
    said = (ADVICE if verdict == "fail" else "") if advice is None else advice
    return Check(id=f"neutone_gen.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=said)
