"""An engine is locked in: a hostile model that has got past everything else reaches no file, and sound goes on."""

import re
import tempfile
from pathlib import Path

import cards
import hostile_models
import numpy as np
import pytest
import torch

from studio.link import keeper
from studio.link.shared import State
from studio.wrappers.captured import load_captured

pytestmark = [pytest.mark.audio, pytest.mark.timeout(120)]


@pytest.fixture
def victim():
    """Where a model is not to act: a place of the user's, outside of all that tests give to an engine."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "file"


@pytest.fixture
def playing(studio, fake_card, sound, archives):
    """A player on which `half` is heard."""
    studio.start()
    studio.load_audio([sound(np.full((2, 48000 * 60), 0.5))])
    studio.load_model(str(archives["half"]), "half", quiet=False)
    studio.open_device(None, 48000, 256)
    studio.play()
    studio.wait("loaded")
    fake_card.wait_for_level(0.25)
    return studio


def still_plays(studio, archives):
    studio.load_model(str(archives["gain"]), "gain", quiet=False, knobs=[0.75])
    assert studio.wait("loaded")["key"] == "gain"
    position = studio.status().position
    studio.wait_status(lambda status: status.state == State.RUNNING and status.position > position + 4800)


@pytest.mark.parametrize(
    ("deed", "is_told"),
    [
        ("map", True),
        pytest.param("read", True, marks=pytest.mark.slow),
        pytest.param("save", False, marks=pytest.mark.slow),
    ],
)
def test_what_a_model_does_while_it_is_loaded_fails(playing, archives, tmp_path, victim, deed, is_told):
    """Torch says nothing of a file that it could not save."""
    if deed == "read":
        victim.write_bytes(np.float32(0.125).tobytes())
    hostile = hostile_models.save_hostile(tmp_path / "model.pt", deed, victim, once_loaded=True)
    before = victim.exists(), engine_of(playing)
    playing.load_model(hostile, "hostile", quiet=False)
    if is_told:
        assert "cannot be loaded" in playing.wait_failure("model")["message"]
    else:
        assert playing.wait("loaded")["key"] == "hostile"
    assert (victim.exists(), engine_of(playing)) == before
    still_plays(playing, archives)
    load_captured(Path(hostile))  # here, where nothing is locked, it does what it is meant to
    assert victim.exists()


@pytest.mark.parametrize(
    ("deed", "level", "depth"),
    [("map", 0.5, 2), *(pytest.param(*each, marks=pytest.mark.slow) for each in [("map", 0.5, 0), ("save", 0.25, 2)])],
)
def test_what_a_model_does_while_it_plays_fails_on_every_thread(
    playing, fake_card, archives, tmp_path, victim, deed, level, depth
):
    hostile = hostile_models.save_hostile(tmp_path / "model.pt", deed, victim, once_loaded=False)
    playing.open_device(None, 48000, 256, depth=depth)
    playing.load_model(hostile, "hostile", quiet=False)
    playing.wait("loaded")
    assert playing.wait_status(lambda status: status.playing).depth == depth
    assert all(is_locked(thread) for thread in threads_of(engine_of(playing)))
    playing.set_knob(0, 1.0)
    if level == 0.5:  # the dry sound
        assert "failed while it played" in playing.wait_failure("model")["message"]
    fake_card.wait_for_frames(4800)
    fake_card.wait_for_level(level)
    assert not victim.exists() and playing.status().playing
    still_plays(playing, archives)
    load_captured(Path(hostile)).module(torch.ones(1, 8), torch.ones(1, 8))
    assert victim.exists()


@pytest.mark.slow
def test_a_spare_engine_is_locked_in_before_it_is_needed(exchanging, fake_card, monkeypatch):
    monkeypatch.setattr(keeper, "SPARE_AFTER", 0.0)
    exchanging.start()
    exchanging.open_device(None, 48000, 256)
    cards.wait_for(lambda: exchanging._keeper.spare_is_ready, 60, "a spare engine")
    assert all(is_locked(task) for task in threads_of(exchanging._keeper._spare.pid))


def threads_of(pid):
    return [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]


def is_locked(said):
    return re.search(r"^Seccomp:\t2$", said, re.M) and re.search(r"^NoNewPrivs:\t1$", said, re.M)


def engine_of(studio):
    return studio._keeper.active.pid
