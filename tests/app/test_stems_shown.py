"""A model with several outputs: each is seen under the source."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from studio.app.state import Stem
from studio.app.widgets.stems import ROW_PX, Stems
from studio.audio.files import read_audio, write_audio
from studio.audio.peaks import peaks_of
from studio.document.call import Output
from studio.document.mixer import Mixer, StemLevel


def stem(name, level=0.5):
    return Stem(name, peaks_of(np.full((2, 4800), level, np.float32)))


@pytest.fixture
def separated(studio, qtbot, monkeypatch):
    """The present sound, split in two by a model: a half and a quarter of it."""

    def render(opened, source, target, **_said):
        audio, rate = read_audio(Path(source))
        paths = [target.with_name(f"wet_{name}.wav") for name in ("drums", "rest")]
        for path, share in zip(paths, (0.5, 0.25), strict=True):
            write_audio(path, audio * share, rate)
        return {"output": str(paths[0]), "outputs": [str(path) for path in paths], "latency": 0}

    original = studio.controller.services.open_model

    def open_model(source, folder, **said):
        made = original(source, folder, **said)
        outputs = (Output(name="drums", channels=2), Output(name="rest", channels=2))
        return made.model_copy(update={"call": made.call.model_copy(update={"outputs": outputs})})

    object.__setattr__(studio.controller.services, "render_file", render)
    object.__setattr__(studio.controller.services, "open_model", open_model)
    studio.wiring.commands.open_paths([studio.model(), studio.sound()])
    qtbot.waitUntil(lambda: len(studio.page.audio.stems.waves) == 2, timeout=5000)
    return studio


def test_each_output_has_a_row_with_its_name_and_its_sound(separated):
    audio = separated.page.audio
    assert [wave.accessibleName() for wave in audio.stems.waves] == ["drums waveform", "rest waveform"]
    assert audio.stems.isVisible() and not audio.wet.isVisible()
    highest = [wave._peaks.view(0, 24000, 1)[1].max() for wave in audio.stems.waves]
    assert highest[0] == pytest.approx(2 * highest[1], rel=1e-3)


def test_rows_move_with_the_other_waveforms(separated, qtbot):
    audio = separated.page.audio
    audio.zoom(4.0, 0.0)
    assert audio.stems.waves[1]._view == audio.dry._view
    separated.engine.now.position = 1234
    qtbot.waitUntil(lambda: audio.stems.waves[1]._playhead == 1234)
    audio.stems.waves[0].selected.emit(100, 5000)
    assert audio.stems.waves[1]._loop == (100, 5000) and separated.engine.told("loop")[-1] == (100, 5000)


def test_what_the_mixer_mutes_is_dim(separated):
    mixer = Mixer(stems={"rest": StemLevel(soloed=True)})
    separated.controller.editing.change("Solo rest", mixer=mixer)
    assert [wave._dimmed for wave in separated.page.audio.stems.waves] == [True, False]


def test_another_model_takes_the_rows_away(separated, qtbot):
    separated.controller.listening.stems_changed.emit(())
    assert not separated.page.audio.stems.isVisible() and separated.page.audio.wet.isVisible()


def test_many_rows_scroll(qtbot, theme):
    stems = Stems(theme)
    qtbot.addWidget(stems)
    stems.resize(400, 160)
    stems.show_stems([stem(f"output {number}") for number in range(8)])
    stems.show()
    QTest.qWait(1)
    assert isinstance(stems, QScrollArea) and stems.verticalScrollBar().maximum() > 0
    assert all(wave.height() >= ROW_PX for wave in stems.waves)
