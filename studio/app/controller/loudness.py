"""How loud a stretch of a sound is through a model and the mixer."""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.audio.files import read_audio, write_audio
from studio.audio.loudness import integrated_loudness
from studio.document.mixer import SILENT_DB, Mixer

if TYPE_CHECKING:
    from studio.app.controller.services import Services
    from studio.app.state import Sound
    from studio.document.opened import OpenedModel

Floats = npt.NDArray[np.float32]


def loudness_of(
    services: Services,
    sound: Sound,
    stretch: tuple[int, int],
    opened: OpenedModel | None,
    knobs: dict[str, float],
    mixer: Mixer,
    cancel: threading.Event,
) -> float:
    """Loudness in LUFS of what is heard, but for output level and limiter. Blocks; not for the window's own thread.

    Args:
        services: to render with.
        sound: what is played.
        stretch: first frame and number of frames.
        opened: the model; None for the dry sound.
        knobs: positions 0…1 by name.
        mixer: levels around the model.
        cancel: when it is set this ends.

    Raises: Cancelled; JobError.
    """
    start, frames = stretch
    rate = sound.raw.sample_rate
    dry = np.array(sound.raw.samples()[:, start : start + frames]) * _gain(mixer.input_db)
    if opened is None:
        return integrated_loudness(dry, rate)
    with TemporaryDirectory(prefix="loudness-", dir=services.session) as folder:
        source = Path(folder) / "dry.wav"
        write_audio(source, dry, rate)
        made = services.render_file(
            opened,
            source,
            Path(folder) / "wet.wav",
            knobs=knobs,
            sample_rate=rate,
            block=services.settings["audio.block"],
            report=None,
            cancel=cancel,
        )
        paths = [Path(each) for each in made.get("outputs", (made["output"],))]
        wet = _mixed(
            [read_audio(path)[0] for path in paths], mixer.stem_db([each.name for each in opened.call.outputs])
        )
    both = min(wet.shape[1], frames)
    return integrated_loudness(mixer.wet * wet[:, :both] + (1 - mixer.wet) * dry[:, :both], rate)


def _mixed(outputs: list[Floats], levels_db: list[float]) -> Floats:
    """The outputs together `[2, frames]`; a model with a single one has no levels."""
    gains = [_gain(level) for level in levels_db] if len(outputs) > 1 else [1.0]
    shape = (2, min(each.shape[1] for each in outputs))
    mixed = np.zeros(shape, np.float32)
    for output, gain in zip(outputs, gains, strict=True):
        mixed += gain * np.broadcast_to(output[:2, : shape[1]], shape)
    return mixed


def _gain(gain_db: float) -> float:
    return float(10 ** (gain_db / 20)) if gain_db > SILENT_DB else 0.0
