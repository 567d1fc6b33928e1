"""Another card on a package: the host's own contract still holds, the metadata agrees, the model is untouched."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from little_models import Clipper, Halves, Identity, Stems, captured

from studio.document.card import Levels
from studio.errors import CardError, HostError
from studio.hosts import audacity, harp, neutone, neutone_gen, nn, plain
from studio.wrappers.archive import load_archive, save_archive


def digests(path):
    with zipfile.ZipFile(path) as archive:
        return {each: hashlib.sha256(archive.read(each)).hexdigest() for each in archive.namelist()}


def edited(card, **changes):
    knobs = tuple(each.model_copy(update={"description": f"new {each.name}"}) for each in card.parameters)
    said = {"name": "Another", "authors": ("C", "D"), "tags": ("new",), "experimental": True, "parameters": knobs}
    return card.model_copy(update={**said, **changes})


@pytest.mark.parametrize(("kind", "labels"), [(Identity, ()), (Stems, ("a", "b", "c")), (Halves, ("x", "y"))])
def test_only_what_is_said_changes_in_audacity(kind, labels, work, contract):
    model = captured(kind, labels)
    folder = audacity.package(model, work(model))[0]
    before = digests(folder / "model.pt")
    renamed = tuple(f"{each} 2" for each in labels)
    audacity.rewrite(folder, edited(model.card, labels=renamed, long_description="Longer."))
    after = digests(folder / "model.pt")
    changed = [each for each in before if before[each] != after[each]]
    assert before.keys() == after.keys() and [each.partition("/")[2] for each in changed] == ["extra/studio.json"]
    described = json.loads((folder / "metadata.json").read_text())
    assert described["model_size"] == (folder / "model.pt").stat().st_size and described["author"] == "C, D"
    assert (
        described["labels"] == list(renamed or described["labels"]) and "Longer." in (folder / "README.md").read_text()
    )
    assert contract("audacity_check.py", folder) == []
    assert audacity.read(folder).card.name == "Another"


def test_the_plugin_reads_the_new_words_everywhere_in_neutone(work, contract, noise):
    model = captured(Clipper)
    paths = neutone.package(model, work(model, samples=[(noise(2, 4410), noise(2, 4410), 44100)]))
    root, old = load_archive(paths[0], "metadata.json")
    sound = torch.from_numpy(noise(2, 4096))
    before = root(sound)
    neutone.rewrite(paths[0], edited(model.card, levels=Levels(wet=0.25), technical_links={}))
    root, new = load_archive(paths[0], "metadata.json")
    assert torch.equal(root(sound), before) and json.loads(paths[1].read_text()) == new
    assert new["sample_sound_files"] == old["sample_sound_files"] and new["date_created"] == old["date_created"]
    assert root.to_metadata()["model_name"] == root.get_model_name() == new["model_name"] == "Another"
    assert root.w2w_base.to_core_metadata() == root.to_metadata() and root.get_wet_default_value() == 0.25
    assert new["neutone_parameters"]["p1"]["description"] == "new low" and new["technical_links"] == {}
    assert contract("neutone_check.py", paths[0]) == []


@pytest.mark.parametrize(
    ("host", "kind"),
    [(plain, Clipper), (plain, Halves), (nn, Clipper), (nn, Identity), (harp, Clipper), (harp, Halves)],
)
def test_only_what_is_said_changes_elsewhere(host, kind, work):
    model = captured(kind, ("x", "y") if kind is Halves else ())
    positions = tuple(0.25 for _ in model.numeric)
    path = host.package(model, work(model, positions=positions))[0]
    archive, page = (path / "model.pt", path / "README.md") if path.is_dir() else (path, path.with_name("README.md"))
    before, old = digests(archive), page.read_text()
    new = edited(model.card, name=model.card.name, long_description="Longer.")
    assert page in host.rewrite(path, new)
    after = digests(archive)
    assert [each.partition("/")[2] for each in before if before[each] != after[each]] == ["extra/studio.json"]
    assert host.read(path).card == new and "Longer." in page.read_text() != old
    told = {each: each.read_text() for each in page.parent.iterdir() if each.suffix in (".json", ".md")}
    renamed = replace(model, card=new)
    host.package(renamed, work(renamed, positions=positions))  # writes the same beside the model
    assert told == {each: each.read_text() for each in told} and len(told) == {plain: 2, nn: 1, harp: 2}[host]


def test_gen_s_getters_say_the_new_words(work, contract, noise):
    model = captured(Clipper)
    paths = neutone_gen.package(model, work(model))
    root, old = load_archive(paths[0], "metadata.json")
    sound, knobs = torch.from_numpy(noise(2, 4096)), torch.full((3, 4096), 0.3)
    before = root.forward_non_realtime([sound], knobs, None, None)[0]
    neutone_gen.rewrite(paths[0], edited(model.card, citation="Cited."))
    root, new = load_archive(paths[0], "metadata.json")
    assert torch.equal(root.forward_non_realtime([sound], knobs, None, None)[0], before)
    assert json.loads(paths[1].read_text()) == new and new["date_created"] == old["date_created"]
    assert (
        root.to_metadata()["model_name"]
        == new["model_name"]
        == json.loads(root.get_metadata_json())["model_name"]
        == "Another"
    )
    assert new["citation"] == "Cited." and new["neutone_parameters"]["p1"]["description"] == "new low"
    assert contract("neutone_check.py", paths[0]) == []


@pytest.mark.parametrize("host", [plain, nn, harp])
def test_a_page_that_was_edited_by_hand_stays(host, work):
    model = captured(Clipper)
    path = host.package(model, work(model))[0]
    page = path / "README.md" if path.is_dir() else path.with_name("README.md")
    page.write_text("Mine.")
    assert page not in host.rewrite(path, edited(model.card)) and page.read_text() == "Mine."


@pytest.mark.parametrize("host", [audacity, neutone, neutone_gen, plain, nn, harp])
def test_what_would_change_the_sound_is_refused_all_at_once(host, work):
    model = captured(Clipper)
    path = host.package(model, work(model))[0]
    knob = model.card.parameters[0].model_copy(update={"max": 2.0})
    wrong = edited(model.card, sample_rate=8000, parameters=(knob, *model.card.parameters[1:]))
    with pytest.raises(CardError, match=r"44100 Hz.*knob low") as refused:
        host.rewrite(path, wrong)
    assert refused.value.fields == ("sample_rate", "parameters")


def test_a_package_made_elsewhere_is_exported_again(work, tmp_path):
    model = captured(Clipper)
    path = neutone.package(model, work(model))[0]
    root, said = load_archive(path, "metadata.json")
    save_archive(root, tmp_path / "other.nm", {"metadata.json": json.dumps(said)})
    with pytest.raises(HostError, match="not made by this app"):
        neutone.rewrite(tmp_path / "other.nm", model.card)


@pytest.mark.parametrize(("kind", "channels"), [(Identity, 1), (Clipper, 2)])
def test_a_package_read_back_is_mono_where_the_model_is(kind, channels, work, noise):
    model = captured(kind)
    found = neutone.read(neutone.package(model, work(model))[0])
    assert found.call.channels_in == found.call.channels_out == channels
    found.module.prepare(44100, 512)
    made = found.module(torch.from_numpy(noise(channels, 512)), torch.zeros(len(found.numeric), 512))
    assert made.shape == (channels, 512) and np.isfinite(made.numpy()).all()
