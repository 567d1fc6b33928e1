"""Files are told apart by their bytes, whatever their names say, and nothing in them runs."""

import io
import os
import pickle
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import save_file
from torch import nn

from studio.document.kinds import recognise
from studio.errors import FileError
from studio.wrappers import torchscript


class Acts:
    """Creates a file when it is unpickled."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


def script(path, extra=None):
    made = torchscript.script(nn.Conv1d(1, 1, 3))
    buffer = io.BytesIO()
    torchscript.save(made, buffer, extra or {})
    path.write_bytes(buffer.getvalue())


def sound(path, kind):
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(2048), 44100, format=kind)
    path.write_bytes(buffer.getvalue())


WEIGHTS = {"first.weight": torch.ones(2, 3), "first.bias": torch.ones(2)}
MAKERS = {
    "python": lambda path: path.write_text("from torch import nn\nclass A(nn.Module): pass\n"),
    "torchscript": script,
    "neutone": lambda path: script(path, {"metadata.json": '{"model_name": "x"}'}),
    "state_dict": lambda path: torch.save(WEIGHTS, path),
    "checkpoint": lambda path: torch.save({"state_dict": WEIGHTS, "epoch": 3}, path),
    "pickled-module": lambda path: torch.save(nn.Conv1d(1, 1, 3), path),
    "safetensors": lambda path: save_file(WEIGHTS, path),
    "project": lambda path: path.write_text('{"studio": 1, "card": {}}'),
    "onnx": lambda path: path.write_bytes(b"\x08\x08\x12\x07pytorch\x1a\x052.3.0:\x10" + bytes(40)),
    "pt2": lambda path: torch.export.save(torch.export.export(nn.ReLU(), (torch.ones(3),)), path),
}


@pytest.mark.parametrize("name", ["thing", "model.pt", "model.py.txt"])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_file_is_what_its_bytes_say(tmp_path, kind, name):
    if kind == "pt2":
        name = "model.pt2"  # torch.export.save insists
    MAKERS[kind](tmp_path / name)
    found = recognise(tmp_path / name)
    assert found.name == kind and found.title
    assert found.size_bytes == (tmp_path / name).stat().st_size


@pytest.mark.parametrize("values, kind", [(WEIGHTS, "state_dict"), ({"model_state_dict": WEIGHTS}, "checkpoint")])
def test_the_old_layout_of_torch_is_read_too(tmp_path, values, kind):
    torch.save(values, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert recognise(tmp_path / "old.pth").name == kind


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "AIFF", "MP3"])
def test_sound_is_recognised(tmp_path, kind):
    sound(tmp_path / "model.pt", kind)
    found = recognise(tmp_path / "model.pt")
    assert found.name == "audio" and not found.is_model


def test_an_audacity_package_is_its_folder_or_its_model(tmp_path):
    script(tmp_path / "model.pt")
    (tmp_path / "metadata.json").write_text('{"effect_type": "waveform-to-waveform", "domain_tags": ["music"]}')
    assert recognise(tmp_path).name == recognise(tmp_path / "model.pt").name == "audacity"


def test_weights_say_their_names(tmp_path):
    for write in (MAKERS["state_dict"], MAKERS["checkpoint"], MAKERS["safetensors"]):
        write(tmp_path / "weights")
        found = recognise(tmp_path / "weights")
        assert found.is_weights and {"first.weight", "first.bias"} <= set(found.keys)


def zipped(path, names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")


def cut(maker):
    def write(path):
        maker(path)
        path.write_bytes(path.read_bytes()[:-100])

    return write


@pytest.mark.parametrize(
    "write, said",
    [
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(bytes(5000)), "only zero bytes"),
        (lambda path: path.write_text("\n <!DOCTYPE html><html>log in</html>"), "a web page"),
        (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00"), "Git LFS pointer"),
        (lambda path: zipped(path, ["repo-main/README.md", "repo-main/net.py"]), "a zip archive of 2 files"),
        (cut(MAKERS["torchscript"]), "a damaged or cut archive"),
        (cut(MAKERS["state_dict"]), "a damaged or cut archive"),
        (lambda path: path.write_bytes(pickle.dumps({"a": [1, 2]}, 2)[:-4]), "a damaged or cut pickle"),
        (lambda path: path.write_bytes(pickle.dumps({"a": 1}, 2)), "a pickle without weights"),
        (cut(MAKERS["safetensors"]), "safetensors file"),
        (lambda path: path.write_bytes(struct.pack("<Q", 1 << 20) + b'{"a"'), "a damaged or cut safetensors file"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50)), "a picture"),
        (lambda path: path.write_bytes(b"\x7fELF" + bytes(50)), "a program"),
        (lambda path: path.write_bytes(b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom"), "MPEG-4 sound"),
        (lambda path: path.write_bytes(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")), "Windows Media"),
        (lambda path: path.write_bytes(b"\xff\xf1\x50\x80" + b"abcd" * 20), "AAC sound"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(50)), "a gzip archive"),
        (lambda path: path.write_bytes(os.urandom(16) + b"\xff\xfe" * 500), "unknown binary"),
        (lambda path: path.write_text("dear diary, today"), "a text file"),
        (lambda path: path.write_text('{"nbformat": 4, "cells": []}'), "a notebook"),
        (lambda path: path.write_text('{"model_name": "x"}'), "a model card"),
        (lambda path: path.write_text("[1, 2, 3]"), "a text file"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.symlink_to(path), "cannot be read"),
        (lambda path: None, "does not exist"),
    ],
)
def test_what_is_no_model_is_named(tmp_path, write, said):
    write(tmp_path / "file.bin")
    with pytest.raises(FileError, match=said) as caught:
        recognise(tmp_path / "file.bin")
    assert caught.value.sentence.startswith("file.bin") and caught.value.hint


@pytest.mark.parametrize("form, subtype", [("WAV", "PCM_24"), ("RF64", "FLOAT"), ("W64", "PCM_16"), ("CAF", "ALAC_16")])
def test_a_sound_is_told_by_its_content(tmp_path, form, subtype):
    soundfile.write(tmp_path / "file.bin", np.zeros((480, 2)), 48000, format=form, subtype=subtype)
    assert recognise(tmp_path / "file.bin").name == "audio"


def test_python_that_does_not_parse_names_the_line(tmp_path):
    (tmp_path / "net.py").write_text("import torch\n\ndef f(:\n")
    with pytest.raises(FileError, match="line 3"):
        recognise(tmp_path / "net.py")


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("nested", [False, True])
def test_a_pickle_that_acts_is_seen_and_does_not_act(tmp_path, protocol, nested):
    value = {"state_dict": WEIGHTS, "note": Acts(tmp_path / "marker")} if nested else Acts(tmp_path / "marker")
    torch.save(value, tmp_path / "weights.pt", pickle_protocol=max(2, protocol))
    found = recognise(tmp_path / "weights.pt")
    assert found.name == "pickled-module" and "open" in found.facts[0]
    assert not (tmp_path / "marker").exists()


def test_a_computed_name_is_foreign(tmp_path):
    """STACK_GLOBAL with both parts out of the memo."""
    text = b"X" + struct.pack("<I", 6) + b"system" + b"\x94" + b"X" + struct.pack("<I", 2) + b"os" + b"\x94"
    (tmp_path / "x.pkl").write_bytes(b"\x80\x04" + text + b"00h\x01h\x00\x93" + b"X\x02\x00\x00\x00ls\x85R.")
    assert recognise(tmp_path / "x.pkl").facts == ("Opening it imports os.system.",)


def test_a_large_file_is_not_read(tmp_path):
    """200 MB of weights: only the index and the names are looked at."""
    torch.save({"big.weight": torch.empty(50_000_000)}, tmp_path / "big.pt")
    code = (
        "import sys, time, pathlib; from studio.document.kinds import recognise\n"
        "begun = time.process_time(); recognise(pathlib.Path(sys.argv[1])); print(time.process_time() - begun)\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "big.pt"], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.05
