"""Weights alone: sizes of the network are found from names and shapes."""

import itertools

import pytest
import torch
from torch import nn

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.errors import AnswerNeeded, ModelError
from studio.loading.open_file import load_model

HEAD = "import torch\nfrom dataclasses import dataclass\nfrom torch import nn\n"
CHAIN = """
class Chain(nn.Module):
    def __init__(self, {signature}):
        super().__init__()
        {before}
        sizes = [1, *[width] * depth]
        self.blocks = nn.ModuleList(nn.Conv1d(a, b, kernel, padding=kernel // 2) for a, b in zip(sizes, sizes[1:]))
        self.out = nn.Conv1d(width, 1, 1, bias=bias)

    def forward(self, x):
        for block in self.blocks:
            x = torch.tanh(block(x))
        return self.out(x)
"""
FROM_CONFIG = "width, depth, kernel, bias = config.width, config.depth, config.kernel, config.bias"
CONFIG = """
@dataclass
class Config:
    width: int = 32
    depth: int = 3
    kernel: int = 9
    bias: bool = True
"""
FUNCTION = """
def chain(width=8, depth=2, kernel=3, bias=True) -> nn.Module:
    return Chain(width, depth, kernel, bias)
"""
FORMS = {
    "defaults": CHAIN.format(signature="width=16, depth=10, kernel=3, bias=True", before=""),
    "needed": CHAIN.format(signature="width: int, depth: int, kernel: int, bias: bool", before=""),
    "dataclass": CONFIG + CHAIN.format(signature="config: Config", before=FROM_CONFIG),
    "settings": CHAIN.format(signature="config", before=FROM_CONFIG),
    "function": CHAIN.format(signature="width, depth, kernel, bias", before="") + FUNCTION,
}  # fmt: skip
X = torch.rand(1, 1, 64, generator=torch.Generator().manual_seed(2))


def stored(width, depth, kernel):
    """The same network built by hand, its weights and what it makes of X."""
    torch.manual_seed(4)
    sizes = [1, *[width] * depth]
    blocks = [nn.Conv1d(a, b, kernel, padding=kernel // 2) for a, b in itertools.pairwise(sizes)]
    out = nn.Conv1d(width, 1, 1, bias=False)
    weights = {
        f"blocks.{n}.{name}": value for n, block in enumerate(blocks) for name, value in block.state_dict().items()
    }
    x = X
    with torch.no_grad():
        for block in blocks:
            x = torch.tanh(block(x))
        return {**weights, "out.weight": out.weight.data}, out(x)


@pytest.fixture
def load(tmp_path):
    def opened(code, weights, **options):
        (tmp_path / "chain.py").write_text(HEAD + code)
        torch.save(weights, tmp_path / "w.pt")
        return load_model(ModelSource(path=str(tmp_path / "w.pt"), **options), recognise(tmp_path / "w.pt"))

    return opened


@pytest.mark.parametrize("form", FORMS)
def test_sizes_are_found_from_shapes(load, form):
    weights, made = stored(width=6, depth=4, kernel=5)
    loaded = load(FORMS[form], weights)
    torch.testing.assert_close(loaded.module(X), made)
    assert loaded.facts[0].startswith("All 9 of its tensors fit") and "chain.py" in loaded.facts[0]
    found = {name.rpartition(".")[2]: text for name, text in loaded.source.arguments.items()}
    assert (found["width"], found["depth"], found["kernel"]) == ("6", "4", "5")


def test_what_shapes_cannot_tell_is_named_and_asked_for(load):
    weights, _ = stored(width=6, depth=4, kernel=5)
    free = FORMS["defaults"].replace("bias=True,", "").replace("bias=True", "bias=True, stride=1")
    assert "tell nothing of stride" in " ".join(load(free, weights).facts)
    with pytest.raises(AnswerNeeded, match="do not tell stride") as asked:
        load(FORMS["needed"].replace("bias: bool", "bias: bool, stride: int"), weights)
    assert asked.value.fields == ("arg",) and asked.value.choices == ("stride: int",)


def test_the_nearest_network_is_named_with_what_does_not_fit(load):
    weights, _ = stored(width=6, depth=4, kernel=5)
    weights["extra.scale"] = torch.rand(3)
    with pytest.raises(ModelError, match=r"9 of 10 tensors fit Chain .* left over: extra\.scale"):
        load(FORMS["defaults"], weights, source="")


@pytest.mark.parametrize(
    "wrap, part",
    [
        (
            lambda w: {"generator": {f"module.{k}": v.half() for k, v in w.items()}, "discriminator": {"a.b": X}},
            "All 9",
        ),
        (lambda w: {"params": {k: 2 * v for k, v in w.items()}, "params_ema": w}, "params_ema is taken"),
        (lambda w: {"n_averaged": torch.tensor(3), **{f"module.{k}": v for k, v in w.items()}}, "left aside"),
        (lambda w: {f"model._orig_mod.{k}": v for k, v in w.items()}, "All 9"),
        (lambda w: {"state_dict": {**w, "criterion.window": X, "out.total_ops": X}, "optimizer": w}, "All 9"),
    ],
)
def test_the_right_set_is_taken_of_what_a_trainer_keeps(load, wrap, part):
    weights, made = stored(width=6, depth=4, kernel=5)
    loaded = load(FORMS["defaults"], wrap(weights))
    torch.testing.assert_close(loaded.module(X), made, atol=2e-3, rtol=2e-2)
    assert part in " ".join(loaded.facts)


def test_a_layer_is_not_taken_for_the_network(load, tmp_path):
    weights, _ = stored(width=6, depth=4, kernel=5)
    part = "class Block(nn.Conv1d):\n    def __init__(self):\n        super().__init__(1, 6, 5)\n"
    with pytest.raises(ModelError):
        load(part, weights, source=str(tmp_path / "chain.py"))
