"""Hostile and broken files through the real command: nothing foreign runs, each ends in a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PEERS = Path(__file__).resolve().parents[1] / "peers"
SAMPLE = ("open", "pickles", "tensors", "archives", "texts", "exported", "oddities")
RUN = [sys.executable, "-m", "studio", "inspect", "{file}"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    subprocess.run([sys.executable, PEERS / "make_corpus.py", folder], check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_corpus_keeps_its_promises(corpus, tmp_path):
    words = ["--only", *SAMPLE, "--timeout", "60", "--out", str(tmp_path / "found.json"), "--", *RUN]
    subprocess.run([sys.executable, PEERS / "run_corpus.py", corpus, *words], check=False, timeout=1100)
    found = json.loads((tmp_path / "found.json").read_text())
    broken = {each["name"]: each["broken"] for each in found if each["broken"]}
    assert len(found) > 70 and broken == {}
