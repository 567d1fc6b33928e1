"""Our engine as `tests/peers/bench_rt.py` wants to drive it.

python tests/peers/bench_rt.py --engine tests.benchmarks.rt_adapter:Adapter --scenario through,param,seek,loss,offline
"""

from __future__ import annotations

import functools
import math
import os
import queue
import shutil
import tempfile
from pathlib import Path

from studio.audio.raw import decode
from studio.link.player import Player


class Adapter:
    """A Player with the bench's names. Parameter 0 is the output gain, linear."""

    def __init__(self, model_path, block, samplerate, channels, depth=0):
        self._folder = Path(tempfile.mkdtemp(prefix="rt-adapter-"))
        self._archive = self._folder / "model.pt"
        _capture(model_path, channels, self._archive)
        os.environ["STUDIO_SOUND_PATHS"] = os.environ.get("FAKEPA_FILE", "")  # the bench's card
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        self._player = Player(self._events.put, folders=[self._folder])
        self._device = {"name": None, "sample_rate": samplerate, "block": block, "depth": depth}

    def start(self):
        self._player.start()
        self._player.load_model(str(self._archive), "bench", quiet=False)
        self._wait("loaded")
        self._player.play()
        self._player.open_device(**self._device, live=True)
        self._wait("device")

    def stop(self):
        self._player.close()
        shutil.rmtree(self._folder)

    def stats(self):
        status = self._player.status()
        return {
            "state": status.state.name,
            "load": round(status.load, 3),
            "worst_us": round(status.worst_us),
            "xruns": status.xruns,
            "latency": status.latency,
            "depth": status.depth,
            "muted_blocks": status.muted_blocks,
        }

    def set_param(self, index, value):
        self._player.set_gain(20 * math.log10(value) if value > 0 else -math.inf)

    def bypass(self, on):
        self._player.bypass(on)

    def open_file(self, path):
        self._player.open_device(**self._device)
        self._player.load_audio([decode(Path(path), self._device["sample_rate"], self._folder)])
        self._wait("audio")
        self._player.play()

    def seek(self, frame):
        self._player.seek(frame)

    def loop(self, start, end):
        self._player.loop(start, end)

    def _wait(self, event):
        while (message := self._events.get(timeout=60))["event"] != event:
            assert message["event"] != "failed", message

    @staticmethod
    def render(model_path, x, block, samplerate):
        from studio.engine.render import render

        return render(_voice(model_path, x.shape[0], block, samplerate), x, samplerate, block).sounds


@functools.cache
def _voice(model_path, channels, block, samplerate):
    """Made ready once, as the bench does with the bare model it compares with."""
    from studio.engine.voice import computing, load_voice

    with tempfile.TemporaryDirectory() as folder, computing():
        archive = Path(folder) / "model.pt"
        _capture(model_path, channels, archive)
        return load_voice(archive, channels, samplerate, block)


def _capture(model_path, channels, archive):
    """Make the bench's model `(1, channels, n)` a captured archive, in another process: torch stays out of here."""
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", CAPTURE, model_path, str(channels), str(archive)], check=True)


CAPTURE = """
import sys
from pathlib import Path
import torch
from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.wrappers.adapter import make_adapter
from studio.wrappers.capture import capture
from studio.wrappers.captured import save_captured
path, channels, archive = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
call = Call(layout="BCT", channels_in=channels, outputs=(Output(name="output", channels=channels),))
wrapper = make_adapter(torch.jit.load(path).eval(), "bench", call, [], archive.parent)
save_captured(capture(wrapper, call, ModelCard())[0], archive)
"""
