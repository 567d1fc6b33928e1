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


def test_demo_does_the_whole_job(studio, tmp_path):
    said = studio("demo", "--out", "demo", "--json")
    assert said.code == 0, said.out + said.err
    assert {each["host"] for each in said.json["packages"]} >= {"neutone", "audacity"}
    assert (tmp_path / said.json["output"]).is_file() and all(each["verified"] for each in said.json["packages"])
