"""Neutone packages, asked by the contract script and compared with plain NumPy."""

from __future__ import annotations

import importlib
import json

import numpy as np
import pytest
import soundfile
import torch
from damaged_neutone import METADATA, ROOTS, rewritten
from little_models import (
    CARD,
    Blocks,
    Clipper,
    Doubler,
    Gru,
    Halves,
    Identity,
    Knobs,
    Late,
    Stems,
    Tcn,
    Wide,
    captured,
)  # fmt: skip

from studio.document.check import passed
from studio.errors import CardError, HostError, ModelError
from studio.hosts import host
from studio.hosts.neutone import package, read, reference, verify
from studio.hosts.reference import load_reference
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.captured import load_captured, save_captured
from studio.wrappers.stream import open_stream

KINDS = [Clipper, Tcn, Blocks, Gru, Wide, Knobs, Late]
RATE = {"ratio": (2, 1)}


@pytest.mark.parametrize("kind", [Clipper, Blocks, Late])  # the whole contract, with all kinds, takes its time
def test_the_contract_is_kept(kind, work, contract):
    model = captured(kind)
    assert contract("neutone_check.py", package(model, work(model))[0], "--quick") == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_contract_is_kept(kind, work, contract):
    model = captured(kind)
    assert contract("neutone_check.py", package(model, work(model))[0]) == []


@pytest.mark.parametrize("changes", [{}, {"block_sizes": (512,), "sample_rates": (44100,)}, {"min_block": 300}])
def test_the_delay_of_an_identity_is_the_one_it_reports(changes, work, contract):
    model = captured(Identity, **changes)
    assert contract("neutone_check.py", package(model, work(model))[0], "--quick", "--identity") == []


@pytest.mark.parametrize("rate", [pytest.param(44100, marks=pytest.mark.slow), 48000])
@pytest.mark.parametrize("kind", [*KINDS, Identity])
def test_it_sounds_as_it_was_heard(kind, rate, work, noise, tmp_path):
    model = captured(kind)
    heard = reference(model, noise(2, 30000), rate, [0.3] * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    checks = verify(package(model, work(model))[0], load_reference(tmp_path / "heard.npz"))
    assert [check for check in checks if check.verdict == "fail"] == []
    assert [check.id for check in checks][:2] == ["neutone.loads", "neutone.contract"]


def test_knobs_reach_the_model_in_their_own_units(work):
    """Reference: the ranges written down by hand."""
    model = captured(Knobs)
    root = torchscript.load(str(package(model, work(model))[0]))
    root.set_daw_sample_rate_and_buffer_size(48000, 64)
    params = torch.tensor([[0.5], [1.0], [0.0], [0.0]]).repeat(1, 64)
    assert root(torch.zeros(1, 64), params)[0, 0].item() == pytest.approx(np.sqrt(20 * 20000) / 20000 + 0.2, 1e-5)
    assert root(torch.zeros(1, 64))[0, 0].item() == pytest.approx(0.05 + 0.1 + 1.0, 1e-5)


def test_what_the_plugin_cannot_show_is_told_in_words(work):
    model = captured(Knobs)
    paths = package(model, work(model))
    shown = json.loads(paths[1].read_text())["neutone_parameters"]
    assert "20 to 20000 Hz, logarithmic" in shown["p1"]["description"]
    assert "soft, hard, fold" in shown["p2"]["description"]
    assert (shown["p2"]["min_value"], shown["p2"]["default_value"], shown["p2"]["max_value"]) == (0.0, 0.5, 1.0)


def test_straight_knobs_keep_their_units(work):
    model = captured(Clipper)
    shown = json.loads(package(model, work(model))[1].read_text())["neutone_parameters"]
    assert (shown["p3"]["min_value"], shown["p3"]["default_value"], shown["p3"]["max_value"]) == (-12.0, 6.0, 12.0)


def test_examples_are_shipped_as_mp3(work, noise):
    model = captured(Clipper)
    sound = noise(2, 48000)
    paths = package(model, work(model, samples=[(sound, sound * 0.5, 48000)] * 4))
    described = json.loads(paths[1].read_text())
    held, rate = soundfile.read(paths[0].parent / "samples" / "1_out.mp3")
    assert len(described["sample_sound_files"]) == 3 and len(paths) == 8
    assert rate == 44100 and abs(len(held) - 44100) < 3000 and 0.1 < np.abs(held).max() < 0.6


def test_no_path_and_no_source_leave_the_machine(work):
    model = captured(Gru)
    held = package(model, work(model))[0].read_bytes()
    assert b"debug_pkl" not in held and str(__file__).encode() not in held


@pytest.mark.parametrize("kind", [Clipper, Late, Blocks, Knobs])
def test_an_opened_package_sounds_the_same(kind, work, noise, tmp_path):
    model = captured(kind)
    heard = reference(model, noise(2, 20000), 48000)
    opened = read(package(model, work(model))[0])
    save_captured(opened, tmp_path / "opened.pt")
    again = reference(load_captured(tmp_path / "opened.pt"), heard.audio, 48000)
    assert (again.latency, opened.how, opened.card) == (heard.latency, "package", model.card)
    np.testing.assert_allclose(again.expected, heard.expected, atol=1e-5)


def test_a_card_over_the_limits_is_refused_with_every_field(work):
    model = captured(Clipper)
    bad = {"name": "n" * 31, "authors": ("A", "A"), "short_description": "", "tags": ("t" * 16,), "citation": "c" * 151}
    with pytest.raises(CardError) as refused:
        package(model, work(model, **bad))
    assert set(refused.value.fields) == {"name", "authors", "short_description", "tags", "citation"}
    assert not work(model).folder.exists()


def test_more_than_four_knobs_are_refused(work):
    model = captured(Clipper)
    many = [model.card.parameters[0].model_copy(update={"name": f"knob {number}"}) for number in range(5)]
    with pytest.raises(CardError, match="5 knobs"):
        package(model, work(model, parameters=tuple(many)))


@pytest.mark.parametrize(("kind", "word"), [(Stems, "3"), (Halves, "labels")])
def test_models_that_no_effect_can_be_are_refused_with_a_way_out(kind, word, work):
    model = captured(kind, labels=("a", "b") if kind is Halves else ())
    with pytest.raises(HostError, match=word) as refused:
        package(model, work(model))
    assert "Audacity" in refused.value.hint


def test_another_model_under_the_same_name_is_noticed(work, noise):
    model = captured(Tcn)
    heard = reference(model, noise(2, 20000), 48000)
    with torch.no_grad():
        next(model.module.parameters()).mul_(1.01)
    checks = {check.id: check for check in verify(package(model, work(model))[0], heard)}
    assert checks["neutone.same-sound"].verdict == "fail" and checks["neutone.same-sound"].advice


def test_a_false_delay_is_noticed(work, noise):
    model = captured(Late)
    path = package(model, work(model))[0]
    honest = captured(Identity)
    checks = verify(path, reference(honest, noise(2, 20000), 48000))
    assert {"neutone.delay", "neutone.same-sound"} <= {check.id for check in checks if check.verdict == "fail"}


def test_a_cut_file_does_not_load(work, noise):
    model = captured(Identity)
    path = package(model, work(model))[0]
    heard = reference(model, noise(2, 5000), 48000)
    path.write_bytes(path.read_bytes()[:-200])
    checks = verify(path, heard)
    assert [check.id for check in checks] == ["neutone.loads"] and not passed(checks)
    with pytest.raises(ModelError):
        read(path)


@pytest.mark.parametrize("said", METADATA)
def test_spoiled_metadata_are_noticed(said, work, noise):
    model = captured(Clipper)
    path = package(model, work(model))[0]
    heard = reference(model, noise(2, 5000), 48000)
    assert passed(verify(path, heard))
    rewritten(path, METADATA[said])
    assert not passed(verify(path, heard))


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_that_breaks_the_contract_is_noticed(root, work, noise, monkeypatch):
    model = captured(Gru if root.__name__ == "NoReset" else Late)
    heard = reference(model, noise(2, 20000), 48000)
    monkeypatch.setattr(importlib.import_module("studio.hosts.neutone.package"), "Root", root)
    assert not passed(verify(package(model, work(model))[0], heard))


def test_a_bare_model_is_not_a_package(work, noise, tmp_path):
    model = captured(Clipper)
    save_archive(model.module, tmp_path / "bare.nm", {"metadata.json": "{}"})
    assert not passed(verify(tmp_path / "bare.nm", reference(model, noise(2, 5000), 48000)))


@pytest.mark.slow
def test_a_model_that_changes_the_rate_keeps_the_contract(work, contract):
    model = captured(Doubler, **RATE)
    assert contract("neutone_check.py", package(model, work(model))[0], "--quick") == []


def test_hosts_are_found_by_name():
    assert host("neutone").package is package
    with pytest.raises(HostError, match="no host") as refused:
        host("nothing")
    assert "audacity" in refused.value.hint


def test_streams_and_packages_have_the_same_delay(work):
    model = captured(Blocks)
    root = torchscript.load(str(package(model, work(model))[0]))
    stream = open_stream(model)
    for rate, block in [(44100, 480), (48000, 512), (96000, 64)]:
        root.set_daw_sample_rate_and_buffer_size(rate, block)
        stream.prepare(rate, block)
        assert root.calc_buffering_delay_samples() + root.calc_model_delay_samples() == stream.latency()
    assert CARD.name == root.get_model_name()
