"""A voice detector without a line of code for it: from its file to labels, to a package, to other label files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

CONTRACT = Path(__file__).resolve().parents[1] / "peers" / "audacity_check.py"
DETECTOR = """
import torch
from torch import nn


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(400))

    def forward(self, x):
        spectrum = torch.stft(x, 400, 160, window=self.window, return_complex=True).abs()
        return torch.sigmoid(20 * (spectrum.mean(1) - 1.0))
"""
WILD = """
import torch
from studio import WaveformToLabels


class Wild(WaveformToLabels):
    def do_forward_pass(self, x):
        times = torch.tensor([[-1.0, 0.5], [0.6, 0.7], [0.9, 9.0], [7.0, 8.0], [0.8, 0.2]])
        return torch.tensor([0, 7, 1, 1, 0]) + 0 * x[0, :5].long(), times
"""
CARD = {
    "name": "Detector", "short_description": "Finds sound.", "long_description": "It looks.", "tags": ["voice"],
    "domain_tags": ["speech"], "labels": ["voice"], "sample_rate": 16000,
}  # fmt: skip
SPANS = np.array([[0.5, 1.2], [2.0, 2.05], [3.0, 3.5]])


@pytest.fixture
def heard(tmp_path):
    """Noise at SPANS, at another rate than the model's, in stereo."""
    (tmp_path / "detector.py").write_text(DETECTOR)
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    sound = np.zeros((2, 4 * 44100), np.float32)
    for start, end in (SPANS * 44100).astype(int):
        sound[:, start:end] = np.random.default_rng(1).uniform(-0.5, 0.5, end - start)
    soundfile.write(tmp_path / "in.wav", sound.T, 44100, subtype="FLOAT")
    return tmp_path


def spans(text, separator):
    rows = [line.split(separator) for line in text.strip().splitlines()]
    return np.array([[float(row[0]), float(row[1])] for row in rows]), {row[2] for row in rows}


def test_labels_of_a_detector_are_where_it_sounds(studio, heard):
    said = studio("render", "detector.py", "in.wav", "out.txt", "--trust", "--model-rate", 16000, "--json")
    found, names = spans((heard / "out.txt").read_text(), "\t")
    assert said.json["labels"] == 3 and names == {"event"} and said.json["facts"] == []
    np.testing.assert_allclose(found, SPANS, atol=0.02)
    fewer = ["--call", 'decoding={"least_seconds": 0.2, "padding_seconds": 0.1}']
    studio("render", "detector.py", "in.wav", "out.csv", "--trust", "--model-rate", 16000, *fewer)
    found, _ = spans((heard / "out.csv").read_text().partition("\n")[2], ",")
    np.testing.assert_allclose(found, SPANS[[0, 2]] + [-0.1, 0.1], atol=0.02)


@pytest.mark.slow
def test_audacity_takes_a_detector_and_finds_the_same(studio, heard):
    said = studio(
        "export", "detector.py", "--host", "audacity", "--out", "out", "--card", "card.json", "--trust", "--json"
    )
    package = Path(said.json["packages"][0]["path"])
    command = [sys.executable, str(CONTRACT), str(heard / package), "--libtorch19"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False)
    assert said.code == 0 and done.returncode == 0, done.stdout[-2000:]
    assert "labels per block: [0, 1]" in done.stdout or "labels per block" in done.stdout
    studio("render", package, "in.wav", "out.TextGrid", "--trust")
    studio("labels", "out.TextGrid", "out.csv")
    found, names = spans((heard / "out.csv").read_text().partition("\n")[2], ",")
    np.testing.assert_allclose(found, SPANS, atol=0.02)
    assert names == {"voice"}


def test_wrong_times_are_cut_and_told(studio, heard):
    (heard / "wild.py").write_text(WILD)
    said = studio("render", "wild.py", "in.wav", "out.wav", "--trust", "--json").json
    facts = " ".join(said["facts"])
    assert said["output"] == "out.txt" and said["labels"] == 3 and "out.txt" in facts
    assert "1 label outside the sound: left out" in facts and "2 labels reaching beyond the sound: cut" in facts
    assert "1 label ending before they start" in facts
    found, names = spans((heard / "out.txt").read_text(), "\t")
    assert found.min() == 0 and found.max() == 4 and names == {"0", "1", "7"}


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("in.txt", "out.mid", "no ending of a label file"),
        ("in.txt", "in.txt", "would be lost"),
        ("bad.srt", "out.txt", "line 2"),
        ("gone.txt", "out.txt", "does not exist"),
        ("in.wav", "out.txt", "not text"),
    ],
)
def test_what_cannot_be_converted_is_told(studio, heard, source, target, words):
    (heard / "in.txt").write_text("0\t1\tx\n")
    (heard / "bad.srt").write_text("1\n0:0 --> soon\nx\n")
    said = studio("labels", source, target, "--json")
    assert said.code == 2 and words in said.json["error"]["message"]
    assert (heard / "in.txt").read_text() == "0\t1\tx\n" and not (heard / "out.txt").exists()
