"""The window opens, a bundled model auditions a bundled recording, and its knobs are heard."""

import numpy as np
import pytest
from desk import until

pytestmark = [pytest.mark.gui, pytest.mark.audio]


def test_the_example_plays_by_itself_at_full_level(desk):
    assert [*desk.page.knobs.views] == ["min", "max", "gain"]
    desk.wait_level(0.2, 1.0)
    assert desk.status.gain_db == 0.0 and desk.status.playing
    assert "fake card" in desk.window.status.device.text()


def test_waveforms_transport_and_read_outs_are_live(desk):
    page = desk.page
    until(lambda: page.audio.wet._peaks is not None and not page.audio.wet._stale, what="the wet waveform")
    before = page.audio.transport.time.text()
    until(lambda: page.audio.transport.time.text() != before, what="the clock")
    status = desk.window.status
    until(lambda: status.figures.text().startswith("Load "), what="the load in the status line")
    assert page.audio.dry._peaks.frames == page.audio.wet._peaks.frames


@pytest.mark.parametrize("gain", [0.125, 0.03125])
def test_a_knob_changes_what_reaches_the_card_while_it_plays(desk, gain):
    desk.turn("gain", gain)
    assert desk.wait_level(gain * 0.9, gain * 1.001) == pytest.approx(gain, rel=0.01)
    assert desk.project.knobs["gain"] == pytest.approx(gain)


def test_stop_is_silence_at_the_start(desk):
    desk.click(desk.page.audio.transport.stop)
    until(lambda: not desk.status.playing and desk.status.position == 0)
    desk.wait_level(0.0, 0.0)
    assert not np.any(desk.listen())


def test_nothing_has_to_be_saved_but_the_knobs_that_were_turned(desk):
    undo = desk.window.menus.actions["edit.undo"]
    assert desk.window.isWindowModified()
    while undo.isEnabled():
        assert "gain" in undo.text()
        undo.trigger()
    assert not desk.window.isWindowModified() and desk.model == "clipper.py"
