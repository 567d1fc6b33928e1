"""What is played into the sound card is heard through the model, and what one does to a sound works on it."""

import cards
import numpy as np
import pytest
import soundfile
from desk import RATE, until

pytestmark = [pytest.mark.gui, pytest.mark.audio]


@pytest.fixture
def live(desk):
    """The window hears a microphone with noise in it; afterwards the recording again."""
    desk.card.listen("noise")
    desk.click(desk.page.audio.head.source.live)
    if not desk.controller.services.settings["audio.told_live"]:
        desk.answer(desk.wait_dialog("Use headphones", "howl"))
    until(lambda: desk.controller.playing.device.live, what="the microphone")
    desk.play()
    yield desk
    desk.click(desk.page.audio.head.source.file)
    until(lambda: not desk.controller.playing.device.live, what="the sound file")
    desk.card.listen("ramp")


def both(desk, seconds=0.3):
    """What came in and what went out at the same moments `[samples]`."""
    start = int(desk.card.evidence["recn"])
    desk.listen(seconds)
    spoken, heard = (cards.last_samples(desk.card.evidence, what, start) for what in ("mic", "played"))
    count = min(len(spoken), len(heard))
    return spoken[:count], heard[:count]


def test_the_microphone_is_heard_through_the_model_and_dry(live):
    live.turn("gain", 0.3)
    live.page.audio.transport.gain.setValue(0)
    until(lambda: np.abs(both(live)[1]).max() > 0.1, what="sound")
    spoken, heard = both(live)
    assert not np.allclose(heard, spoken, atol=1e-3), "the clipper does something"
    live.do("play.bypass")
    until(lambda: np.array_equal(*both(live)), what="the dry sound, at the same moment and to the last bit")
    live.do("play.bypass")
    until(lambda: not np.allclose(*both(live), atol=1e-3), what="the model again")


def test_pause_is_silence_and_the_window_says_what_is_heard(live):
    assert "fake card" in live.page.audio.head.facts.text()
    live.play(False)
    until(lambda: not both(live)[1].any(), what="silence")
    live.play()
    until(lambda: both(live)[1].any(), what="sound")


def test_levels_of_the_last_seconds_stand_where_the_waveforms_of_the_file_did(live):
    audio = live.page.audio
    assert audio.live_in.isVisible() and audio.live_out.isVisible()
    assert not (audio.dry.isVisible() or audio.wet.isVisible() or audio.ruler.isVisible())
    until(lambda: len(audio.live_in.levels) > 10, what="levels")
    spoken, _ = both(live)
    assert audio.live_in.levels[-1] == pytest.approx(np.abs(spoken).max(), rel=0.1)
    live.click(audio.head.source.file)
    until(lambda: audio.dry.isVisible() and audio.ruler.isVisible() and not audio.live_in.isVisible(), what="the file")
    live.click(audio.head.source.live)
    until(lambda: audio.live_in.isVisible(), what="the input again")


def test_what_was_played_in_is_recorded(live, tmp_path):
    settings = live.controller.services.settings
    settings["recording.folder"], settings["recording.format"] = str(tmp_path), "float"
    done = []
    live.controller.recording.finished.connect(done.append)
    live.click(live.page.audio.transport.record)
    live.listen(1.0)
    live.click(live.page.audio.transport.record)
    until(lambda: done, what="the recording")
    found, rate = soundfile.read(done[0].files[0])
    assert rate == RATE and len(found) > 0.8 * RATE and np.abs(found).max() > 0.01 and done[0].missed == 0


def test_a_microphone_that_is_pulled_out_comes_back(live):
    live.card.pull_out()
    until(lambda: "fake card B" in live.controller.playing.device.name, 30, "the other device")
    until(lambda: both(live)[1].any(), what="sound")
    live.card.pull_out(gone=False)
    until(lambda: "fake card B" not in live.controller.playing.device.name, 30, "the first device")
    assert live.controller.playing.device.live
    until(lambda: both(live)[1].any(), what="sound")
