"""Which LibTorch an archive needs, and archives said again in the words of 1.9.

The expectations were taken down from real torch 1.9.0, 1.12.1 and 2.5.1; test_old_libtorch.py asks those themselves.
"""

from __future__ import annotations

import zipfile

import pytest
import torch
from old_host_networks import networks

from studio.hosts import libtorch
from studio.hosts.lowering import absent_in, lower
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive

NETWORKS = networks()
SCRIPTED = {
    "conv": (1, 9), "leaky relu": (1, 9), "elu": (1, 9), "lstm": (1, 12), "gru": (1, 12), "batch norm": (1, 12),
    "group norm": (1, 12), "transposed conv": (1, 12), "glu": (1, 12), "pad reflect": (1, 12), "gelu": (1, 12),
    "linspace": (1, 12), "raise": (1, 12), "rms norm": (2, 5), "attention": (2, 5), "transformer": (2, 5),
    "interpolate": (2, 13), "stft": (2, 13),
}  # fmt: skip
TRACED = {"lstm": (1, 9), "batch norm": (1, 9), "interpolate": (1, 9), "stft": (1, 12), "gelu": (1, 12)}


def sound():
    return torch.rand(1, 512, generator=torch.Generator().manual_seed(1)) - 0.5


@pytest.fixture
def archive(tmp_path):
    def make(module, trace=False):
        path = tmp_path / "model.pt"
        made = torchscript.trace(module, (sound(),))[0] if trace else torchscript.script(module)
        save_archive(made, path, {})
        return path

    return make


@pytest.mark.parametrize(("name", "since"), SCRIPTED.items())
def test_what_a_compiled_network_needs(name, since, archive):
    assert libtorch.needs(archive(NETWORKS[name]))[0] == since


@pytest.mark.parametrize(("name", "since"), TRACED.items())
def test_what_a_traced_network_needs(name, since, archive):
    assert libtorch.needs(archive(NETWORKS[name], trace=True))[0] == since


@pytest.mark.parametrize("name", NETWORKS)
def test_lowered_it_needs_1_9_and_sounds_the_same(name, archive):
    """Reference: the network itself."""
    path = archive(NETWORKS[name])
    lower(path, (1, 9))
    assert libtorch.needs(path) == ((1, 9), [])
    made = torchscript.load(str(path))(sound())
    torch.testing.assert_close(made, NETWORKS[name](sound()), atol=2e-6, rtol=1e-5)


def test_lowering_leaves_alone_what_needs_none(archive):
    path = archive(NETWORKS["conv"])
    before = path.read_bytes()
    assert lower(path, (1, 9)) == [] and path.read_bytes() == before


def test_lowered_archives_are_the_same_each_time(archive):
    one, other = (lowered(archive(NETWORKS["transformer"])) for _ in range(2))
    assert one == other


def lowered(path):
    lower(path, (1, 9))
    return path.read_bytes()


def test_an_operator_that_is_left_out_says_so_when_it_is_met(archive):
    class Bessel(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.special.bessel_j0(x) if x.size(1) > 4 else x

    path = archive(Bessel(), trace=True)
    left_out = lower(path, (1, 9))
    assert left_out == ["torch.special_bessel_j0"]
    with pytest.raises(torch.jit.Error) as met:
        torchscript.load(str(path))(sound())
    assert absent_in(met.value, left_out) == "torch.special_bessel_j0"


def test_a_check_says_which_releases_and_what_to_change(archive):
    path = archive(NETWORKS["stft"])
    told = libtorch.check("host.libtorch", path, (2, 5), "The host loads it")
    assert (told.verdict, told.value) == ("fail", "2.13")
    assert "LibTorch 2.13 can run it" in told.advice and "torch.stft needs 2.13" in told.advice
    assert "trace the model" in told.advice


def test_code_that_cannot_be_read_counts_as_the_newest(archive):
    path = archive(NETWORKS["conv"])
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr("model/code/__torch__/odd.py", "def f(x:\n")
    assert libtorch.needs(path) == ((2, 13), ["code that cannot be read"])
