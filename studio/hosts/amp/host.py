"""What the hosts for amplifier files share: write, ask, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts.amp.convolutional import feedforward_of
from studio.hosts.amp.files import PLAYERS, TOLERANCE, fitting, guitarml_of, nam_of, nam_of_convolutions
from studio.hosts.amp.shapes import recurrent_of, require_mono
from studio.hosts.audacity.reference import reference as as_a_whole
from studio.hosts.packaging import Packaging, Sound, require_card, slug
from studio.hosts.reference import Reference, farthest
from studio.storage import read_text, write_text
from studio.wrappers.captured import Captured

TITLES = {"nam": "Neural Amp Modeler", "guitarml": "GuitarML"}
ENDINGS = {"nam": ".nam", "guitarml": ".json"}
ANY_RATE = 48000  # Hz
TRIAL = 4096  # samples
SETTLING = 4096  # samples of silence before the sound


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper on silence and then the whole of `audio` `[1, frames]`, as one block.

    Players run silence through a model before it is heard, so that how it starts does not count.
    """
    settled = np.concatenate([np.zeros((audio.shape[0], SETTLING), np.float32), audio], 1)
    return as_a_whole(captured, settled, sample_rate, positions)


def package_as(name: str, captured: Captured, work: Packaging) -> list[Path]:
    """Write one file. Raises: CardError for the card; HostError where the format has no such networks."""
    require_card(work.card, name)
    require_mono(captured, TITLES[name])
    rate = (*captured.call.sample_rates, work.card.sample_rate or ANY_RATE)[0]
    trial = np.random.default_rng(1).uniform(-0.5, 0.5, (1, TRIAL)).astype(np.float32)
    heard = reference(captured, trial, rate)
    network = feedforward_of(captured) if name == "nam" else None
    if network is not None:
        candidates = [nam_of_convolutions(network, work.card, rate, heard.audio, heard.expected)]
    elif name == "nam":
        candidates = [nam_of(recurrent_of(captured, TITLES[name]), work.card, rate)]
    else:
        candidates = [guitarml_of(recurrent_of(captured, TITLES[name]), skip) for skip in (False, True)]
    said = fitting(candidates, PLAYERS[name], heard.audio, heard.expected, SETTLING)
    path = work.folder / f"{slug(work.card.name)}{ENDINGS[name]}"
    write_text(path, json.dumps(said))
    return [path]


def verify_as(name: str, path: Path, reference: Reference) -> list[Check]:
    """Play the written file by the format's published inference and compare it with what was heard."""
    try:
        made: Sound = PLAYERS[name](_read(path), reference.audio)
    except (StudioError, ValueError, KeyError, TypeError, IndexError) as error:
        return [_check(name, "loads", "fail", str(error), "The file is read", "Export it again.")]
    distance = farthest(reference.expected[:, SETTLING:], made[:, SETTLING:])
    good = distance <= TOLERANCE
    advice = "" if good else "The model does more than its layers say: export it as plain TorchScript."
    return [
        _check(name, "loads", "pass", None, "The file is read", ""),
        _check(name, "same-sound", "pass" if good else "fail", float(f"{distance:.3g}"),
               f"It sounds as it was heard, within {TOLERANCE:g} of the peak", advice, "of the peak"),
    ]  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(read_text(path, "model"))
    if not isinstance(found, dict):
        raise ValueError("it is not an object")
    return found


def _check(
    host: str, name: str, verdict: Any, value: float | str | None, title: str, advice: str, unit: str = ""
) -> Check:
    return Check(id=f"{host}.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
