"""Models that cost more than there is time for."""

import time

import cards
import numpy as np
import pytest
import torch
from torch import nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.engine.render import render
from studio.engine.voice import load_voice
from studio.link.shared import State
from studio.wrappers.base import WaveformToWaveform
from studio.wrappers.capture import capture
from studio.wrappers.captured import save_captured

pytestmark = [pytest.mark.audio, pytest.mark.timeout(180)]


class Heavy(WaveformToWaveform):
    """Half, and so much for each sample that no block size helps."""

    def __init__(self):
        super().__init__(nn.Sequential(nn.Conv1d(1, 256, 1), nn.Conv1d(256, 256, 49, padding=24)))

    def do_forward_pass(self, x):
        return x * 0.5 + self.model(x[:1].unsqueeze(0))[0, :1] * 0.0


class Brittle(Heavy):
    """Heavy, and breaks where sound is loud."""

    def do_forward_pass(self, x):
        if float(x.abs().max()) > 0.9:
            raise ValueError("too loud")
        return x * 0.5 + self.model(x[:1].unsqueeze(0))[0, :1] * 0.0


class Ponderous(WaveformToWaveform):
    """Half, and so much for each call that blocks of 128 are too small, and larger ones are not."""

    def __init__(self, turns):
        super().__init__(nn.Linear(256, 256))
        self.turns = turns

    def do_forward_pass(self, x):
        v = self.model.weight
        for _ in range(self.turns):
            v = torch.tanh(torch.mm(v, self.model.weight))
        return x * 0.5 + v[0, 0] * 0.0


def turns_for(seconds):
    """How many products take so long on this machine."""
    matrix = torch.randn(256, 256)
    taken = []
    for _ in range(40):
        began = time.perf_counter()
        torch.tanh(torch.mm(matrix, matrix))
        taken.append(time.perf_counter() - began)
    return max(1, round(seconds / np.median(taken)))


@pytest.fixture
def archive(tmp_path):
    def save(model):
        call = Call(wrapper=True, layout="CT", channels_in=1, outputs=(Output(name="output"),))
        save_captured(capture(model, call, ModelCard(name="slow"))[0], tmp_path / "slow.pt")
        return tmp_path / "slow.pt"

    return save


def heard(card, level):
    """Wait until nothing but this level comes out."""
    cards.wait_for(lambda: np.abs(card.played[-4800:] - level).max() < 1e-3, 60, f"the level {level}")


def listen_to(model, studio, archives, sound, block=128, *, live=False):
    studio.start()
    studio.open_device(None, 48000, block, live=live)
    studio.load_audio([sound(np.full((2, 48000 * 60), 0.5))])
    studio.load_model(str(archives[model]), model, quiet=False, knobs=[1.0])
    studio.play()
    studio.wait("loaded")
    studio.wait_status(lambda status: status.playing and status.beat > 100)


@pytest.mark.slow
def test_a_model_slower_than_real_time_is_rendered_ahead_and_all_of_it_is_heard(studio, fake_card, archive, sound):
    path = archive(Heavy())
    audio = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 24000)).astype(np.float32)
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.load_audio([sound(audio)])
    studio.load_model(str(path), "heavy", quiet=False)
    studio.play()
    studio.wait("loaded", 60)
    studio.wait_status(lambda status: status.state == State.AHEAD and status.playing)
    studio.wait_status(lambda status: status.position == 24000 and not status.playing, 90)
    fake_card.wait_for_frames(4800)
    played = fake_card.played
    first = int(np.flatnonzero(played)[0])
    rendered = render(load_voice(path, 2, 48000, 256), audio, 48000, 256).sounds[0]
    np.testing.assert_allclose(played[first + 512 : first + 24000], rendered[512:], atol=1e-5)
    assert studio.status().xruns == 0


@pytest.mark.slow
def test_one_that_breaks_while_it_is_rendered_ahead_is_explained(studio, fake_card, archive, sound):
    path = archive(Brittle())
    studio.start()
    studio.open_device(None, 48000, 256)
    studio.load_audio([sound(np.repeat([[0.5, 0.95]], 48000, axis=1))])
    studio.load_model(str(path), "brittle", quiet=False)
    studio.play()
    studio.wait("loaded", 60)
    assert "too loud" in studio.wait_failure("model", 60)["message"]
    heard(fake_card, 0.95)  # as it is


@pytest.mark.slow
def test_live_input_is_refused_with_the_number(studio, fake_card, archive):
    path = archive(Heavy())
    fake_card.listen("sine")
    studio.start()
    studio.open_device(None, 48000, 256, live=True)
    studio.load_model(str(path), "heavy", quiet=False)
    studio.play()
    said = studio.wait_failure("live", 60)
    assert "s for each second of sound" in said["message"] and "live input" in said["message"]
    studio.wait_status(lambda status: status.state == State.OVERLOAD)
    cards.wait_for(lambda: np.abs(fake_card.played[-480:]).max() > 0.49, 10, "the dry sound")


@pytest.mark.slow
def test_the_smallest_block_that_works_is_named(studio, fake_card, archive, sound):
    path = archive(Ponderous(turns_for(seconds=0.0045)))
    studio.start()
    studio.open_device(None, 48000, 128)
    studio.load_audio([sound(np.full((2, 48000), 0.25))])
    studio.load_model(str(path), "ponderous", quiet=False)
    said = studio.wait("overload", 60)
    assert "of the time at 128 samples" in said["message"]
    named = next(size for size in (256, 512, 1024, 2048) if f"blocks of {size} samples" in said["hint"])
    studio.open_device(None, 48000, named)
    studio.play()
    studio.wait("device")
    fake_card.wait_for_level(0.125)
    assert studio.status().state == State.RUNNING


@pytest.mark.slow
def test_it_is_named_too_when_another_model_was_heard_before(exchanging, shared_card, archive, archives, sound):
    listen_to("half", exchanging, archives, sound)
    cards.wait_for(lambda: exchanging._keeper.spare_is_ready, 60, "a spare engine")
    exchanging.load_model(str(archive(Ponderous(turns_for(seconds=0.0045)))), "ponderous", quiet=False)
    said = exchanging.wait("overload", 60)
    assert "of the time at 128 samples" in said["message"] and "blocks of" in said["hint"]
    assert exchanging.wait_status(lambda status: status.state == State.OVERLOAD).playing
    assert len([each for each in exchanging.told if each["event"] == "overload"]) == 1


@pytest.mark.slow
def test_live_input_is_refused_too_when_another_model_was_heard_before(
    exchanging, shared_card, archive, archives, sound
):
    shared_card.listen("sine")
    listen_to("half", exchanging, archives, sound, 256, live=True)
    cards.wait_for(lambda: exchanging._keeper.spare_is_ready, 60, "a spare engine")
    exchanging.load_model(str(archive(Heavy())), "heavy", quiet=False)
    assert "live input" in exchanging.wait_failure("live", 60)["message"]


@pytest.mark.slow
def test_a_second_model_slower_than_real_time_is_rendered_ahead_and_so_is_the_first(
    studio, fake_card, archive, archives, sound
):
    listen_to("gain", studio, archives, sound, 256)
    studio.load_model(str(archive(Heavy())), "heavy", quiet=False, slot=1)
    studio.wait("loaded", 60)
    studio.wait_status(lambda status: status.state == State.AHEAD and status.playing)
    heard(fake_card, 0.5)
    studio.hear(1)
    heard(fake_card, 0.25)
    studio.unload_model(1)
    studio.wait_status(lambda status: status.state == State.RUNNING and status.depth == 0)
    heard(fake_card, 0.5)
    assert [each for each in studio.told if each["event"] == "overload"] == []


@pytest.mark.slow
def test_a_second_model_that_needs_larger_blocks_leaves_the_first_alone(studio, fake_card, archive, archives, sound):
    listen_to("half", studio, archives, sound)
    studio.load_model(str(archive(Ponderous(turns_for(seconds=0.0045)))), "ponderous", quiet=False, slot=1)
    said = studio.wait("overload", 60)
    assert "other model" in said["message"] and "blocks of" in said["hint"]
    assert studio.wait_status(lambda status: status.playing and status.beat > 100).state == State.RUNNING
    heard(fake_card, 0.25)
    studio.hear(1)
    studio.wait_status(lambda status: status.state == State.OVERLOAD)
    heard(fake_card, 0.5)  # as it is
    studio.hear(0)
    studio.wait_status(lambda status: status.state == State.RUNNING)
    heard(fake_card, 0.25)
    assert len([each for each in studio.told if each["event"] == "overload"]) == 1
