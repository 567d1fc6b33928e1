"""`studio card`: shown, edited and refused, on packages that were really exported."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

OTHERS = ("neutone_gen", "plain", "nn", "harp")
HOSTS = ["audacity", "neutone", *(pytest.param(each, marks=pytest.mark.slow) for each in OTHERS)]
EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "clipper.py"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The example exported to a host, once for all tests."""
    out = tmp_path_factory.mktemp("exported")

    def folder(host):
        if not (out / host).is_dir():
            words = ["export", EXAMPLE, "--host", host, "--out", out, "--trust"]
            command = [sys.executable, "-m", "studio", *words]
            subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=170)
        return out / host

    return folder


@pytest.fixture
def package(exported, tmp_path):
    """A copy of the package of one host, as its host opens it."""

    def copy(host):
        folder = tmp_path / host
        shutil.copytree(next(exported(host).iterdir()), folder)
        return folder if host in ("audacity", "harp") else next(folder.glob("*.[npt][mts]"))

    return copy


def digests(path):
    folder = path if path.is_dir() else path.parent
    return {each: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("host", HOSTS)
def test_a_card_is_shown_without_running_anything(studio, package, host):
    said = studio("card", package(host), "--json").json
    assert said["host"] == host and said["card"]["name"] == "clipper" and len(said["card"]["parameters"]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("host", HOSTS)
def test_an_edit_changes_what_is_said_and_not_what_is_heard(studio, package, host, tmp_path):
    path = package(host)
    soundfile.write(tmp_path / "in.wav", np.random.default_rng(0).uniform(-1, 1, 20000), 48000, subtype="FLOAT")
    studio("render", path, "in.wav", "before.wav", "--trust")
    edits = ["--edit", "name=Warm Tape", "--edit", "tags=tape, warm", "--edit", "knob.gain.description=Louder"]
    said = studio("card", path, *edits, "--edit", "experimental=true", "--trust", "--json")
    assert said.code == 0 and {each["verdict"] for each in said.json["checks"]} <= {"pass", "warn"}
    card = studio("card", path, "--json").json["card"]
    assert (card["name"], card["tags"], card["experimental"]) == ("Warm Tape", ["tape", "warm"], True)
    assert card["parameters"][2]["description"] == "Louder" and card["authors"] == ["Neural Audio Studio"]
    studio("render", path, "in.wav", "after.wav", "--trust")
    assert (tmp_path / "before.wav").read_bytes() == (tmp_path / "after.wav").read_bytes()


@pytest.mark.parametrize(
    ("host", "words", "field"),
    [
        ("audacity", ["--edit", f"short_description={'x' * 61}", "--edit", "domain_tags=noise"], "short_description"),
        ("neutone", ["--edit", "name="], "name"),
        ("neutone", ["--edit", "sample_rate=8000", "--trust"], "sample_rate"),
        ("neutone", ["--edit", "knob.gain.max=9"], "knob.gain.max"),
        ("audacity", ["--edit", "colour=red"], "colour"),
        ("audacity", ["--edit", "experimental=perhaps"], "experimental"),
        ("audacity", ["--edit", "name"], "edit"),
    ],
)
def test_what_is_refused_changes_nothing(studio, package, host, words, field):
    path = package(host)
    before = digests(path)
    said = studio("card", path, *words, "--json")
    assert said.code == 2 and field in said.json["error"]["fields"] and digests(path) == before


def test_a_package_made_elsewhere_that_holds_python_is_edited_only_with_consent(studio, package, monkeypatch, tmp_path):
    path = package("harp")
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "another machine"))
    before = digests(path)
    said = studio("card", path, "--edit", "name=New", "--json")
    assert said.code == 2 and said.json["error"]["fields"] == ["trust"] and digests(path) == before


@pytest.mark.slow
def test_the_edited_package_may_go_elsewhere(studio, package, tmp_path):
    path = package("neutone")
    before = digests(path)
    (tmp_path / "card.json").write_text(json.dumps({"name": "Other"}))
    said = studio("card", path, "--card", "card.json", "--out", "other.nm", "--trust", "--json")
    assert said.code == 0 and digests(path) == before
    card = studio("card", "other.nm", "--json").json["card"]
    assert card["name"] == "Other" and card["authors"] == ["Neural Audio Studio"]


def test_the_card_of_a_model_lies_beside_it(studio, model, tmp_path):
    path = model("volume")
    assert studio("card", path, "--edit", "name=Loud", "--edit", "labels=a,b").code == 0
    assert json.loads((tmp_path / "volume.card.json").read_text())["labels"] == ["a", "b"]
    assert studio("card", path, "--json").json["card"]["name"] == "Loud"
