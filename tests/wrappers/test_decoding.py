"""Scores of frames become labels: compiled code against a plain loop over frames that knows nothing of tensors."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.treatment import Decoding
from studio.wrappers import torchscript
from studio.wrappers.base import FrameLabels, WaveformToLabels, describe
from studio.wrappers.capture import capture
from studio.wrappers.decoding import Decoder

HOP = 0.01


def by_hand(likely, hop, seconds, said):
    """One class after the other, one frame after the other: the published meaning of every option."""
    found = []
    best = likely.argmax(0)
    for name, row in enumerate(likely):
        allowed = [not said.exclusive or best[at] == name for at in range(len(row))]
        labels, start = [], None
        for at, value in enumerate([*row, None]):
            lasts = value is not None and value >= said.off and allowed[at] and name != said.background
            if lasts and start is None and value >= said.on:
                start = at
            if not lasts and start is not None:
                labels.append([start * hop, at * hop])
                start = None
        joined = []
        for label in labels:
            if joined and label[0] - joined[-1][1] <= said.gap_seconds + 1e-9:
                joined[-1][1] = label[1]
            else:
                joined.append(label)
        long = [each for each in joined if each[1] - each[0] >= said.least_seconds - 1e-9]
        padded = []
        for start_, end in ((a - said.padding_seconds, b + said.padding_seconds) for a, b in long):
            if padded and start_ <= padded[-1][1] + 1e-9:
                padded[-1][1] = end
            else:
                padded.append([start_, end])
        found += [(max(0, a), min(seconds, b), name) for a, b in padded if max(0, a) < min(seconds, b)]
    return sorted(found, key=lambda each: (round(each[0], 6), each[2]))


OPTIONS = [
    {},
    {"on": 0.9, "off": 0.2},
    {"on": 0.5, "off": 0.5, "exclusive": True},
    {"on": 0.0, "off": 0.0, "exclusive": True, "background": 1},
    {"gap_seconds": 0.03, "least_seconds": 0.05},
    {"on": 0.8, "off": 0.6, "gap_seconds": 0.021, "least_seconds": 0.03, "padding_seconds": 0.02},
    {"padding_seconds": 0.5},
    {"on": 1.0, "off": 1.0},
]


@pytest.mark.parametrize("classes", [1, 4])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_means_what_it_says(options, classes):
    said = Decoding(frame_hop=1.0, **options)
    likely = np.random.default_rng(3).uniform(0, 1, (classes, 400)).astype("float32")
    likely = (likely + np.roll(likely, 1, 1)) / 2  # so that labels last a little
    starts = torch.arange(400, dtype=torch.float64) * HOP
    decoder = torchscript.script(Decoder(said))
    index, times = decoder(torch.from_numpy(likely), torch.stack([starts, starts + HOP], 1), 3.995)
    assert index.dtype == torch.int64 and times.dtype == torch.float32
    expected = by_hand(likely, HOP, 3.995, said)
    assert index.tolist() == [name for _, _, name in expected]
    np.testing.assert_allclose(times.numpy(), np.array([each[:2] for each in expected]).reshape(-1, 2), atol=1e-5)


@pytest.mark.parametrize(("form", "scores"), [("logit", [0.0, 3.0, -3.0]), ("softmax", [1.0, 9.0, 1.0])])
def test_scores_that_are_no_probabilities(form, scores):
    rows = torch.stack([torch.tensor(scores), torch.ones(3)])
    spans = torch.tensor([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]])
    found = Decoder(Decoding(frame_hop=1.0, form=form, on=0.95, off=0.9))(rows, spans, 3.0)
    assert found[0].tolist() == [0] and found[1].tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("frames", [0, 1])
def test_nothing_and_one_frame(frames):
    found = torchscript.script(Decoder(Decoding(frame_hop=1.0)))(
        torch.ones(2, frames), torch.tensor([[0.0, 1]])[:frames], 9.0
    )
    assert found[0].tolist() == [0, 1][: 2 * frames] and found[1].shape == (2 * frames, 2)


class Loudness(FrameLabels):
    """Peak of each 100 samples; blocks are whole frames."""

    def get_decoding(self):
        return Decoding(frame_hop=100, on=0.5, off=0.5)

    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, : x.size(1) // 100 * 100].reshape(1, -1, 100).abs().amax(2)


class Strict(Loudness):
    """The same for exactly 500 samples, with a memory that a new sound must not meet."""

    def __init__(self):
        super().__init__()
        self.register_buffer("last", torch.zeros(1))

    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        assert x.size(1) == 500, "500 samples"
        made = torch.maximum(x.reshape(1, 5, 100).abs().amax(2), 0.0 * self.last)
        self.last = self.last + 1.0
        return made


@pytest.mark.parametrize("kind", [Loudness, Strict])
@pytest.mark.parametrize("length", [0, 1, 99, 500, 1730])
def test_a_captured_classifier_takes_sound_of_any_length(kind, length):
    wrapper = kind()
    call = describe(wrapper)[0].model_copy(update={"sample_rates": (1000,)})
    call = call.model_copy(update={"block_sizes": (500,)} if kind is Strict else {"multiple": 100, "min_block": 100})
    captured = capture(wrapper, call, ModelCard(labels=("loud",)))[0]
    sound = torch.zeros(1, 2000)
    sound[0, 0], sound[0, 480], sound[0, 520], sound[0, 1720] = 1.0, 1.0, 1.0, -1.0
    index, times = captured.module(sound[:, :length], torch.zeros(0, length))
    expected = [(0.0, 0.1), (0.4, 0.6), (1.7, 1.8)]
    cut = [(start, min(end, length / 1000)) for start, end in expected if start < length / 1000 and length]
    if length == 500:
        cut = [(0.0, 0.1), (0.4, 0.5)]
    np.testing.assert_allclose(times.numpy(), np.array(cut).reshape(-1, 2), atol=1e-6)
    assert index.tolist() == [0] * len(cut) and captured.call.block_sizes == ()


class Rows(WaveformToLabels):
    """Probabilities of rows that have times of their own, as audacitorch's docstring has it; a gap before the last."""

    def do_forward_pass(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        likely = torch.tensor([[0.9, 0.1], [0.8, 0.7], [0.2, 0.9], [0.1, 0.9]]) + 0.0 * x[0, 0]
        return likely, torch.tensor([[0.0, 0.1], [0.1, 0.2], [0.2, 0.3], [0.5, 0.6]]) + 0.0 * x[0, 0]


def test_probabilities_of_rows_are_decoded():
    call = Call(wrapper=True, layout="CT", output_layout="CT", labels=True, sample_rates=(1000,))
    captured = capture(Rows(), call, ModelCard(labels=("a", "b")))[0]
    index, times = captured.module(torch.zeros(1, 1000), torch.zeros(0, 1000))
    assert index.tolist() == [0, 1, 1]
    np.testing.assert_allclose(times.numpy(), [[0, 0.2], [0.1, 0.3], [0.5, 0.6]], atol=1e-6)


def test_a_thousand_labels_cost_next_to_nothing():
    """0.1 ms is meant; other tests run beside this one, so the best of many counts and may be three times that."""
    decoder = torchscript.script(Decoder(Decoding(frame_hop=1.0)))
    likely = torch.zeros(1, 2000)
    likely[:, ::2] = 1.0
    starts = torch.arange(2000) * HOP
    spans, best = torch.stack([starts, starts + HOP], 1), 1.0
    with torch.inference_mode():
        for _ in range(200):
            begun = time.perf_counter()
            index, _ = decoder(likely, spans, 20.0)
            best = min(best, time.perf_counter() - begun)
    assert len(index) == 1000 and best < 0.0003
