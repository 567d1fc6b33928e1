from __future__ import annotations

import contextlib
import queue
import time

import cards
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from studio.audio.raw import store
from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.engine.graph import Graph
from studio.engine.voice import Voice, computing
from studio.link.player import Player
from studio.link.shared import KNOBS, VOICES, StillLevels
from studio.wrappers.base import WaveformToWaveform
from studio.wrappers.capture import capture
from studio.wrappers.captured import save_captured


class Delaying:
    """A stand-in for a Stream: gain times knob 0 (if any), late by `latency` samples; can misbehave on demand."""

    def __init__(self, latency=0, gain=1.0, knobs=0, rows=2):
        self.late, self.gain, self.knobs, self.rows = latency, gain, knobs, rows
        self.misbehave = lambda made: made
        self.seen = []
        self.reset()

    def __call__(self, audio, params):
        self.seen.append(params.clone())
        sound = torch.cat([self.past, audio], dim=1)
        self.past = sound[:, sound.shape[1] - self.late :]
        made = sound[:, : audio.shape[1]] * self.gain
        made = made * params[:1] if self.knobs else made
        return self.misbehave(made.repeat(self.rows // 2, 1))

    def prepare(self, host_rate, host_block):
        self.reset()

    def reset(self):
        self.past = torch.zeros(2, self.late)

    def latency(self):
        return self.late


class Hands:
    """A graph with hands on it and a memory of what it gave."""

    def __init__(self, stream=None, block=128, sample_rate=48000, outputs=(2,)):
        self.graph = Graph(sample_rate, block)
        if stream is not None:
            self.use(stream, 0, outputs)
        self.positions = np.ones(KNOBS * VOICES)
        self.levels = StillLevels()
        self.heard = []

    def use(self, stream, slot, outputs=(2,)):
        shape = {"channels": 2, "sample_rate": self.graph.sample_rate, "block": self.graph.block}
        self.graph.use_voice(Voice(stream, stream.knobs, outputs, **shape), slot)

    def run(self, blocks):
        """Both channels of the next blocks `[2, blocks * block]`."""
        made = [self.graph.process(self.positions, self.levels).copy() for _ in range(blocks)]
        self.heard.append(np.concatenate(made, axis=1))
        return self.heard[-1]


class Gain(WaveformToWaveform):
    """Multiplies by a knob."""

    def get_parameters(self):
        return [Parameter("gain", "how loud", default=0.5)]

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return x * params["gain"]


class Half(WaveformToWaveform):
    """Exactly half, after some work that leaves no trace: about a third of a 256 block at 48 kHz."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)

    def do_forward_pass(self, x: Tensor) -> Tensor:
        return x * 0.5 + self.model(x) * 0.0


@pytest.fixture(autouse=True)
def settings_of_the_callback():
    threads = torch.get_num_threads()
    with computing():
        yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


@pytest.fixture
def stream():
    return Delaying


@pytest.fixture
def hands():
    return Hands


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Captured archives by name: `half` costs something, `gain` has a knob."""
    folder = tmp_path_factory.mktemp("archives")
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv1d(1, 16, 9, padding=4), nn.Tanh(), nn.Conv1d(16, 1, 9, padding=4))
    made = {"gain": Gain(), "half": Half(_Batched(network))}
    call = Call(wrapper=True, layout="CT", channels_in=1, outputs=(Output(name="output"),))
    for name, model in made.items():
        card = ModelCard(name=name, parameters=tuple(model.get_parameters()))
        save_captured(capture(model, call, card)[0], folder / f"{name}.pt")
    return {name: folder / f"{name}.pt" for name in made}


class _Batched(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x.unsqueeze(0))[0]


@pytest.fixture(scope="session")
def card_library(tmp_path_factory):
    return cards.build_fake_card(tmp_path_factory.mktemp("fakepa"))


@pytest.fixture
def fake_card(card_library, tmp_path, monkeypatch):
    return cards.FakeCard(card_library, tmp_path, monkeypatch)


@pytest.fixture
def exclusive_card(card_library, tmp_path, monkeypatch):
    """Only one process at a time can open it."""
    return cards.FakeCard(card_library, tmp_path, monkeypatch, sharing="exclusive")


@pytest.fixture
def shared_card(card_library, tmp_path, monkeypatch):
    """Several processes play into it at once."""
    return cards.FakeCard(card_library, tmp_path, monkeypatch, sharing="shared")


@pytest.fixture
def jack(tmp_path, monkeypatch):
    with cards.jack_server(256, tmp_path, monkeypatch) as name:
        yield name


class Studio(Player):
    """A player that remembers what it was told."""

    def __init__(self, folders, spare=False):
        self.told = []
        self._new = queue.SimpleQueue()
        super().__init__(self._hear, spare, folders=folders)

    def _hear(self, message):
        self.told.append(message)
        self._new.put(message)

    def wait(self, event, seconds=30.0):
        """The next message of this kind; a failure that was not waited for is an error."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                message = self._new.get(timeout=left)
                if message["event"] == event:
                    return message
                assert message["event"] not in ("failed", "gone"), message
        raise AssertionError(f"waited in vain for {event}: {self.told}")

    def wait_failure(self, about, seconds=30.0):
        """The next failure; whatever else comes before is passed over."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                message = self._new.get(timeout=left)
                if message["event"] == "failed":
                    assert message["about"] == about and message["message"] and message["hint"], message
                    return message
        raise AssertionError(f"nothing failed: {self.told}")

    def wait_status(self, wanted, seconds=10.0):
        cards.wait_for(lambda: wanted(self.status()), seconds, f"a status, not {self.status()}")
        return self.status()


@pytest.fixture
def studio(tmp_path_factory):
    """A player, not started; closed in the end."""
    made = Studio([tmp_path_factory.getbasetemp()])
    yield made
    made.close()


@pytest.fixture
def exchanging(tmp_path_factory):
    """The same with another engine that stands ready."""
    made = Studio([tmp_path_factory.getbasetemp()], spare=True)
    yield made
    made.close()


@pytest.fixture
def sound(tmp_path):
    """Store sound `[1 or 2, frames]` where an engine can map it."""
    return lambda audio, rate=48000: store(np.asarray(audio, np.float32), rate, tmp_path, "test")
