"""A host from outside: a distribution of its own with two entry points, exported to by the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "clipper.py"
CODE = '''
"""Writes one text file with the peak of what the model makes of a full-scale pulse."""

import numpy as np
import torch

from studio.document.check import Check
from studio.errors import HostError
from studio.hosts.packaging import positions_of, require_card
from studio.hosts.reference import stream_reference
from studio.storage import write_text


def peak_of(captured, positions):
    x = torch.ones(captured.call.channels_in, 64)
    params = torch.tensor(positions).reshape(-1, 1).expand(-1, 64)
    captured.module.reset()
    return float(captured.module(x, params).abs().max())


def package(captured, work):
    require_card(work.card, "outside")
    peak = peak_of(captured, positions_of(captured, work.positions))
    path = work.folder / "peak.txt"
    write_text(path, f"{peak:.6f}\\n")
    return [path]


def reference(captured, audio, sample_rate, positions=()):
    return stream_reference(captured, audio, sample_rate, 512, tuple(positions_of(captured, positions)))


def verify(path, reference):
    peak = float(path.read_text())
    good = float(np.abs(reference.expected).max()) <= peak + 1e-3
    return [Check(id="outside.peak", verdict="pass" if good else "fail", value=peak, title="It says the peak")]


def read(path):
    raise HostError("A peak cannot be played.")
'''
LIMITS = {
    "host": "outside", "title": "Outside (peak.txt)", "fields": {"name": {"max_length": 12}},
    "parameters": {"kinds": ["continuous"]}, "channels": {"in": [1, 2], "out": [1, 2]}, "labels": False, "knobs": False,
    "samples": False, "latency": False, "sample_rate_required": False, "block_size": 512, "written": "peak.txt",
}  # fmt: skip


@pytest.fixture
def outside(tmp_path):
    """The real command in an environment where that distribution is installed."""
    site = tmp_path / "site"
    (site / "outside_host").mkdir(parents=True)
    (site / "outside_host" / "__init__.py").write_text(CODE)
    (site / "outside_host" / "outside.json").write_text(json.dumps(LIMITS))
    described = site / "outside_host-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-host\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[studio.hosts]\noutside = outside_host\n\n[studio.limits]\noutside = outside_host:outside\n"
    )

    def run(*words):
        command = [sys.executable, "-m", "studio", "export", str(EXAMPLE), "--trust", *words, "--json"]
        environment = {**os.environ, "PYTHONPATH": str(site)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False, env=environment)
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.mark.slow
def test_a_host_from_outside_is_exported_to(outside, tmp_path):
    """Reference: the clipper limits to 0.3 on both sides."""
    knobs = ["--set", "min=0.3", "--set", "max=0.3", "--set", "gain=1"]
    code, said = outside("--host", "outside", *knobs, "--out", str(tmp_path / "out"))
    assert code == 0 and said["packages"][0]["verified"]
    assert float(Path(said["packages"][0]["path"]).read_text()) == pytest.approx(0.3, 1e-4)
    assert said["packages"][0]["checks"][0]["id"] == "outside.peak"


@pytest.mark.slow
def test_its_limits_are_data_that_the_command_reads(outside, tmp_path):
    card = tmp_path / "card.json"
    card.write_text(json.dumps({"name": "A name of more than twelve"}))
    code, said = outside("--host", "outside", "--card", str(card), "--out", str(tmp_path / "out"))
    assert code == 2 and said["error"]["fields"] == ["name"] and "26 of at most 12" in said["error"]["message"]
    assert not (tmp_path / "out").exists()
