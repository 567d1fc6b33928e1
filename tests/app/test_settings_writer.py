"""Settings are kept without a wait, the latest ones count, and what cannot be written is said."""

import json
import threading
import time
from pathlib import Path

from studio.app.settings_writer import SettingsWriter
from studio.settings import Settings


def test_a_slow_disk_keeps_nobody_waiting_and_gets_the_latest(tmp_path):
    may_write, written = threading.Event(), []

    def slow(path, text):
        may_write.wait(10)
        written.append(json.loads(text)["audio.block"])
        path.write_text(text)

    writer = SettingsWriter(slow)
    settings = Settings(tmp_path / "settings.json", writer.write)
    began = time.monotonic()
    for block in (64, 128, 256, 512):
        settings["audio.block"] = block
        settings.save()
    assert time.monotonic() - began < 5, "the disk takes ten seconds"
    may_write.set()
    writer.close()
    assert written[-1] == 512 and len(written) <= 2
    assert Settings(tmp_path / "settings.json")["audio.block"] == 512


def test_settings_that_cannot_be_written_are_told(qtbot):
    writer = SettingsWriter()
    settings = Settings(Path("/sys/settings.json"), writer.write)
    settings["audio.block"] = 128
    with qtbot.waitSignal(writer.failed) as told:
        settings.save()
    assert "cannot be written" in told.args[0].sentence
    writer.close()
