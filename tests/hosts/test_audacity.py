"""Audacity packages, asked by the contract script and compared with the wrapper called in plain Python."""

from __future__ import annotations

import json

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
    Wild,
    captured,
)
from old_host_networks import networks

from studio.document.check import passed
from studio.document.kinds import recognise
from studio.errors import CardError, HostError, ModelError
from studio.hosts.audacity import package, read, reference, verify
from studio.hosts.reference import load_reference
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import load_captured, save_captured

LABELS = {Halves: ("first", "second")}
EFFECTS = [Identity, Clipper, Tcn, Blocks, Wide, Knobs, Late, Stems, Doubler]
KINDS = [*EFFECTS, pytest.param(Gru, marks=pytest.mark.slow), Halves]


def made(kind):
    changes = {"ratio": (2, 1)} if kind is Doubler else {}
    return captured(kind, LABELS.get(kind, ()), **changes)


SLOW = (Wide, Knobs, Late, Doubler, Blocks)  # each starts the script in a process of its own


@pytest.mark.parametrize(
    "kind", [pytest.param(each, marks=pytest.mark.slow) if each in SLOW else each for each in [*EFFECTS, Halves]]
)
def test_the_contract_is_kept(kind, work, contract):
    model = made(kind)
    assert contract("audacity_check.py", package(model, work(model))[0], "--libtorch19") == []


@pytest.mark.parametrize("kind", KINDS)
def test_it_sounds_as_it_was_heard(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 30001), 44100, [0.3] * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    folder = package(model, work(model, positions=heard.positions))[0]
    checks = verify(folder, load_reference(tmp_path / "heard.npz"))
    assert [check for check in checks if check.verdict == "fail"] == []
    assert recognise(folder).name == "audacity"


@pytest.mark.parametrize("length", [1, 2, 2047, 5000])
def test_delay_is_taken_out_and_lengths_are_kept(length, work, noise):
    """Reference: a delay with its delay taken out is nothing at all."""
    model = made(Late)
    root = torchscript.load(str(package(model, work(model))[0] / "model.pt"))
    sound = noise(1, length)
    for _ in range(2):
        np.testing.assert_array_equal(root(torch.from_numpy(sound)).numpy(), sound)


def test_whole_blocks_reach_a_model_that_takes_nothing_else(work, noise):
    """Reference: the blocks turned around by NumPy."""
    model = made(Blocks)
    root = torchscript.load(str(package(model, work(model))[0] / "model.pt"))
    sound = noise(1, 3 * 2048)
    turned = sound.reshape(3, 2048)[:, ::-1].reshape(1, -1)
    np.testing.assert_array_equal(root(torch.from_numpy(sound)).numpy(), turned)


@pytest.mark.parametrize(
    ("kind", "labels", "rows"),
    [
        (Identity, (), ["Little model"]),
        (Wide, (), ["Little model left", "Little model right"]),
        (Wide, ("wide",), ["wide left", "wide right"]),
        (Wide, ("sum", "difference"), ["sum", "difference"]),
        (Stems, (), ["drums", "bass", "other"]),
        (Halves, ("first", "second"), ["first", "second"]),
    ],
)
def test_every_row_has_a_label(kind, labels, rows, work):
    model = captured(kind, labels)
    described = json.loads((package(model, work(model))[0] / "metadata.json").read_text())
    assert described["labels"] == rows
    assert described["multichannel"] == (kind is Wide)
    assert described["effect_type"] == ("waveform-to-labels" if kind is Halves else "waveform-to-waveform")


def test_knobs_are_built_in_where_they_stand(work):
    model = made(Knobs)
    folder = package(model, work(model, positions=(1.0, 1.0, 0.0)))[0]
    root = torchscript.load(str(folder / "model.pt"))
    assert root(torch.zeros(1, 64))[0, 0].item() == pytest.approx(1.0 + 0.2, 1e-5)
    page = (folder / "README.md").read_text()
    assert "| cutoff | 2e+04 Hz |" in page and "| shape | fold |" in page and "| on | off |" in page


def test_the_folder_is_what_the_host_and_its_model_pages_want(work):
    model = made(Identity)
    folder, *files = package(model, work(model))
    described = json.loads((folder / "metadata.json").read_text())
    page = (folder / "README.md").read_text()
    assert folder.name == "little-model" and all(path.parent == folder for path in files)
    assert described["model_size"] == (folder / "model.pt").stat().st_size and described["author"] == "A, B"
    assert page.startswith('---\ntags:\n- audacity\nlicense: "mit"\n---\n')
    assert "*.pt filter=lfs" in (folder / ".gitattributes").read_text()


@pytest.mark.parametrize("kind", [Identity, Clipper, Blocks, Late, Stems])
def test_an_opened_package_sounds_the_same(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 20000), 44100)
    folder = package(model, work(model))[0]
    opened = read(folder / "model.pt")
    save_captured(opened, tmp_path / "opened.pt")
    again = reference(load_captured(tmp_path / "opened.pt"), heard.audio, 44100)
    np.testing.assert_allclose(again.expected, heard.expected, atol=1e-6)
    assert (opened.how, opened.card.parameters, opened.call.sample_rates) == ("package", (), (44100,))


def test_an_opened_labeller_finds_the_same(work, noise):
    model = made(Halves)
    heard = reference(model, noise(1, 20000), 44100)
    again = reference(read(package(model, work(model))[0]), heard.audio, 44100)
    np.testing.assert_allclose(again.expected, heard.expected, atol=1e-6)
    assert heard.expected.shape == (3, 20)


def test_labels_outside_the_block_or_the_classes_are_left_out(work):
    """The last piece of 1500 samples ends after them, and a third class has no name."""
    model = captured(Wild, ("one", "two"))
    root = torchscript.load(str(package(model, work(model))[0] / "model.pt"))
    classes, times = root(torch.zeros(1, 44100))
    assert classes.tolist() == [0, 1]
    np.testing.assert_allclose(times.numpy(), [[0.0, 0.5], [0.9, 1.0]], atol=1e-6)


def test_a_card_over_the_limits_is_refused_with_every_field(work):
    model = made(Identity)
    bad = {"short_description": "s" * 61, "long_description": "", "domain_tags": ("noise",), "sample_rate": None}
    with pytest.raises(CardError) as refused:
        package(model, work(model, **bad))
    assert set(refused.value.fields) == set(bad) and "--model-rate" in refused.value.hint
    assert not work(model).folder.exists()


@pytest.mark.parametrize(("kind", "labels"), [(Stems, ("one", "two")), (Halves, ())])
def test_labels_that_do_not_fit_are_refused(kind, labels, work):
    model = captured(kind, labels)
    with pytest.raises(CardError) as refused:
        package(model, work(model))
    assert refused.value.fields == ("labels",)


def test_four_channels_are_refused(work):
    model = captured(Identity, channels_in=4)
    with pytest.raises(HostError, match="4 channels"):
        package(model, work(model))


def test_another_model_under_the_same_name_is_noticed(work, noise):
    model = made(Tcn)
    heard = reference(model, noise(1, 20000), 44100)
    with torch.no_grad():
        next(model.module.parameters()).mul_(1.01)
    checks = {check.id: check for check in verify(package(model, work(model))[0], heard)}
    assert checks["audacity.same-sound"].verdict == "fail" and checks["audacity.same-sound"].advice


DEEP = json.loads("[" * 500 + "]" * 500)


@pytest.mark.parametrize("said", [{"labels": DEEP}, {"labels": 5}, {"sample_rate": "fast"}, {"sample_rate": None}])
def test_metadata_that_makes_no_sense_is_a_sentence_or_passed_over(said, work, tmp_path):
    model = made(Identity)
    folder = package(model, work(model))[0]
    found = json.loads((folder / "metadata.json").read_text())
    (folder / "metadata.json").write_text(json.dumps({**found, **said}))
    try:
        opened = read(folder)
    except CardError as error:
        assert next(iter(said)) in error.sentence and error.hint
    else:
        assert said == {"sample_rate": None} and opened.call.sample_rates == made(Identity).call.sample_rates
        save_captured(opened, tmp_path / "again.pt")


@pytest.mark.parametrize("name", ["model.pt", "metadata.json"])
def test_a_cut_package_does_not_load(name, work, noise):
    model = made(Identity)
    folder = package(model, work(model))[0]
    (folder / name).write_bytes((folder / name).read_bytes()[:-100])
    checks = verify(folder, reference(model, noise(1, 5000), 44100))
    assert [check.id for check in checks] == ["audacity.loads"] and not passed(checks)
    with pytest.raises((ModelError, HostError)):
        read(folder)


@pytest.mark.parametrize("kind", [Gelu, Padded, pytest.param(Gru, marks=pytest.mark.slow)])
def test_what_old_hosts_call_otherwise_is_called_so(kind, work, contract, noise):
    model = made(kind)
    folder = package(model, work(model))[0]
    checks = verify(folder, reference(model, noise(1, 5000), 44100))
    assert {check.verdict for check in checks} == {"pass"}
    assert contract("audacity_check.py", folder, "--libtorch19") == []


def test_what_an_old_host_cannot_run_is_refused_before_it_is_written(work):
    """The host would not say no: LibTorch 1.9 ends its process."""
    model = captured(Bessel)
    with pytest.raises(HostError, match=r"LibTorch 1\.9, which has not torch\.special_bessel_j0") as refused:
        package(model, work(model))
    assert refused.value.hint


def test_what_can_run_it_is_told(work, noise):
    model = made(Identity)
    checks = verify(package(model, work(model))[0], reference(model, noise(1, 5000), 44100))
    told = next(check for check in checks if check.id == "audacity.libtorch")
    assert (told.value, told.unit) == ("1.9", "LibTorch") and "1.9, 1.12, 2.5, 2.13 can run it" in told.advice


class Answer(torch.nn.Module):
    """A root made elsewhere, wrong in one way."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.kind == "3-D":
            return x.unsqueeze(0)
        if self.kind == "NaN":
            return x * float("nan")
        return x.double() if self.kind == "float64" else torch.cat([x[:1], x[:1], x[:1]])


class Labelled(torch.nn.Module):
    """A labeller made elsewhere, wrong in one way."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        seconds = float(x.size(1)) / 44100.0
        times = torch.tensor([[0.0, seconds * 0.5], [seconds * 0.5, seconds]])
        if self.kind == "class 5 of 3":
            return torch.tensor([0, 5]), times
        if self.kind == "int stamps":
            return torch.tensor([0, 1]), torch.tensor([[0, 1], [1, 2]])
        return torch.rand(2, 3), times


def damaged(folder, how):
    """Damage a good package in one of the ways in which packages are damaged."""
    described = json.loads((folder / "metadata.json").read_text())
    if how == "domains":
        described["domains"] = described.pop("domain_tags")
    elif how == "no tags":
        del described["tags"]
    elif how == "48000.0":
        described["sample_rate"] = 48000.0
    elif how == "61 characters":
        described["short_description"] = "s" * 61
    elif how == "no front matter":
        page = folder / "README.md"
        page.write_text(page.read_text().partition("---\n\n")[2])
    elif how == "wrong effect":
        described["effect_type"] = "waveform-to-labels"
    elif how == "truncated":
        (folder / "model.pt").write_bytes((folder / "model.pt").read_bytes()[:-500])
    else:
        described |= put_in(folder / "model.pt", how)
    (folder / "metadata.json").write_text(json.dumps(described))


def put_in(path, how):
    """Another root in place of the model, and what the metadata has to say of it."""
    said = {}
    if how in ("class 5 of 3", "int stamps", "probabilities"):
        root: torch.nn.Module = Labelled(how)
        said = {"effect_type": "waveform-to-labels", "labels": ["a", "b", "c"]}
    elif how in ("gelu", "BatchNorm"):
        name = {"gelu": "gelu tanh", "BatchNorm": "batch norm"}[how]
        root = networks()[name]
    else:
        root = Answer(how)
    save_archive(torchscript.script(root.eval()), path, {})
    return {**said, "model_size": path.stat().st_size}


DAMAGES = [
    "domains", "no tags", "48000.0", "61 characters", "no front matter", "3-D", "NaN", "float64", "3 rows, 1 label",
    "class 5 of 3", "int stamps", "probabilities", "wrong effect", "truncated", "gelu", "BatchNorm",
]  # fmt: skip


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_package_is_noticed(how, work, noise):
    """As the contract script notices it."""
    model = made(Identity)
    folder = package(model, work(model))[0]
    heard = reference(model, noise(1, 5000), 44100)
    assert passed(verify(folder, heard))
    damaged(folder, how)
    compared = ("audacity.same-sound", "audacity.same-labels")  # it is another model anyway
    failed = [check for check in verify(folder, heard) if check.verdict == "fail" and check.id not in compared]
    assert failed and all(check.value is not None or check.advice for check in failed)
