"""One window for all stories of a file; a sound card with a perfect memory; models and sounds to drop."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from desk import RATE, Desk, until

from studio.audio.files import write_audio

HERE = Path(__file__).parent
HEAVY = {"torch", "sounddevice"}
sys.path.append(str(HERE.parent / "engine"))  # the engine's tests know the card


@pytest.fixture(scope="session")
def dropped(tmp_path_factory):
    """Models to drop."""
    folder = tmp_path_factory.mktemp("dropped")
    for path in (HERE / "models").iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    subprocess.run([sys.executable, folder / "make.py", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def sine():
    """A steady sine of 997 Hz `[2, samples]` at half of full scale."""
    return lambda seconds: np.tile(0.5 * np.sin(2 * np.pi * 997 * np.arange(round(RATE * seconds)) / RATE), (2, 1))


@pytest.fixture(scope="module")
def write(home):
    """Write a sound where the user keeps them."""

    def write(name, audio, rate=RATE):
        write_audio(home / name, np.asarray(audio, np.float32), rate)
        return home / name

    return write


@pytest.fixture(scope="session")
def card_library(tmp_path_factory):
    import cards

    return cards.build_fake_card(tmp_path_factory.mktemp("fakepa"))


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def home(tmp_path_factory, patch):
    """A user who has just installed the app."""
    folder = tmp_path_factory.mktemp("home")
    patch.setenv("STUDIO_CONFIG_DIR", str(folder / "config"))
    patch.setenv("STUDIO_STATE_DIR", str(folder / "state"))
    return folder


@pytest.fixture(scope="module")
def card(card_library, home, patch):
    import cards

    return cards.FakeCard(card_library, home, patch)


@pytest.fixture(scope="module")
def sit_down(qapp, home, card):
    """Start the app; as often as is wanted, on the same home."""
    qapp.setStyle("Fusion")
    desks, before = [], HEAVY & set(sys.modules)

    @contextlib.contextmanager
    def sit_down(*paths, card=card):
        desk = Desk(home, card, paths)
        desks.append(desk)
        try:
            until(lambda: desk.start.wiring is not None, what="the window to be coupled")
            yield desk
        finally:
            desk.quit()

    yield sit_down
    qapp.setStyleSheet("")
    assert HEAVY & set(sys.modules) == before, "the window's process must never import them"


@pytest.fixture(scope="module")
def desk(sit_down):
    """The window with the bundled model and recording."""
    with sit_down() as desk:
        desk.wait_model("clipper.py")
        desk.wait_sound("eight-bars.flac")
        yield desk
