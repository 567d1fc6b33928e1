"""Folders, ONNX, hub files, repositories and lying names: what each is, and what to open."""

import json
import os
import zipfile

import pytest
import torch
from archives import scripted
from torch import Tensor, nn

from studio.document.kinds import recognise
from studio.document.outline import describe_python
from studio.errors import FileError

NET = "from torch import nn\nclass Net(nn.Module):\n    def __init__(self, width: int):\n        super().__init__()\n"


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


FOLDERS = {
    "huggingface": (
        {"config.json": '{"architectures": ["Wave"], "sampling_rate": 16000}', "model.safetensors": b"x"},
        ["Holds the weights of Wave", "16000 Hz", "Its weights are in model.safetensors"],
    ),
    "openunmix": (
        {"separator.json": '{"sample_rate": 44100.0}', "vocals-b62c91ce.pth": b"x", "drums-9619578f.pth": b"x"},
        ["Separates drums, vocals", "44100 Hz"],
    ),
    "run": (
        {"checkpoints/last.ckpt": b"x", "hparams.yaml": "lr: 1"},
        ["1 checkpoints", "The newest is checkpoints/last.ckpt"],
    ),
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_folders_of_other_programs_say_what_to_open(tmp_path, kind):
    files, said = FOLDERS[kind]
    for name, content in files.items():
        write(tmp_path / name, content)
    found = recognise(tmp_path)
    assert found.name == kind and found.is_model
    assert all(part in " ".join(found.facts) for part in said)


def test_a_folder_of_python_names_the_files_that_hold_models(tmp_path):
    write(tmp_path / "project" / "net.py", NET)
    write(tmp_path / "project" / "helper.py", "x = 1\n")
    write(tmp_path / "project" / "mine.studio", "{}")
    with pytest.raises(FileError) as refused:
        recognise(tmp_path / "project")
    assert refused.value.choices == ("mine.studio", "net.py") and "net.py" in refused.value.hint


HUB = (
    f"dependencies = ['torch', 'einops']\n{NET}\n"
    "def tiny(pretrained=False, **kw):\n    return Net(4)\ndef _hidden():\n    return Net(1)\n"
)


def test_hub_files_name_their_entry_points(tmp_path):
    write(tmp_path / "hubconf.py", HUB)
    found = recognise(tmp_path / "hubconf.py")
    assert found.name == "python" and found.title == "entry points of torch.hub"
    assert found.facts == ("Makes models by tiny(pretrained = False).", "Depends on torch, einops.")


@pytest.mark.parametrize(
    "body, is_factory",
    [
        ("def make(n: int = 2):\n    return Net(n)\n", True),
        ("def make(n):\n    net = Net(n)\n    net.eval()\n    return net\n", True),
        ("def make(n) -> nn.Module:\n    return anything(n)\n", True),
        ("def make(n):\n    return nn.Sequential(nn.Linear(n, n))\n", True),
        ("def make(n):\n    return n + 1\n", False),
        ("def make(n):\n    Net(n)\n", False),
        ("def _make(n):\n    return Net(n)\n", False),
    ],
)
def test_functions_that_return_a_model_are_told_from_the_rest(tmp_path, body, is_factory):
    write(tmp_path / "net.py", f"{NET}\n{body}")
    assert bool(describe_python(tmp_path / "net.py").factories) == is_factory


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Conv1d(1, 1, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)


def onnx_model(path, location=""):
    import onnx
    from onnx import TensorProto, helper

    inputs = [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [1, "frames"])]
    outputs = [helper.make_tensor_value_info("louder", TensorProto.FLOAT, [1, "frames"])]
    weight = helper.make_tensor("gain", TensorProto.FLOAT, [1], [2.0])
    if location:
        weight.ClearField("float_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=location)
    node = helper.make_node("Mul", ["audio", "gain"], ["louder"])
    onnx.save(helper.make_model(helper.make_graph([node], "g", inputs, outputs, [weight])), path)


def test_onnx_says_what_goes_in_and_out(tmp_path):
    """Reference: a model written by ONNX's own library."""
    onnx_model(tmp_path / "net.bin")
    facts = recognise(tmp_path / "net.bin").facts
    assert facts[1:4] == (
        "Inputs: audio [1, frames].",
        "Outputs: louder [1, frames].",
        "1 operations, 1 stored tensors.",
    )


@pytest.mark.parametrize("location", ["../../../etc/passwd", "/etc/passwd", "C:\\secret", "a/../../b"])
def test_onnx_that_points_outside_its_folder_is_refused(tmp_path, location):
    (tmp_path / "beside").mkdir()
    onnx_model(tmp_path / "beside" / "net.onnx", location="weights.bin")
    data = (tmp_path / "beside" / "net.onnx").read_bytes()
    assert recognise(tmp_path / "beside" / "net.onnx").name == "onnx"
    onnx_model(tmp_path / "net.onnx", location)
    with pytest.raises(FileError, match="outside its folder"):
        recognise(tmp_path / "net.onnx")
    (tmp_path / "cut.onnx").write_bytes(data[:-20])
    with pytest.raises(FileError, match="damaged ONNX"):
        recognise(tmp_path / "cut.onnx")


def test_a_repository_names_the_files_to_open(tmp_path):
    with zipfile.ZipFile(tmp_path / "net-main.zip", "w") as archive:
        archive.writestr("net-main/setup.py", "from setuptools import setup")
        archive.writestr("net-main/net.py", NET)
        archive.writestr("net-main/weights.pt", "x")
    with pytest.raises(FileError, match="a zip archive of 3 files, a downloaded repository") as refused:
        recognise(tmp_path / "net-main.zip")
    assert refused.value.hint == "Unpack it and open net-main/weights.pt, net-main/net.py."


def test_a_notebook_says_how_it_becomes_a_model(tmp_path):
    cells = [{"cell_type": "code", "source": ["class Net(nn.Module):\n", "  pass"]}, {"cell_type": "markdown"}]
    write(tmp_path / "net.ipynb", json.dumps({"nbformat": 4, "cells": cells}))
    with pytest.raises(FileError, match="a notebook") as refused:
        recognise(tmp_path / "net.ipynb")
    assert "nbconvert" in refused.value.hint and "1 of its 1 cells" in refused.value.hint


@pytest.mark.parametrize(
    "name, write_it, said",
    [
        ("net.safetensors", lambda path: torch.save({"w": torch.ones(2)}, path), "says it is safetensors"),
        ("net.py", lambda path: path.write_bytes(scripted(Scaled())), "says it is Python source"),
        ("net.wav", lambda path: torch.save({"w": torch.ones(2)}, path), "says it is a sound"),
        ("net.pt", lambda path: torch.save({"w": torch.ones(2)}, path), ""),
        ("net.ts", lambda path: path.write_bytes(scripted(Scaled())), ""),
        ("net", lambda path: path.write_bytes(scripted(Scaled())), ""),
    ],
)
def test_a_name_that_disagrees_with_the_content_is_said(tmp_path, name, write_it, said):
    write_it(tmp_path / name)
    facts = [each for each in recognise(tmp_path / name).facts if "Its name" in each]
    assert (said in facts[0]) if said else not facts


class Coder(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        return x * 2


def test_other_methods_of_an_archive_are_named(tmp_path):
    (tmp_path / "net.ts").write_bytes(scripted(Coder()))
    assert recognise(tmp_path / "net.ts").facts == ("Beside forward it has encode.",)


def old_archive():
    """The layout of torch before 1.4: model.json, no data.pkl."""
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("net/model.json", '{"protoVersion": "6"}')
        archive.writestr(
            "net/code/net.py", "op_version_set = 0\ndef forward(self,\n    x: Tensor) -> Tensor:\n  return x\n"
        )
        archive.writestr("net/attributes.pkl", b"\x80\x02].")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content, said",
    [
        (b"\x10\0\0\0PTMF" + bytes(64), "a mobile model"),
        (b'{"error": "Access denied"}', "a server's error message"),
        (b"\xfd7zXZ\0" + bytes(9), "an xz archive"),
        ((1 << 62).to_bytes(8, "little") + b'{"w": 1}', "its header claims 4611686018427387904 bytes"),
    ],
)
def test_more_files_that_are_no_models(tmp_path, content, said):
    write(tmp_path / "net.pt", content)
    with pytest.raises(FileError, match=said):
        recognise(tmp_path / "net.pt")


def test_archives_of_old_torch_are_torchscript(tmp_path):
    write(tmp_path / "net.pt", old_archive())
    assert recognise(tmp_path / "net.pt").name == "torchscript"


@pytest.mark.parametrize("name", ["line\nbreak.pt", "right\u202etp.py", "n" * 240 + ".pt"])
def test_strange_names_are_no_trouble(tmp_path, name):
    torch.save({"w": torch.ones(2)}, tmp_path / name)
    assert recognise(tmp_path / name).name == "state_dict"


def test_devices_and_pipes_are_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "zero.pt").symlink_to("/dev/zero")
    for name in ("pipe.pt", "zero.pt"):
        with pytest.raises(FileError, match="not a regular file"):
            recognise(tmp_path / name)
