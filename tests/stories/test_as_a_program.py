"""`python -m studio` on a screen of its own, driven by keys alone."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import cards
import numpy as np
import pytest

pytestmark = [pytest.mark.gui, pytest.mark.audio, pytest.mark.xvfb]
SIZE = (1280, 800)


class Screen:
    """A virtual screen, its keyboard and a look at its pixels."""

    def __init__(self, display, folder):
        self.environment = dict(os.environ, DISPLAY=display, QT_QPA_PLATFORM="xcb")
        self._frame = folder / "Xvfb_screen0"

    def xdotool(self, *words):
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=20, check=False
        )
        return done.stdout.split()

    def press(self, *keys):
        find = ("search", "--onlyvisible", "--name", "Neural Audio Studio")
        window = cards.wait_for(lambda: self.xdotool(*find), 20, "the window")
        self.xdotool("windowfocus", "--sync", window[0], "key", *keys)

    def picture(self):
        """What is seen `[height, width, rgb]`: Xvfb keeps it in a file in the format of xwd."""
        data = self._frame.read_bytes()
        head = np.frombuffer(data[:100], ">u4")
        start, width, height, line = head[0] + 12 * head[19], head[4], head[5], head[12]
        rows = np.frombuffer(data, np.uint8, height * line, start).reshape(height, line)
        return rows[:, : width * 4].reshape(height, width, 4)[:, :, 2::-1]


@pytest.fixture
def screen(tmp_path):
    read, write = os.pipe()
    size = ["-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", tmp_path, "-displayfd", str(write), "-nolisten", "tcp"]
    with (
        (tmp_path / "xvfb.log").open("wb") as log,
        subprocess.Popen(["Xvfb", *size], pass_fds=[write], stderr=log) as x,
    ):
        os.close(write)
        try:
            number = os.read(read, 20).decode().strip()
            assert number, (tmp_path / "xvfb.log").read_text()
            yield Screen(f":{number}", tmp_path)
        finally:
            os.close(read)
            x.terminate()


@pytest.fixture
def program(screen, card, home):
    """The app, at home, with its packages to be written there."""
    (home / "config").mkdir(exist_ok=True)
    settings = {"export.folder": str(home / "packages"), "appearance.theme": "dark"}
    (home / "config" / "settings.json").write_text(json.dumps(settings))
    with subprocess.Popen([sys.executable, "-m", "studio"], env=screen.environment, stderr=subprocess.PIPE) as program:
        yield program
        program.kill()


def level(card):
    """The loudest of the last tenth of a second."""
    end = int(card.evidence["recn"])
    return float(np.abs(card.evidence["played"][max(0, end - 4800) : end]).max()) if end > 4800 else 0.0


def export_by_key(screen, home):
    """A window that is still busy with its first model takes no order to export: then once more."""
    for _ in range(5):
        screen.press("ctrl+e")
        with contextlib.suppress(AssertionError):
            cards.wait_for((home / "packages").exists, 8, "an export to begin")
            return


def test_it_plays_exports_and_quits(program, screen, card, home):
    cards.wait_for(lambda: level(card) > 0.2, 30, "the example to be heard")
    seen = cards.wait_for(lambda: len(np.unique(screen.picture().reshape(-1, 3), axis=0)) > 200, 10, "a picture")
    assert seen and screen.picture().shape == (SIZE[1], SIZE[0], 3)
    screen.press("space")
    cards.wait_for(lambda: level(card) == 0.0, 10, "silence")
    export_by_key(screen, home)
    cards.wait_for(lambda: len([*home.glob("packages/*/*")]) == 2, 60, "both packages")
    mapped = Path(f"/proc/{program.pid}/maps").read_text()
    assert "libpython" in mapped or "python" in mapped
    assert "libtorch" not in mapped and "libportaudio" not in mapped
    started = time.monotonic()
    screen.press("ctrl+q")
    assert program.wait(10) == 0, program.stderr.read()
    assert time.monotonic() - started < 5
    assert b"Traceback" not in program.stderr.read()
    closed = int(card.evidence["closes"])
    assert closed == int(card.evidence["opens"])
