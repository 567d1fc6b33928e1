"""Bare weights: every way in which people save them finds its way into the network beside them."""

import argparse
import collections
import sys
import types

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.errors import AnswerNeeded, FileError, ModelError
from studio.loading.open_file import load_model

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width: int = 4):
        super().__init__()
        self.first = {norm}(nn.Conv1d(1, width, 3))
        self.second = nn.Conv1d(width, 1, 3)

    def forward(self, x):
        return self.second(torch.tanh(self.first(x)))
"""
PLAIN = NET.format(norm="")
X = torch.rand(1, 1, 50, generator=torch.Generator().manual_seed(1))


def network(width=4, norm=lambda layer: layer):
    torch.manual_seed(7)
    first = norm(nn.Conv1d(1, width, 3))
    with torch.no_grad():
        for each in first.parameters():
            each.mul_(1.5)  # so that a norm left out is heard
    made = nn.ModuleDict({"first": first, "second": nn.Conv1d(width, 1, 3)})
    return made.eval()


def run(made):
    with torch.no_grad():
        return made["second"](torch.tanh(made["first"](X)))


@pytest.fixture
def load(tmp_path):
    def make(saved, code=PLAIN, name="weights.pt", **options):
        path = tmp_path / name
        save_file(saved, path) if name.endswith(".safetensors") else torch.save(saved, path, **LEGACY.get(name, {}))
        (tmp_path / "net.py").write_text(code)
        return load_model(ModelSource(path=str(path), **options), recognise(path))

    return make


LEGACY = {"old.pth": {"_use_new_zipfile_serialization": False}}


def prefixed(weights, prefix):
    return {prefix + name: value for name, value in weights.items()}


@pytest.mark.parametrize("name", ["weights.pt", "old.pth", "weights.safetensors"])
def test_every_file_format_opens(load, name):
    made = network()
    torch.testing.assert_close(load(made.state_dict(), name=name).module(X), run(made))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda weights: {"state_dict": weights, "epoch": 3, "optimizer": {"state": {0: torch.zeros(9)}}},
        lambda weights: {"model_state_dict": prefixed(weights, "module.")},
        lambda weights: {"best": {"model": prefixed(weights, "_orig_mod.")}},
        lambda weights: prefixed(weights, "module.model."),
        lambda weights: {**prefixed(weights, "net."), "loss.window": torch.ones(3)},
        lambda weights: {"state_dict": weights, "args": argparse.Namespace(width=4)},
    ],
)
def test_nests_and_prefixes_are_looked_through(load, wrap):
    made = network()
    torch.testing.assert_close(load(wrap(made.state_dict())).module(X), run(made))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(load, dtype):
    made = network()
    module = load({name: value.to(dtype) for name, value in made.state_dict().items()}).module
    assert {each.dtype for each in module.parameters()} == {torch.float32}
    torch.testing.assert_close(module(X), run(made), atol=0.02, rtol=0.02)


OLD, NEW = nn.utils.weight_norm, nn.utils.parametrizations.weight_norm


@pytest.mark.filterwarnings("ignore:.*weight_norm.*deprecated")
@pytest.mark.parametrize("saved", [OLD, NEW], ids=["old", "new"])
@pytest.mark.parametrize("wanted", ["nn.utils.weight_norm", "nn.utils.parametrizations.weight_norm", ""])
def test_weight_norm_of_any_age_fits_any_network(load, saved, wanted):
    made = network(norm=saved)
    torch.testing.assert_close(load(made.state_dict(), NET.format(norm=wanted)).module(X), run(made))


def test_sizes_come_from_the_settings_saved_with_the_weights(load):
    made = network(width=6)
    saved = {"state_dict": made.state_dict(), "hyper_parameters": {"width": 6, "rate": 0.1}}
    torch.testing.assert_close(load(saved).module(X), run(made))


def test_sizes_come_from_the_user(load):
    made = network(width=6)
    torch.testing.assert_close(load(made.state_dict(), arguments={"width": "6"}).module(X), run(made))


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda weights: weights.pop("second.bias"), "missing: second.bias"),
        (lambda weights: weights.update({"second.extra": torch.ones(2)}), "left over: second.extra"),
        (lambda weights: weights.update({"second.bias": torch.ones(2)}), r"second.bias \(\[2\] instead of \[1\]\)"),
    ],
)
def test_what_does_not_fit_is_listed(load, change, said):
    weights = dict(network().state_dict())
    change(weights)
    with pytest.raises(ModelError, match=said) as caught:
        load(weights)
    assert "Net of net.py" in caught.value.sentence and "source" in caught.value.fields


def test_without_a_network_the_user_is_asked(load):
    with pytest.raises(AnswerNeeded, match="holds weights only") as asked:
        load(network().state_dict(), "import torch\nclass Other(torch.nn.Module): pass\n")
    assert asked.value.fields == ("source",)


def test_of_two_networks_that_fit_the_user_picks_one(load, tmp_path):
    made = network()
    (tmp_path / "copy.py").write_text(PLAIN)
    with pytest.raises(AnswerNeeded) as asked:
        load(made.state_dict())
    assert asked.value.choices == (str(tmp_path / "copy.py"), str(tmp_path / "net.py"))
    loaded = load(made.state_dict(), source=str(tmp_path / "net.py"))
    torch.testing.assert_close(loaded.module(X), run(made))


def test_a_cut_file_is_said_to_be_cut(tmp_path):
    torch.save(network().state_dict(), tmp_path / "weights.pt")
    data = (tmp_path / "weights.pt").read_bytes()
    (tmp_path / "weights.pt").write_bytes(data[: len(data) // 2])
    with pytest.raises(FileError, match="damaged or cut"):
        recognise(tmp_path / "weights.pt")


class _Held:
    """Pickles under another library's name, as a checkpoint from a machine that has it."""

    def __init__(self, state):
        self.__dict__.update(state)


@pytest.mark.parametrize("old", [False, True])
def test_settings_of_libraries_that_are_not_here_are_read_with_the_weights(tmp_path, monkeypatch, old):
    """OmegaConf's and Lightning's names, without either library: the values arrive as plain ones."""
    monkeypatch.setitem(sys.modules, "omegaconf", types.ModuleType("omegaconf"))
    for name, known in (("omegaconf.dictconfig", "DictConfig"), ("omegaconf.nodes", "AnyNode")):
        module = types.ModuleType(name)
        cls = type(known, (_Held,), {"__module__": name})
        setattr(module, known, cls)
        monkeypatch.setitem(sys.modules, name, module)
    node = sys.modules["omegaconf.nodes"].AnyNode({"_val": 8})
    config = sys.modules["omegaconf.dictconfig"].DictConfig({"_content": {"width": node}})
    others = {"best": collections.defaultdict(list, {"a": [1]}), "last": collections.deque([1, 2])}
    held = {"state_dict": network(8).state_dict(), "hyper_parameters": config, **others}
    torch.save(held, tmp_path / "net.ckpt", _use_new_zipfile_serialization=not old)
    monkeypatch.undo()
    (tmp_path / "net.py").write_text(PLAIN)
    kind = recognise(tmp_path / "net.ckpt")
    assert kind.name == "checkpoint"
    loaded = load_model(ModelSource(path=str(tmp_path / "net.ckpt"), source=str(tmp_path / "net.py")), kind)
    assert loaded.module.state_dict()["first.weight"].shape[0] == 8


def test_a_newer_pickle_protocol_is_named(tmp_path):
    (tmp_path / "net.py").write_text(PLAIN)
    torch.save(network().state_dict(), tmp_path / "net.pt", pickle_protocol=4)
    source = ModelSource(path=str(tmp_path / "net.pt"), source=str(tmp_path / "net.py"))
    with pytest.raises(FileError, match="newer pickle protocol"):
        load_model(source, recognise(tmp_path / "net.pt"))
