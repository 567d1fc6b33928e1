"""Plain packages, called as a script of one's own calls them and compared with the wrapper in plain Python."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from little_models import Blocks, Clipper, Gru, Halves, Identity, Knobs, Late, Stems, Tcn, Wide, captured

from studio.document.card import read_card
from studio.document.check import passed
from studio.document.kinds import recognise
from studio.errors import CardError, HostError, ModelError
from studio.hosts.plain import package, read, reference, verify
from studio.hosts.reference import load_reference
from studio.wrappers import torchscript
from studio.wrappers.captured import save_captured

LABELS = {Halves: ("first", "second")}
KINDS = [Identity, Clipper, Tcn, Blocks, Wide, Knobs, Late, Stems, Gru, Halves]


def made(kind):
    return captured(kind, LABELS.get(kind, ()))


@pytest.mark.parametrize("kind", KINDS)
def test_it_sounds_as_it_was_heard(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 30001), 44100, (0.3,) * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    path = package(model, work(model, positions=heard.positions))[0]
    checks = verify(path, load_reference(tmp_path / "heard.npz"))
    assert {check.verdict for check in checks} == {"pass"} and len(checks) == 6


def test_the_delay_is_taken_out(work, noise):
    """Reference: the model is a delay of 100 samples and nothing else."""
    root = torchscript.load(str(package(made(Late), work(made(Late)))[0]))
    sound = noise(1, 5001)
    np.testing.assert_array_equal(root(torch.from_numpy(sound)).numpy(), sound)


@pytest.mark.parametrize("count", [1, 64])
def test_knobs_are_an_argument(count, work):
    root = torchscript.load(str(package(made(Knobs), work(made(Knobs), positions=(0.0, 0.0, 0.0)))[0]))
    sound = torch.zeros(1, 64)
    given = torch.tensor([[1.0], [1.0], [0.0]]).expand(3, count)
    assert root(sound, given)[0, 0].item() == pytest.approx(1.0 + 0.2, 1e-5)
    assert root(sound)[0, 0].item() == pytest.approx(0.001, 1e-3)


def test_knobs_of_another_shape_are_refused(work):
    root = torchscript.load(str(package(made(Knobs), work(made(Knobs)))[0]))
    with pytest.raises(torch.jit.Error, match="params has to be"):
        root(torch.zeros(1, 64), torch.zeros(3, 5))


def test_the_card_and_the_page_lie_beside_it(work):
    model = made(Knobs)
    path, card, page = package(model, work(model))
    assert path.name == "little-model.pt" and read_card(card) == model.card
    text = page.read_text()
    assert 'torch.jit.load("little-model.pt")' in text and "torch::jit::load" in text
    assert "| 0 | cutoff | 20 Hz | 2e+04 Hz |" in text and "LibTorch 1.9 and newer" in text


def test_the_python_on_the_page_runs(work, monkeypatch):
    model = made(Knobs)
    path, _, page = package(model, work(model))
    monkeypatch.chdir(path.parent)
    code = page.read_text().partition("```python\n")[2].partition("```")[0]
    found = {}
    exec(code.replace("torch.jit.load", "load"), {"load": torchscript.load}, found)
    assert found["y"].shape == (1, 44100)


@pytest.mark.parametrize("kind", [Clipper, Knobs, Late, Halves])
def test_an_opened_package_sounds_the_same_and_keeps_its_knobs(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 20000), 44100, (0.7,) * len(model.numeric))
    opened = read(package(model, work(model))[0])
    save_captured(opened, tmp_path / "opened.pt")
    again = reference(opened, heard.audio, 44100, heard.positions)
    np.testing.assert_allclose(again.expected, heard.expected, atol=1e-6)
    assert opened.card.parameters == model.card.parameters and opened.how == "package"


def test_it_is_recognised(work):
    assert recognise(package(made(Identity), work(made(Identity)))[0]).name == "plain"


def test_another_model_under_the_same_name_is_noticed(work, noise):
    model = made(Tcn)
    heard = reference(model, noise(1, 20000), 44100)
    with torch.no_grad():
        next(model.module.parameters()).mul_(1.01)
    checks = {check.id: check for check in verify(package(model, work(model))[0], heard)}
    assert checks["plain.same"].verdict == "fail" and checks["plain.same"].advice


def test_a_cut_package_does_not_load(work, noise):
    path, card, _ = package(made(Identity), work(made(Identity)))
    heard = reference(made(Identity), noise(1, 5000), 44100)
    card.write_text(json.dumps({"nothing": 1}))
    assert not passed(verify(path, heard))
    path.write_bytes(path.read_bytes()[:-100])
    assert [check.id for check in verify(path, heard)] == ["plain.loads"]
    with pytest.raises((ModelError, HostError)):
        read(path)


def test_a_model_without_a_name_is_refused(work):
    with pytest.raises(CardError, match="name is empty"):
        package(made(Identity), work(made(Identity), name=""))
