"""ONNX files, run in onnxruntime and compared with the wrapper in plain Python."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from little_models import (
    Bessel,
    Blocks,
    Clipper,
    Doubler,
    Gelu,
    Gru,
    Halves,
    Identity,
    Knobs,
    Late,
    Padded,
    Stems,
    Tcn,
    Wide,
    captured,
)  # fmt: skip

from studio.document.check import passed
from studio.document.kinds import recognise
from studio.document.limits import misfits
from studio.errors import CardError, HostError
from studio.hosts.onnx import package, read, reference, verify
from studio.hosts.reference import load_reference

KINDS = [Identity, Clipper, Tcn, Blocks, Wide, Knobs, Late, Stems, Doubler, Gelu, Padded, Gru]


def made(kind):
    return captured(kind, **({"ratio": (2, 1)} if kind is Doubler else {}))


def session(path):
    import onnxruntime

    return onnxruntime.InferenceSession(str(path))


@pytest.mark.parametrize("kind", KINDS)
def test_it_sounds_as_it_was_heard(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 30001), 44100, (0.3,) * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    path = package(model, work(model, positions=heard.positions))[0]
    checks = verify(path, load_reference(tmp_path / "heard.npz"))
    assert [(check.id, check.verdict) for check in checks] == [
        (f"onnx.{each}", "pass") for each in ("loads", "contract", "same-sound", "lengths")
    ]


def test_what_it_remembers_is_fed_back(work, noise):
    """Reference: the model is a delay of 100 samples."""
    run = session(package(made(Late), work(made(Late)))[0]).run
    sound = noise(1, 600)
    first, state = run(None, {"x": sound[:, :250]})
    second, _ = run(None, {"x": sound[:, 250:], "state_0": state})
    both = np.concatenate([first, second], 1)
    np.testing.assert_array_equal(both[:, 100:], sound[:, :500])
    assert not both[:, :100].any()


def test_knobs_are_an_input_and_stand_as_exported(work):
    run = session(package(made(Knobs), work(made(Knobs), positions=(0.0, 0.0, 0.0)))[0]).run
    x = np.zeros((1, 64), np.float32)
    assert run(None, {"x": x})[0][0, 0] == pytest.approx(0.001, 1e-3)
    turned = np.array([[1.0], [1.0], [0.0]], np.float32)
    assert run(None, {"x": x, "params": turned})[0][0, 0] == pytest.approx(1.2, 1e-5)
    assert run(None, {"x": x, "params": turned.repeat(64, 1)})[0][0, 0] == pytest.approx(1.2, 1e-5)


def test_the_card_is_inside_and_the_page_beside(work):
    path, page = package(made(Late), work(made(Late)))
    said = session(path).get_modelmeta().custom_metadata_map
    assert json.loads(said["card"])["name"] == "Little model" and json.loads(said["latency"]) == 100
    text = page.read_text()
    assert "late by 100 samples" in text and "| state_0 | [1, 100] | in |" in text and "feed back" in text


def test_it_is_recognised_and_not_played(work):
    path = package(made(Identity), work(made(Identity)))[0]
    assert recognise(path).name == "onnx"
    with pytest.raises(HostError, match="not played"):
        read(path)


def test_an_operator_that_onnx_has_not_is_named(work):
    with pytest.raises(HostError, match=r"ONNX cannot hold this model: it uses torch\.special_bessel_j0") as refused:
        package(made(Bessel), work(made(Bessel)))
    assert "plain TorchScript" in refused.value.hint


def test_random_models_and_labellers_are_refused(work):
    model = captured(Identity, random=True)
    with pytest.raises(HostError, match="random"):
        package(model, work(model))
    assert misfits(captured(Halves, ("a", "b")).call, "onnx")


def test_without_the_packages_it_says_how_to_install_them(work, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name.startswith("onnx") else found(name))
    with pytest.raises(HostError, match="not installed") as refused:
        package(made(Identity), work(made(Identity)))
    assert refused.value.hint == 'Run: pip install "neural-audio-studio[onnx]"'


def test_another_model_under_the_same_name_is_noticed(work, noise):
    model = made(Tcn)
    heard = reference(model, noise(1, 20000), 44100)
    with torch.no_grad():
        next(model.module.parameters()).mul_(1.01)
    checks = {check.id: check for check in verify(package(model, work(model))[0], heard)}
    assert checks["onnx.same-sound"].verdict == "fail" and checks["onnx.same-sound"].advice


def test_a_cut_file_does_not_load(work, noise):
    path = package(made(Identity), work(made(Identity)))[0]
    path.write_bytes(path.read_bytes()[:-20])
    checks = verify(path, reference(made(Identity), noise(1, 5000), 44100))
    assert [check.id for check in checks] == ["onnx.loads"] and not passed(checks)


def test_a_model_without_a_name_is_refused(work):
    with pytest.raises(CardError, match="name is empty"):
        package(made(Identity), work(made(Identity), name=""))


def test_the_app_does_not_need_it():
    """Importing the host loads neither onnx nor onnxruntime; they come when a file is made."""
    code = (
        "import sys, studio.hosts.onnx as _; "
        "sys.exit(any(name.split('.')[0] in ('onnx', 'onnxruntime') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
