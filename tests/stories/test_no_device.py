"""A machine without a sound card: the window says so, and everything but live sound works."""

import numpy as np
import pytest
from desk import until

from studio.audio.files import read_audio

pytestmark = [pytest.mark.gui, pytest.mark.audio]


@pytest.fixture(scope="module")
def desk(sit_down, home, patch):
    """The loader finds a sound library that is none."""
    (home / "libportaudio.so.2").write_bytes(b"")
    patch.setenv("LD_LIBRARY_PATH", str(home))
    with sit_down(card=None) as desk:
        desk.wait_model("clipper.py")
        desk.wait_sound("eight-bars.flac")
        yield desk


def test_the_window_says_so(desk):
    until(lambda: desk.controller.playing.device.trouble, what="the device's trouble")
    assert desk.window.status.device.text() == "No audio device"
    assert "everything but live sound works" in desk.window.status.device.toolTip()
    assert not desk.page.audio.transport.play.isEnabled()


def test_a_sound_is_seen_and_saved(desk, home):
    until(lambda: desk.page.audio.wet._peaks is not None, what="the wet waveform")
    assert desk.save_sound(home / "wet.wav"), desk.problem
    assert 0.1 < np.abs(read_audio(home / "wet.wav")[0]).max() <= 1.0


@pytest.mark.slow
def test_packages_are_written(desk, home):
    assert len(desk.export(home / "packages").written) == 2
