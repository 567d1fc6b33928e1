"""What is sent to somebody names nobody: fed with everything that names somebody."""

import getpass
import traceback
from pathlib import Path

import pytest

from studio.diagnostics.noting import named
from studio.diagnostics.privacy import redacted
from studio.errors import FileError

USER = "zarathustra"
PRIVATE = ("zarathustra", "Bad Band", "Demo Tape", "tape-machine", "secret-mix", "geheim", "clients", "MyNet")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A user whose name and folders are known."""
    home = tmp_path / "home" / USER
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LOGNAME", USER)
    monkeypatch.setenv("STUDIO_STATE_DIR", str(home / ".local/state/neural-audio-studio"))
    assert getpass.getuser() == USER
    return home


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("{home}/clients/tape-machine.pt is damaged", "~/…/<model.pt> is damaged"),
        ("{home}/clients/Bad Band/Demo Tape.wav: cut short", "~/…/<sound.wav>: cut short"),
        ("~/clients/secret-mix.flac", "~/…/<sound.flac>"),
        ("Exported to {home}/clients.", "Exported to ~/…"),
        ("/tmp/geheim/MyNet.py", "<temp>/…/<program.py>"),
        ("/srv/nietzsche/MyNet.ckpt", "/…/<model.ckpt>"),
        (r"C:\Users\zarathustra\clients\MyNet.pt cannot be read", "/…/<model.pt> cannot be read"),
        ("/media/zarathustra/DISK/secret-mix.aiff", "/…/<sound.aiff>"),
        ("tape-machine.safetensors holds weights", "<model.safetensors> holds weights"),
        ("clients/MyNet.py, line 3", "<program.py>, line 3"),
        ("https://huggingface.co/zarathustra/MyNet and hf:zarathustra/MyNet", "https://huggingface.co/… and hf:<name>"),
        ("ZARATHUSTRA's card", "<user>'s card"),
        ("/usr/lib/libGL.so.1 and /dev/snd/seq", "/usr/lib/libGL.so.1 and /dev/snd/seq"),
        ("/etc/os-release, see MyNet.py", "/etc/os-release, see <program.py>"),
        ("{home}/.local/state/neural-audio-studio/log/studio.log", "<state>/log/studio.log"),
        ("48 kHz, 256 samples, 5.3 ms, 1/2 and A/B, 0.1.0, torch 2.13.0+cpu", None),
        ("Put “@audio - rtprio 95” into /etc/security/limits.d/95-audio.conf", None),
    ],
)
def test_what_stands_for_what(home, said, shown):
    said = said.format(home=home)
    found = redacted(said)
    assert found == (said if shown is None else shown)


def test_a_name_with_spaces_is_known_once_it_was_named(home):
    log = f"Opened the sound {named(home / 'Demo Tape.wav')}: mono\nDemo Tape.wav is cut short; Bad Band is no folder."
    found = redacted(log, [str(home / "clients" / "Bad Band")])
    assert found == "Opened the sound «<sound.wav>»: mono\n<sound.wav> is cut short; <name> is no folder."


def test_a_whole_log_names_nobody(home):
    folder = home / "clients" / "Bad Band"
    try:
        raise FileError(f"{folder / 'tape-machine.pt'} cannot be written: No space left.", about="tape-machine.pt")
    except FileError:
        trace = traceback.format_exc()
    log = "\n".join([
        f"Opened the model {named(folder / 'tape-machine.pt')}: torchscript 0123456789ab",
        f"Job export failed: [file] {folder}/Demo Tape.wav cannot be read. about {named('Demo Tape.wav')}",
        f'  File "{folder}/MyNet.py", line 3, in forward',
        f"Loaded {folder / 'secret-mix.wav'}; token=geheim; user {USER}; /run/media/{USER}/clients/x.nam",
        trace,
    ])  # fmt: skip
    found = redacted(log, [str(folder)])
    assert [each for each in PRIVATE if each in found] == []
    assert "torchscript 0123456789ab" in found and "line 3, in forward" in found and "FileError" in found


def test_our_own_code_and_the_systems_stay_legible(home):
    import studio.errors

    ours, theirs = studio.errors.__file__, traceback.__file__
    found = redacted(f'  File "{ours}", line 5 in x\n  File "{theirs}", line 7 in y')
    assert 'File "studio/errors.py", line 5' in found and "traceback.py" in found
    assert str(Path(ours).parent) not in found


def test_a_long_text_takes_no_time(home):
    found = redacted("\n".join(["x" * 16_000, "a/" * 4000, "/a b" * 4000, "." * 8000]))
    assert len(found) > 16_000
