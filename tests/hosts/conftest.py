"""Packages made of small wrappers, and the contract scripts that ask them what a host asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.hosts.packaging import Packaging

PEERS = Path(__file__).resolve().parents[1] / "peers"


@pytest.fixture
def noise():
    def make(channels, frames, seed=1):
        return np.random.default_rng(seed).uniform(-0.6, 0.6, (channels, frames)).astype(np.float32)

    return make


@pytest.fixture
def work(tmp_path):
    """The work of packaging a captured wrapper."""

    def make(model, positions=(), samples=(), **card):
        return Packaging(tmp_path / "staged", model.card.model_copy(update=card), tuple(positions), tuple(samples))

    return make


@pytest.fixture
def contract():
    """Run one of the contract scripts; returns its lines that are not PASS, the last first."""

    def run(script, path, *options):
        alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # tests run beside others
        command = [sys.executable, str(PEERS / script), str(path), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=alone)
        lines = [line for line in done.stdout.splitlines() if not line.startswith(("PASS", "INFO"))]
        assert done.returncode == 0, "\n".join(lines) + done.stderr[-2000:]
        return [line for line in lines if line.startswith("WARN")]

    return run
