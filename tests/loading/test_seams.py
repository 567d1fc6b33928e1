"""What was found is enough: captured with it, a model sounds the same however its input is cut."""

import little_networks as networks
import pytest
import torch

from studio.loading.probe import experiment
from studio.loading.tidy import tidy
from studio.wrappers.adapter import make_adapter
from studio.wrappers.capture import capture


@pytest.fixture
def captured(tmp_path):
    def make(cls):
        torch.manual_seed(3)
        found = experiment(tidy(cls()), cls.__name__)

        def adapter(numbers=False):
            return make_adapter(found.module, cls.__name__, found.call, found.card.parameters, tmp_path, numbers)

        return capture(adapter(), found.call, found.card, scriptable=lambda: adapter(True))[0]

    return make


def play(captured, x, sizes):
    captured.module.reset()
    positions = torch.tensor([each.default_position for each in captured.numeric]).reshape(-1, 1)
    made, at = [], 0
    with torch.no_grad():
        while at < x.shape[1]:
            block = x[:, at : at + sizes[len(made) % len(sizes)]]
            made.append(captured.module(block.clone(), positions.expand(-1, block.shape[1]).contiguous()).clone())
            at += block.shape[1]
    return torch.cat(made, 1)


@pytest.mark.parametrize(
    "cls",
    [
        networks.Same, networks.Causal, networks.Valid, networks.WideValid, networks.Recurrent, networks.TimeFirst,
        networks.GivenState, networks.NeededPair, networks.KeptState, networks.Cache, networks.BatchTime,
        networks.Separator, networks.Conditioned, networks.EverySample, networks.StemDict, networks.Tail,
        networks.Delay, networks.LinearPhase, networks.Strided, networks.PaddedStride, networks.Spectral,
        networks.Threshold,
    ],
)  # fmt: skip
def test_cuts_are_not_heard(captured, cls):
    made = captured(cls)
    step = made.call.multiple
    x = torch.rand(made.call.channels_in, step * (8192 // step), generator=torch.Generator().manual_seed(1)) * 2 - 1
    x *= torch.linspace(0, 1, x.shape[1])  # loud and quiet
    sizes = [step * max(1, size // step) for size in (512, 64, 1000, 333)]
    whole, cut = play(made, x, [x.shape[1]]), play(made, x, sizes)
    assert whole.shape == cut.shape == (made.call.channels_out, x.shape[1])
    assert (whole - cut).abs().max() <= 1e-3 * whole.abs().max()


@pytest.mark.parametrize(
    "cls", [networks.Same, networks.Delay, networks.LinearPhase, networks.KeptDelay, networks.Tail]
)
def test_the_delay_is_the_one_told(captured, cls):
    """Reference: the model itself on a pulse, moved by the delay where that is not its own."""
    made = captured(cls)
    pulse = torch.zeros(made.call.channels_in, 1024)
    pulse[:, 300] = 1.0
    heard = play(made, pulse, [256])[0]
    with torch.no_grad():
        alone = tidy(_seeded(cls))(pulse[None])[0, 0][:1024]
    own = {networks.Delay: 64, networks.KeptDelay: 64, networks.LinearPhase: 63}.get(cls, 0)
    late = made.call.latency - own
    torch.testing.assert_close(heard[late:], alone[: 1024 - late], atol=1e-5, rtol=0)


def _seeded(cls):
    torch.manual_seed(3)
    return cls()
