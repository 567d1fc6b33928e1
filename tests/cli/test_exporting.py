"""Packages from the command line, driven by the scripts that call them as their hosts do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PEERS = Path(__file__).parents[1] / "peers"
CARD = {
    "name": "Half volume", "authors": ["A. Author"], "short_description": "Turns it down",
    "long_description": "By half.",
    "domain_tags": ["music"], "tags": ["volume"], "sample_rate": 44100,
}  # fmt: skip


@pytest.fixture
def card(tmp_path):
    def write(**changes):
        (tmp_path / "card.json").write_text(json.dumps(CARD | changes))
        return "card.json"

    return write


def host_accepts(script, path, *words):
    done = subprocess.run([sys.executable, PEERS / script, path, *words], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
def test_both_packages_are_accepted_by_their_hosts(studio, model, card, tmp_path):
    words = ["--host", "neutone", "--host", "audacity", "--card", card(), "--out", "packages", "--trust", "--json"]
    said = studio("export", model("volume"), *words)
    assert said.code == 0, said.out + said.err
    paths = {each["host"]: tmp_path / each["path"] for each in said.json["packages"]}
    assert all(each["verified"] and each["checks"] for each in said.json["packages"])
    for script, path, *more in (
        ("neutone_check.py", paths["neutone"], "--quick"),
        ("audacity_check.py", paths["audacity"]),
    ):
        accepted, output = host_accepts(script, path, *more)
        assert accepted, output


def test_an_exported_package_opens_without_asking_and_sounds_the_same(studio, model, card, sound, tmp_path):
    import numpy as np
    import soundfile

    said = studio("export", model("volume"), "--host", "neutone", "--card", card(), "--out", "p", "--trust", "--json")
    path, audio = sound()
    again = studio("render", said.json["packages"][0]["path"], path, "out.wav", "--set", "gain=0.5", "--json")
    assert again.code == 0, again.out
    made, _ = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)
    np.testing.assert_allclose(made.T, audio * 0.5, atol=1e-5)


def test_everything_over_a_limit_is_listed_and_nothing_written(studio, model, card, tmp_path):
    over = card(name="x" * 31, short_description="y" * 61, tags=[])
    words = ["--host", "neutone", "--host", "audacity", "--card", over, "--out", "p", "--trust", "--json"]
    said = studio("export", model("volume"), *words)
    assert said.code == 2 and {"name", "short_description"} <= set(said.json["error"]["fields"])
    assert not list(tmp_path.glob("p/**/*.nm"))


def test_a_host_that_needs_a_rate_asks_for_it(studio, model, card, tmp_path):
    words = ["--host", "audacity", "--card", card(sample_rate=None), "--out", "p", "--trust", "--json"]
    said = studio("export", model("volume"), *words)
    assert said.code == 2 and "sample_rate" in said.json["error"]["fields"]
    said = studio("export", model("volume"), *words, "--model-rate", "44100")
    assert said.code == 0, said.out


@pytest.mark.slow
def test_demo_does_the_whole_job(studio, tmp_path):
    said = studio("demo", "--out", "demo", "--json")
    assert said.code == 0, said.out + said.err
    assert {each["host"] for each in said.json["packages"]} >= {"neutone", "audacity"}
    assert (tmp_path / said.json["output"]).is_file() and all(each["verified"] for each in said.json["packages"])


SWEEPS = ["--host", "neutone", "--host", "audacity", "--out", "p", "--trust", "--json"]


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_two_exports_of_the_same_have_the_same_bytes(studio, model, card, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "other"):
        words = [*SWEEPS[:4], "--card", card(), "--out", name, "--trust", "--json"]
        assert studio("export", model("volume"), *words).code == 0
    for host in ("neutone", "audacity"):  # report and record hold times that were measured
        one, other = files_of(tmp_path / "one" / host), files_of(tmp_path / "other" / host)
        assert len(one) >= 2 and one == other


@pytest.mark.slow
def test_an_export_goes_on_where_it_stopped(studio, model, card, tmp_path):
    words = ["export", model("volume"), *SWEEPS, "--card", card()]
    first = studio(*words)
    assert first.code == 0, first.out
    written = {each["host"]: tmp_path / each["path"] for each in first.json["packages"]}
    before = written["neutone"].stat().st_mtime_ns
    (written["audacity"] / "metadata.json").write_text("{}")  # somebody, or a crash, spoiled one of them
    again = studio(*words)
    assert {each["host"]: each["kept"] for each in again.json["packages"]} == {"neutone": True, "audacity": False}
    assert written["neutone"].stat().st_mtime_ns == before
    assert host_accepts("audacity_check.py", written["audacity"])[0]
    turned = studio(*words, "--set", "gain=0.25")
    assert not any(each["kept"] for each in turned.json["packages"])


@pytest.mark.slow
def test_the_report_shows_every_check_of_model_and_packages(studio, model, card, tmp_path):
    said = studio("export", model("volume"), *SWEEPS, "--card", card())
    page = (tmp_path / "p" / "report.html").read_text()
    assert "<title>Half volume</title>" in page and "http" not in page.replace("http://www.w3.org", "")
    assert str(tmp_path) not in page
    for package in said.json["packages"]:
        assert all((each["title"] or each["id"]) in page for each in package["checks"])


NAN = """
import torch
from torch import nn


class Root(nn.Module):
    def forward(self, x):
        return torch.sqrt(x)
"""


def test_a_model_that_writes_nan_is_refused_before_anything_is_written(studio, card, tmp_path):
    (tmp_path / "root.py").write_text(NAN)
    for more in ([], ["--anyway"]):
        said = studio("export", "root.py", *SWEEPS, "--card", card(), *more)
        assert said.code == 2 and "nan" in said.json["error"]["message"].lower(), said.out
    assert files_of(tmp_path / "p") == {}


@pytest.mark.slow
def test_a_folder_whose_metadata_lies_is_played_as_plain_torchscript(studio, model, card, tmp_path):
    said = studio("export", model("volume"), *SWEEPS[2:], "--card", card())
    folder = tmp_path / said.json["packages"][0]["path"]
    found = json.loads((folder / "metadata.json").read_text())
    (folder / "metadata.json").write_text(json.dumps({**found, "labels": [[["deep"]]]}))
    opened = studio("inspect", folder, "--json")
    assert opened.code == 0, opened.out
    assert any("cannot be true" in fact for fact in opened.json["facts"])
