"""Honest files of every kind, to be damaged: a folder each, with what lies beside the file and a note of what to open.

python tests/benchmarks/fuzz_seeds.py FOLDER      models, by torch and by the app's own export
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import soundfile

TESTS = Path(__file__).resolve().parents[1]
NOTE = "seed.json"
NET = '''"""A small network."""

import torch
from torch import nn


class Net(nn.Module):
    """What audio models have: convolution, recurrence, a buffer, a list, a number."""

    def __init__(self, width: int = 4):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv1d(1, width, 9, padding=4), nn.Conv1d(width, width, 3, padding=1)])
        self.memory = nn.LSTM(width, 6, batch_first=True)
        self.out = nn.Linear(6, 1)
        self.register_buffer("gain", torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x
        for layer in self.layers:
            h = torch.tanh(layer(h))
        h, _ = self.memory(h.transpose(1, 2))
        return self.out(h).transpose(1, 2) * self.gain
'''
SIMPLE = """import torch
from torch import nn


class Gain(nn.Module):
    def __init__(self):
        super().__init__()
        self.shape = nn.Conv1d(1, 1, 5, padding=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.shape(x))
"""
CARD = {
    "name": "Small net", "authors": ["A. Author"], "short_description": "Shapes", "long_description": "It shapes.",
    "domain_tags": ["music"], "tags": ["drive"], "sample_rate": 44100,
}  # fmt: skip
BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
    {"cell_type": "code", "source": NET.splitlines(keepends=True), "metadata": {}, "outputs": []}]}  # fmt: skip
SOUNDS = {
    "wav": ("WAV", "PCM_16"), "float.wav": ("WAV", "FLOAT"), "adpcm.wav": ("WAV", "IMA_ADPCM"),
    "ex.wav": ("WAVEX", "PCM_24"),
    "rf64": ("RF64", "PCM_16"), "w64": ("W64", "PCM_16"), "aiff": ("AIFF", "PCM_24"), "float.aiff": ("AIFF", "FLOAT"),
    "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS"), "mp3": ("MP3", "MPEG_LAYER_III"),
    "caf": ("CAF", "PCM_16"), "alac.caf": ("CAF", "ALAC_16"), "au": ("AU", "FLOAT"),
}  # fmt: skip


def put(folder: Path, files: dict[str, bytes | str], opened: str, damaged: str = "") -> None:
    """A seed: files of a folder, which of them is opened, and which is damaged."""
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    (folder / NOTE).write_text(json.dumps({"open": opened, "damage": damaged or opened}))


def make_models(folder: Path) -> None:
    """Write all seeds of models. Torch is imported here alone."""
    _by_torch(folder)
    _as_text(folder)
    _packages(folder)


def _by_torch(folder: Path) -> None:
    import safetensors.torch
    import torch

    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "fuzz_net.py").write_text(NET)
    sys.path.insert(0, str(folder / "code"))
    from fuzz_net import Net  # it must have a home: whole modules are pickled by name

    net = Net().eval()
    state, example = net.state_dict(), torch.zeros(1, 1, 2048)

    def saved(value: object, **options: object) -> bytes:
        buffer = io.BytesIO()
        torch.save(value, buffer, **options)
        return buffer.getvalue()

    def scripted(module: object) -> bytes:
        buffer = io.BytesIO()
        torch.jit.save(module, buffer)
        return buffer.getvalue()

    renamed = {f"model.{key}": value for key, value in state.items()}
    more = {"hyper_parameters": {"width": 4}, "epoch": 3, "optimizer_states": [{"state": {}}]}
    lightning = {"state_dict": renamed, **more}
    put(folder / "scripted", {"net.ts": scripted(torch.jit.script(net))}, "net.ts")
    put(folder / "traced", {"net.pt": scripted(torch.jit.trace(net, example))}, "net.pt")
    beside = {"fuzz_net.py": NET}
    put(folder / "state", {"net.pt": saved(state), **beside}, "net.pt")
    put(folder / "old", {"net.pth": saved(state, _use_new_zipfile_serialization=False), **beside}, "net.pth")
    put(folder / "lightning", {"net.ckpt": saved(lightning), **beside}, "net.ckpt")
    put(folder / "whole", {"net.pt": saved(net), **beside}, "net.pt")
    tensors = safetensors.torch.save(dict(state), {"rate": "48000"})
    put(folder / "safetensors", {"net.safetensors": tensors, **beside}, "net.safetensors")
    program = io.BytesIO()
    torch.export.save(torch.export.export(torch.nn.Sequential(net.layers[0], torch.nn.Tanh()), (example,)), program)
    put(folder / "exported", {"net.pt2": program.getvalue()}, "net.pt2")
    model = io.BytesIO()
    torch.onnx.export(net.layers[0], (example,), model, dynamo=True, verbose=False)
    put(folder / "onnx", {"net.onnx": model.getvalue()}, "net.onnx")


def _as_text(folder: Path) -> None:
    sys.path.insert(0, str(TESTS))
    import amplifier_files as amplifiers

    for name in ("wavenet", "convnet-norm", "lstm"):
        put(folder / f"nam-{name}", {"amp.nam": json.dumps(amplifiers.nam(name))}, "amp.nam")
    put(folder / "guitarml", {"amp.json": json.dumps(amplifiers.guitarml())}, "amp.json")
    put(folder / "source", {"net.py": NET}, "net.py")
    put(folder / "notebook", {"net.ipynb": json.dumps(BOOK)}, "net.ipynb")


def _packages(folder: Path) -> None:
    """What the app makes: packages, a project, a card beside a model."""
    work = folder / "code"
    (work / "gain.py").write_text(SIMPLE)
    (work / "card.json").write_text(json.dumps(CARD))
    words = ["export", "gain.py", "--card", "card.json", "--out", "made", "--trust", "--json"]
    for host in ("neutone", "audacity", "nn"):
        words += ["--host", host]
    done = subprocess.run(
        [sys.executable, "-m", "studio", *words],
        cwd=work,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for package in json.loads(done.stdout)["packages"]:
        path, host = work / package["path"], package["host"]
        if path.is_dir():
            files = {f"net/{each.name}": each.read_bytes() for each in path.iterdir() if each.is_file()}
            put(folder / host, files, "net", "net/model.pt")
            put(folder / f"{host}-words", files, "net", "net/metadata.json")
        else:
            put(folder / host, {path.name: path.read_bytes()}, path.name)
    model = (folder / "scripted" / "net.ts").read_bytes()
    put(folder / "card", {"net.ts": model, "net.card.json": json.dumps(CARD)}, "net.ts", "net.card.json")
    project = _project(folder / "scripted" / "net.ts")
    put(folder / "project", {"net.ts": model, "work.studio": project}, "work.studio")
    shutil.rmtree(work)


def _project(model: Path) -> bytes:
    from studio.document.card import ModelCard
    from studio.document.opened import ModelSource
    from studio.document.parameter import Parameter
    from studio.document.project import Project, save_project

    knob = Parameter(name="gain", min=0.0, max=2.0, default=1.0)
    card = ModelCard(name="Small net", sample_rate=44100, parameters=(knob,))
    path = model.parent / "work.studio"
    save_project(Project(model=ModelSource(path=str(model)), card=card, knobs={"gain": 0.5}), path)
    data = path.read_bytes()
    path.unlink()
    return data


def make_sounds(folder: Path) -> None:
    """A tenth of a second of a sine and of noise in every format that libsndfile can write."""
    rng, t = np.random.default_rng(0), np.arange(4410) / 44100
    sound = np.stack([0.4 * np.sin(2 * np.pi * 440 * t), 0.05 * rng.standard_normal(t.size)], 1)
    for name, (container, coding) in SOUNDS.items():
        buffer = io.BytesIO()
        soundfile.write(buffer, sound, 48000 if name == "opus" else 44100, coding, format=container)
        put(folder / name.replace(".", "-"), {f"sound.{name}": buffer.getvalue()}, f"sound.{name}")


if __name__ == "__main__":
    make_models(Path(sys.argv[1]))
