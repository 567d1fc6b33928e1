"""The real command in a real process, and a few models as users write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import soundfile

VOLUME = """
import torch
from torch import nn


class Volume(nn.Module):
    def forward(self, x, gain: float = 0.5):
        return x * gain
"""
STEMS = """
from torch import nn


class Separator(nn.Module):
    def forward(self, x):
        return {"low": x * 0.25, "high": x * 0.75}
"""
TWO = """
from torch import nn


class One(nn.Module):
    def forward(self, x):
        return x


class Two(nn.Module):
    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor
"""
ENDLESS = """
from torch import nn


class Endless(nn.Module):
    def forward(self, x):
        while True:
            pass
"""
SOURCES = {"volume": VOLUME, "stems": STEMS, "two": TWO, "endless": ENDLESS}


@dataclass(frozen=True)
class Said:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def studio(tmp_path):
    """Run `studio …` in the test's own folder."""

    def run(*words, timeout=170):
        done = subprocess.run(
            [sys.executable, "-m", "studio", *map(str, words)],
            cwd=tmp_path, capture_output=True, text=True, timeout=timeout, env=os.environ, check=False,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def model(tmp_path):
    """A model file by name."""

    def write(name):
        path = tmp_path / f"{name}.py"
        path.write_text(SOURCES[name])
        return path

    return write


@pytest.fixture
def sound(tmp_path):
    """A seeded noise of any shape as float WAV; returns its path and samples `[channels, frames]`."""

    def write(frames=20000, channels=2, rate=44100, name="in.wav"):
        audio = np.random.default_rng(7).uniform(-0.5, 0.5, (channels, frames)).astype("float32")
        soundfile.write(tmp_path / name, audio.T, rate, subtype="FLOAT")
        return tmp_path / name, audio

    return write
