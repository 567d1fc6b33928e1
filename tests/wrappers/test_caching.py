"""Convolutions that keep their past are the convolutions that were trained."""

from __future__ import annotations

import math

import networks
import pytest
import torch
from torch import nn

from studio.wrappers.caching.convert import convert, prove
from studio.wrappers.caching.recording import CannotCache
from studio.wrappers.torchscript import trace

KINDS = {
    "causal": (lambda: networks.Gated(True), 0, 1),
    "centred": (lambda: networks.Gated(False), 31, 1),
    "chomped": (networks.Chomped, 0, 1),
    "coder": (lambda: networks.Coder(False), 42, 16),
    "recurrent": (lambda: networks.Coder(True), 42, 16),
    "ladder": (networks.Ladder, 8, 2),
    "valid": (networks.Valid, 8, 1),
    "folded": (networks.Folded, 15, 8),
}


def enter(root, held):
    return root.forward(held["sound"])


def cache(model):
    return convert(model, {"sound": torch.zeros(1, 1, 1024)}, 2, enter)


@pytest.fixture(params=KINDS)
def kind(request):
    torch.manual_seed(1)
    make, late, multiple = KINDS[request.param]
    return make().eval().requires_grad_(False), late, multiple


def test_blocks_of_any_size_are_the_offline_model_late_by_what_is_said(kind):
    model, late, multiple = kind
    cached = cache(model)
    assert cached.multiple == multiple and cached.late <= late + 1
    x = torch.randn(1, 1, (2 * cached.reach // 1024 + 8) * 1024)
    sizes = [multiple, 5 * multiple, 640, 1024] * 60
    parts = torch.cat([cached.module(part) for part in x.split(trimmed(sizes, x.shape[2]), 2)], 2)
    whole = model(x)
    edge, last = cached.reach, whole.shape[2] - cached.reach - cached.late
    assert last - edge > 4000
    difference = (parts[..., edge + cached.late : last + cached.late] - whole[..., edge:last]).abs().max()
    assert 20 * math.log10(float(difference / whole.abs().max())) <= -100


def trimmed(sizes, total):
    """As many of the sizes as make up the total."""
    kept = []
    while sum(kept) < total:
        kept.append(min(sizes[len(kept)], total - sum(kept)))
    return kept


def test_a_causal_network_is_right_from_the_first_sample():
    model = networks.Gated(True).eval().requires_grad_(False)
    cached = cache(model)
    x = torch.randn(1, 1, 512)
    assert cached.late == 0
    assert torch.allclose(torch.cat([cached.module(part) for part in x.split(64, 2)], 2), model(x), atol=1e-6)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (networks.Attending, "MultiheadAttention"),
        (lambda: networks.Squeezing("norm"), "GroupNorm"),
        (lambda: networks.Squeezing("mean"), "mean"),
        (lambda: networks.Squeezing("branch"), "decides"),
        (lambda: nn.Sequential(nn.Conv1d(1, 4, 3, padding=1, padding_mode="circular")), "wraps"),
        (lambda: nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), nn.AdaptiveAvgPool1d(8)), "AdaptiveAvgPool1d"),
        (lambda: nn.Sequential(nn.Upsample(scale_factor=2, mode="linear"), nn.Conv1d(1, 1, 2, 2)), "Upsample"),
    ],
)
def test_what_cannot_keep_its_past_is_named(model, named):
    with pytest.raises(CannotCache, match=named):
        cache(model().eval())


def test_the_proof_sees_a_delay_that_is_not_true():
    model = networks.Valid().eval().requires_grad_(False)
    cached = cache(model)
    wrong = type(cached)(cached.module, cached.late + 1, cached.rate, cached.multiple, cached.reach)
    assert prove(lambda x: model(x[None])[0], lambda x: wrong.module(x[None])[0], wrong, 1) > 1e-3


def test_caches_move_with_the_module_and_are_traced_with_it():
    cached = cache(networks.Ladder().eval().requires_grad_(False))
    assert {each.dtype for _, each in cached.module.double().named_buffers()} == {torch.float64}
    module = cached.module.float()
    state = {name: value.clone() for name, value in module.state_dict().items()}
    traced, _ = trace(module, (torch.zeros(1, 1, 256),))
    x = torch.randn(1, 1, 384)
    made = []
    for each in (module, traced):
        each.load_state_dict(state)
        made.append(torch.cat([each(part) for part in x.split(128, 2)], 2))
    assert torch.allclose(*made, atol=1e-6)
