"""Ask a written Neutone package what the plugin will ask, and compare it with what was heard."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.neutone.contract import DOCUMENTED, departures
from studio.hosts.neutone.samples import unplayable
from studio.hosts.neutone.scripted.described import KNOBS
from studio.hosts.packaging import Sound
from studio.hosts.reference import TOLERANCE, Reference, farthest, play_in_blocks
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.torchscript import ScriptModule

SETTINGS = ((44100, 128, 2), (48000, 512, 1), (48000, 480, 2), (96000, 2048, 2))  # rate, block, channels
ADVICE = "This is a fault of the export: please report it with the model."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify `path`, a .nm file. Meant for a fresh process: nothing of the export is left in memory there."""
    try:
        root, described = load_archive(path, "metadata.json")
    except StudioError as error:
        return [_check("loads", "fail", error.sentence, title="The file loads", advice=error.hint)]
    checks = [_check("loads", "pass", title="The file loads"), _contract(root)]
    if checks[-1].verdict == "fail":
        return checks
    questions = (
        partial(_metadata, root, described),
        partial(_examples, described),
        partial(_settings, root),
        partial(_delay, root, reference),
        partial(_same_sound, root, reference),
        partial(_reset, root, reference),
    )
    return [*checks, *(_asked(each) for each in questions), _libtorch(path)]


def _asked(question: partial[Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        return question()
    except RuntimeError as error:
        name = question.func.__name__.removeprefix("_").replace("_", "-")
        return _check(name, "fail", first_line(error), title="The package answers", advice=ADVICE)


def _contract(root: ScriptModule) -> Check:
    found = departures(root)
    title = "Every method the plugin calls is there"
    if root.training:
        found.append("the module is in training mode")
    return _check("contract", "fail" if found else "pass", "; ".join(found) or None, title=title, advice=ADVICE)


def _metadata(root: ScriptModule, described: dict[str, Any]) -> Check:
    bare = {key: value for key, value in described.items() if key != "sample_sound_files"}
    said = json.loads(json.dumps(root.to_metadata()))
    differing = sorted(key for key in said.keys() | bare.keys() if said.get(key) != bare.get(key))
    if json.loads(root.get_metadata_json()) != bare:
        differing.append("get_metadata_json")
    differing += [f"{key} (getter)" for key, value in _getters(root).items() if bare.get(key) != value]
    title = "The code says what metadata.json says"
    verdict = "fail" if differing else "pass"
    return _check("metadata", verdict, ", ".join(differing) or None, title=title, advice=ADVICE)


def _examples(described: dict[str, Any]) -> Check:
    bad = unplayable(described.get("sample_sound_files", []))
    title = "Its example sounds can be heard"
    return _check("examples", "fail" if bad else "pass", ", ".join(bad) or None, title=title, advice=ADVICE)


def _getters(root: ScriptModule) -> dict[str, Any]:
    return {
        "is_input_mono": root.is_input_mono(),
        "is_output_mono": root.is_output_mono(),
        "native_sample_rates": root.get_native_sample_rates(),
        "native_buffer_sizes": root.get_native_buffer_sizes(),
        "wet_default_value": root.get_wet_default_value(),
        "dry_default_value": root.get_dry_default_value(),
        "input_gain_default_value": root.get_input_gain_default_value(),
        "output_gain_default_value": root.get_output_gain_default_value(),
    }


def _settings(root: ScriptModule) -> Check:
    """The plugin comes in many rates, blocks and channel counts, and without knob positions."""
    bad = []
    for rate, block, channels in SETTINGS:
        root.set_daw_sample_rate_and_buffer_size(rate, block)
        sound = np.random.default_rng(1).uniform(-0.5, 0.5, (channels, 8 * block)).astype(np.float32)
        made = play_in_blocks(lambda x, _: root(x, None), sound, block, (), 0)
        if made.shape != sound.shape or not np.isfinite(made).all():
            bad.append(f"{rate} Hz, {block} samples, {channels} channels")
    title = "It plays at every rate and block size"
    advice = "Run the checks of the model: it gives invalid numbers or a wrong length there." if bad else ""
    return _check("settings", "fail" if bad else "pass", "; ".join(bad) or None, title=title, advice=advice)


def _delay(root: ScriptModule, reference: Reference) -> Check:
    root.set_daw_sample_rate_and_buffer_size(reference.sample_rate, reference.block)
    told = root.calc_buffering_delay_samples() + root.calc_model_delay_samples()
    verdict = "pass" if told == reference.latency else "fail"
    title = "The delay it reports is the one that was heard"
    return _check("delay", verdict, told, "samples", title, "" if verdict == "pass" else ADVICE)


def _same_sound(root: ScriptModule, reference: Reference) -> Check:
    distance = farthest(reference.expected, _render(root, reference))
    verdict = "pass" if distance <= TOLERANCE else "fail"
    title = "It sounds as it was heard"
    return _check(
        "same-sound", verdict, float(f"{distance:.3g}"), "of the peak", title, "" if verdict == "pass" else ADVICE
    )


def _reset(root: ScriptModule, reference: Reference) -> Check:
    one = _render(root, reference)
    whole = max(1, one.shape[1] // reference.block) * reference.block  # silence at the end would be a reset by itself
    play_in_blocks(lambda x, _: root(x, None), one[:, :whole], reference.block, (), 0)
    root.reset()
    distance = farthest(one, _play(root, reference))
    verdict = "pass" if distance <= TOLERANCE else "fail"
    advice = "" if verdict == "pass" else "The model keeps something that its reset does not clear."
    title = "Reset brings back the first state"
    return _check("reset", verdict, float(f"{distance:.3g}"), "of the peak", title, advice)


def _render(root: ScriptModule, reference: Reference) -> Sound:
    root.set_daw_sample_rate_and_buffer_size(reference.sample_rate, reference.block)
    root.reset()
    return _play(root, reference)


def _play(root: ScriptModule, reference: Reference) -> Sound:
    """As the plugin does: all four knobs, the unused ones anywhere."""

    def call(x: Tensor, params: Tensor) -> Tensor:
        made: Tensor = root(x, torch.constant_pad_nd(params, [0, 0, 0, KNOBS - params.shape[0]], 0.7))
        return made

    return play_in_blocks(call, reference.audio, reference.block, reference.positions, reference.latency)


def _libtorch(path: Path) -> Check:
    return libtorch.check("neutone.libtorch", path, DOCUMENTED, "Older plugins load it", otherwise="warn")


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"neutone.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
