"""`studio doctor`: what is said of this computer is so, and 1 where something is broken."""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
import soundfile

from studio.diagnostics.log import append, log_file
from studio.flows import computer
from studio.flows import doctor as flow
from studio.jobs import foreign_parts
from studio.jobs.system_libraries import LIBRARIES, library_rows
from studio.settings import Settings

sys.path.append(str(Path(__file__).parents[1] / "engine"))  # the engine's tests know the card
import cards


@pytest.fixture(scope="module")
def card_library(tmp_path_factory):
    return cards.build_fake_card(tmp_path_factory.mktemp("fakepa"))


QUICK_TORCH = """
from types import SimpleNamespace as Box
__version__ = "0"
cuda, backends = Box(is_available=lambda: False), Box(mps=Box(is_available=lambda: False))
version = Box(cuda=None, hip=None)
"""


@pytest.fixture(autouse=True)
def quick(tmp_path_factory, monkeypatch):
    """A stand-in for torch, which takes seconds to load and is asked in two tests only."""
    folder = tmp_path_factory.mktemp("quick")
    (folder / "torch.py").write_text(QUICK_TORCH)
    monkeypatch.setenv("PYTHONPATH", str(folder))


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
    assert rows["libraries.sound"]["verdict"] == "fail" and "libportaudio" in rows["libraries.sound"]["advice"]


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
    for head in ("Versions", "Computer", "Sound", "Libraries", "MIDI", "Priority", "Folders", "Protection"):
        assert f"\n{head}\n" in f"\n{text}"


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, "sudo apt install libportaudio2 libasound2"),
        ({"ID": "debian", "VERSION_ID": "13"}, "sudo apt install libportaudio2 libasound2t64"),
        ({"ID": "ubuntu", "VERSION_ID": "22.04", "ID_LIKE": "debian"}, "sudo apt install libportaudio2 libasound2"),
        ({"ID": "ubuntu", "VERSION_ID": "24.04", "ID_LIKE": "debian"}, "sudo apt install libportaudio2 libasound2t64"),
        ({"ID": "fedora", "VERSION_ID": "43"}, "sudo dnf install portaudio alsa-lib"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install portaudio alsa-lib"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S portaudio alsa-lib"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "sudo zypper in libportaudio2 libasound2"),
        ({}, "sudo apt install libportaudio2 libasound2t64"),
    ],
)
def test_missing_libraries_are_named_as_each_distribution_names_them(system, command):
    missing = ("libportaudio.so.2", "libasound.so.2")
    (row,) = library_rows(lambda name: name not in missing, system)
    assert row.advice.endswith(command) and row.value == 2 and row.verdict == "fail"


@pytest.mark.parametrize(
    ("library", "verdict", "said"),
    [
        ("libxcb-cursor.so.0", "fail", "Missing for a window on X11: libxcb-cursor.so.0. Run: sudo apt install"),
        ("libwayland-egl.so.1", "warn", "Missing for a window on Wayland: libwayland-egl.so.1."),
        ("libGL.so.1", "fail", "Missing for the window: libGL.so.1."),
    ],
)
def test_what_is_missing_says_what_for(library, verdict, said):
    (row,) = library_rows(lambda name: name != library, {})
    assert row.verdict == verdict and row.advice.startswith(said)


def test_the_package_names_of_debian_are_those_of_the_packaging():
    text = (Path(__file__).parents[2] / "packaging" / "system-libraries.txt").read_text()
    listed = {line for line in text.splitlines() if not line.startswith("#")}
    assert {row[2] for row in LIBRARIES} == listed


@pytest.fixture(scope="module")
def all_broken(tmp_path_factory):
    """The rows where no package of others can be imported."""
    folder = tmp_path_factory.mktemp("broken")
    for module in ("torch", "soundfile", "soxr", "PySide6", "rtmidi", "sounddevice"):
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text("raise OSError('broken on purpose')")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder))
        yield doctor("--json")


@pytest.mark.parametrize(
    ("row", "verdict", "said"),
    [
        ("parts.torch", "fail", "It cannot be loaded: broken on purpose. Install the program again."),
        ("parts.libsndfile", "fail", "It cannot be loaded: broken on purpose."),
        ("parts.libsoxr", "fail", "It cannot be loaded: broken on purpose."),
        ("parts.Qt", "warn", "The commands work without it."),
        ("midi", "warn", "Run: pip install python-rtmidi"),
        ("sound.portaudio", "fail", ""),
        ("surroundings.PYTHONPATH", "warn", "Python modules are taken from there first."),
    ],
)
def test_what_is_broken_is_a_row_and_the_rest_is_answered(all_broken, row, verdict, said):
    code, rows = all_broken
    assert code == 1 and rows[row]["verdict"] == verdict and said in rows[row]["advice"]
    assert rows["priority.granted"]["value"] and rows["protection"]["value"] and rows["versions.program"]["value"]


@pytest.mark.slow
def test_a_torch_that_ends_the_process_is_one_row(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("import os; os.abort()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code, rows = doctor("--json")
    assert code == 1 and rows["torch.asked"]["advice"].startswith("torch ended the process that loaded it.")
    assert rows["parts.libsndfile"]["verdict"] == "pass"


@pytest.mark.slow
def test_the_computer_is_described(monkeypatch):
    monkeypatch.delenv("PYTHONPATH")
    _, rows = doctor("--json")
    assert rows["parts.torch"]["value"].startswith(version("torch"))
    cores = len(os.sched_getaffinity(0))
    assert f"{cores} core" in rows["computer.processor"]["advice"]
    assert rows["computer.memory"]["value"] == pytest.approx(os.sysconf("SC_PHYS_PAGES") * 4096 / 2**30, abs=0.1)
    assert rows["parts.libsndfile"]["value"] == soundfile.__libsndfile_version__
    assert "MB are free" in rows["folders.temporary"]["advice"]
    assert "played on the processor" in next(row for name, row in rows.items() if name.startswith("gpu."))["advice"]


def test_a_section_that_fails_is_a_row(monkeypatch, tmp_path):
    def broken():
        raise ZeroDivisionError("no strength")

    monkeypatch.setattr(flow, "protection_rows", broken)
    sections = {each.title: each.rows for each in flow.examine(Settings(tmp_path / "settings.json"), playing="Card")}
    (row,) = sections["Protection"]
    assert row.verdict == "fail" and "no strength" in row.advice
    assert sections["Sound"][1].value == "Card" and sections["Folders"][0].verdict == "pass"


def test_a_disk_that_is_nearly_full_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(computer, "_free_mb", lambda folder: 400)
    (settings, *_rest) = computer.folder_rows(Settings(tmp_path / "settings.json"))
    assert settings.verdict == "warn" and "400 MB are free. Free some space" in settings.advice


@pytest.mark.parametrize(
    ("cuda", "driver", "said"),
    [
        (None, "", "This torch is built for the processor alone."),
        (None, "driver 570.1", "alone, although there is a card by NVIDIA (driver 570.1)."),
        ("12.8", "driver 570.1", "torch cannot use it: CUDA driver version is insufficient."),
        ("12.8", "", "No driver of a GPU was found."),
    ],
)
def test_why_there_is_no_gpu(monkeypatch, cuda, driver, said):
    def init():
        raise RuntimeError("CUDA driver version is insufficient")

    torch = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: False, init=init),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False)),
        version=SimpleNamespace(cuda=cuda, hip=None),
    )
    monkeypatch.setattr(foreign_parts, "_driver", lambda: driver)
    (row,) = foreign_parts.gpu_rows(torch)
    assert row.verdict == "pass" and said in row.advice and "none is needed" in row.advice


def test_the_report_holds_log_and_crash_and_no_name(monkeypatch, tmp_path):
    home = tmp_path / "zarathustra"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("STUDIO_STATE_DIR", str(home / "state"))
    (home / "state" / "log").mkdir(parents=True)
    (home / "state" / "log" / "last-crash.txt").write_text(f'Segmentation fault\n  File "{home}/My Net.py", line 7')
    refused = subprocess.run(
        [sys.executable, "-m", "studio", "inspect", home / "tape-machine.pt"], capture_output=True, check=False
    )
    assert refused.returncode == 2
    _, text = doctor("--report")
    heads = ("== THIS COMPUTER ==", "== THE LAST 100 LINES OF THE LOG ==", "== THE LAST CRASH ==")
    assert [text.count(each) for each in heads] == [1, 1, 1]
    assert "Refused: [file] <model.pt> does not exist." in text and 'File "~/…/<program.py>", line 7' in text
    assert [each for each in ("zarathustra", "tape-machine", "My Net", str(tmp_path)) if each in text] == []


def test_the_log_says_where_it_is_and_how_it_ends(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path))
    for _ in range(60):
        append(log_file(), "x")
    code, text = doctor("--log")
    path, *lines = text.splitlines()
    assert code == 0 and path == str(tmp_path / "log" / "studio.log") and len(lines) == 50
    assert "neural-audio-studio 0." in lines[-1] and "x" in lines[0]
