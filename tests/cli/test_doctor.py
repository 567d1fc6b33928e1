"""`studio doctor`: what is said of this computer is so, and 1 where something is broken."""

import json
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from studio.jobs.doctor import LIBRARIES, library_rows

sys.path.append(str(Path(__file__).parents[1] / "engine"))  # the engine's tests know the card
import cards


@pytest.fixture(scope="module")
def card_library(tmp_path_factory):
    return cards.build_fake_card(tmp_path_factory.mktemp("fakepa"))


def doctor(*words):
    """The exit code and the rows by id."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", "doctor", *words], capture_output=True, text=True, check=False
    )
    assert done.stderr == "", done.stderr
    if "--json" not in words:
        return done.returncode, done.stdout
    found = json.loads(done.stdout)
    assert found["ok"] == (done.returncode == 0)
    return done.returncode, {row["id"]: row for section in found["sections"] for row in section["checks"]}


def test_a_computer_that_is_well(card_library, tmp_path, monkeypatch):
    cards.FakeCard(card_library, tmp_path, monkeypatch)
    code, rows = doctor("--json")
    assert code == 0 and {row["verdict"] for row in rows.values()} <= {"pass", "warn"}
    assert rows["versions.python"]["value"] == platform.python_version()
    assert rows["versions.torch"]["value"] == version("torch")
    assert rows["sound.opens"]["value"] == "48 kHz, 256 samples, 5.3 ms"
    assert [rows[f"sound.device.{number}"]["title"] for number in (1, 2)] == [
        "fake card (fakepa)",
        "fake card B (fakepa)",
    ]
    assert "the usual output and input" in rows["sound.device.1"]["advice"]
    assert rows["priority.granted"]["value"] in ("real time", "raised", "none")


def test_the_device_of_the_settings_is_tried_and_rates_are_really_asked(card_library, tmp_path, monkeypatch):
    cards.FakeCard(card_library, tmp_path, monkeypatch, rates=(96000,))
    monkeypatch.setenv("STUDIO_CONFIG_DIR", str(tmp_path))
    wanted = {"audio.device": "Old Headphones", "audio.sample_rate": 96000, "audio.block": 128}
    (tmp_path / "settings.json").write_text(json.dumps(wanted))
    code, rows = doctor("--json")
    opened = rows["sound.opens"]
    assert (code, opened["verdict"], opened["value"]) == (0, "warn", "96 kHz, 128 samples, 1.3 ms")
    assert "Old Headphones is not there" in opened["advice"]


def test_without_a_sound_library_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "libportaudio.so.2").write_bytes(b"")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    code, rows = doctor("--json")
    assert code == 1 and "libportaudio2" in rows["sound.portaudio"]["advice"]
    assert rows["libraries.missing"]["verdict"] == "fail" and "libportaudio" in rows["libraries.missing"]["advice"]


def test_a_sound_system_that_ends_the_process_is_one_row(tmp_path, monkeypatch):
    source = tmp_path / "abort.c"
    source.write_text("#include <stdlib.h>\nint Pa_Initialize(void) { abort(); }\n")
    library = tmp_path / "libportaudio.so.2"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    code, rows = doctor("--json")
    assert code == 1 and rows["sound.asked"]["verdict"] == "fail" and rows["priority.granted"]["value"]


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STUDIO_STATE_DIR", "/proc/1/studio")
    code, rows = doctor("--json")
    assert code == 1 and rows["folders.state"]["verdict"] == "fail" and rows["folders.settings"]["verdict"] == "pass"


def test_the_text_names_no_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STUDIO_CONFIG_DIR", str(tmp_path / "config"))
    _, text = doctor()
    assert "~/config" in text and str(tmp_path) not in text
    for head in ("Versions", "Sound", "Priority", "Libraries", "Folders"):
        assert f"\n{head}\n" in f"\n{text}"


@pytest.mark.parametrize(
    ("family", "command"),
    [
        ("debian", "sudo apt install libportaudio2 libxcb-cursor0"),
        ("fedora", "sudo dnf install portaudio xcb-util-cursor"),
        ("arch", "sudo pacman -S portaudio xcb-util-cursor"),
        ("suse", "sudo zypper in libportaudio2 libxcb-cursor0"),
    ],
)
def test_missing_libraries_are_named_as_each_distribution_names_them(family, command):
    missing = ("libportaudio.so.2", "libxcb-cursor.so.0")
    (row,) = library_rows(lambda name: name not in missing, family)
    assert row.advice.endswith(command) and row.value == 2 and row.verdict == "fail"


def test_the_package_names_of_debian_are_those_of_the_packaging():
    listed = (Path(__file__).parents[2] / "packaging" / "system-libraries.txt").read_text()
    assert [row[1] for row in LIBRARIES if row[1] not in listed] == []
