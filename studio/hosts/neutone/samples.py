"""Example sounds inside a Neutone package: MP3, input and output."""

from __future__ import annotations

import base64
import io

import numpy as np
import soundfile

from studio.audio.files import convert_rate
from studio.hosts.packaging import Sound

RATE = 44100  # Hz
SECONDS = 20  # longer examples make big packages


def encode_mp3(sound: Sound, sample_rate: int) -> bytes:
    """`[channels, frames]` as an MP3 of the best quality, at 44.1 kHz and with one or two channels."""
    cut = np.ascontiguousarray(sound[:2, : SECONDS * sample_rate], np.float32)
    at_rate = cut if sample_rate == RATE else convert_rate(cut, sample_rate, RATE)
    held = io.BytesIO()
    soundfile.write(held, np.clip(at_rate, -1, 1).T, RATE, format="MP3", bitrate_mode="VARIABLE", compression_level=0.0)
    return held.getvalue()


def as_text(data: bytes) -> str:
    """Base64, as it stands in the metadata."""
    return base64.b64encode(data).decode("ascii")


def unplayable(pairs: list[dict[str, str]]) -> list[str]:
    """Which sounds of a package are no sound of one or two channels, as "1 in", "2 out"."""
    found = []
    for number, pair in enumerate(pairs, 1):
        for side in ("in", "out"):
            try:
                info = soundfile.info(io.BytesIO(base64.b64decode(pair.get(side, ""), validate=True)))
            except (ValueError, soundfile.LibsndfileError):
                found.append(f"{number} {side}")
                continue
            if info.frames == 0 or info.channels > 2:
                found.append(f"{number} {side}")
    return found
