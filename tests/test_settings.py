"""Preferences outlive the program, newer versions and damage."""

import json
import os

import pytest

from studio.errors import FileError
from studio.settings import RECENT_LIMIT, ROWS, SETTINGS, Settings, config_dir, state_dir


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "settings.json"


def test_every_default_is_accepted_and_explained():
    assert len(ROWS) == len(SETTINGS)
    for row in SETTINGS:
        assert row.accepts(row.default)
        assert not row.text or row.help
        assert not row.words or len(row.words) == len(row.choices)


def test_what_is_saved_comes_back(path):
    settings = Settings(path)
    settings["audio.block"], settings["export.authors"] = 512, ("Ada L.", "Grace H.")
    settings.save()
    again = Settings(path)
    assert again["audio.block"] == 512 and again["export.authors"] == ("Ada L.", "Grace H.")
    assert again["appearance.theme"] == "system" and again.note == ""


@pytest.mark.parametrize("key, value", [("audio.block", 100), ("audio.block", True), ("appearance.theme", "pink")])
def test_values_outside_the_choices_are_refused(path, key, value):
    settings = Settings(path)
    with pytest.raises(ValueError, match="cannot be"):
        settings[key] = value
    assert settings[key] == ROWS[key].default


def test_a_strange_value_in_the_file_falls_back(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"audio.block": "many", "audio.device": 3, "files.recent_models": [1]}))
    settings = Settings(path)
    assert [settings[key] for key in ("audio.block", "audio.device", "files.recent_models")] == [256, "", ()]


def test_values_of_a_newer_version_are_kept(path):
    path.parent.mkdir()
    path.write_text('{"audio.sparkle": 11}')
    settings = Settings(path)
    settings["audio.block"] = 64
    settings.save()
    assert json.loads(path.read_text()) == {"audio.sparkle": 11, "audio.block": 64}


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_broken_file_is_set_aside(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    settings = Settings(path)
    assert settings["audio.block"] == 256 and str(path.with_suffix(".bad")) in settings.note
    assert path.with_suffix(".bad").read_bytes() == content
    settings.save()
    assert Settings(path).note == ""


def test_recent_files_are_unique_newest_first_and_few(path):
    settings = Settings(path)
    for number in range(20):
        settings.remember("files.recent_models", f"{number}.py")
    settings.remember("files.recent_models", "15.py")
    recent = settings["files.recent_models"]
    assert recent[:3] == ("15.py", "19.py", "18.py") and len(recent) == len(set(recent)) == RECENT_LIMIT


def test_an_unwritable_folder_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be written"):
        Settings(tmp_path / "file" / "settings.json").save()


def test_folders_follow_the_environment(monkeypatch):
    assert str(config_dir()) == os.environ["STUDIO_CONFIG_DIR"] and str(state_dir()) == os.environ["STUDIO_STATE_DIR"]
    monkeypatch.delenv("STUDIO_CONFIG_DIR")
    assert config_dir().name == "neural-audio-studio"
