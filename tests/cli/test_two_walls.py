"""Two walls stand between a foreign file and the machine: each holds alone, and without both nothing does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PEERS = Path(__file__).resolve().parents[1] / "peers"
RUN = [sys.executable, "-m", "studio", "inspect", "{file}"]
ACTING = (  # when they are opened; tests/peers/walls says how to try the whole corpus
    "script_at_load.ts", "script_write.ts", "script_save.ts", "export_real.pt2", "source_import.py",
    "source_default.py", "source_decorator.py", "pickle_exec.pt",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walls")
    subprocess.run([sys.executable, PEERS / "make_corpus.py", folder], check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture
def ran(corpus, tmp_path):
    """Names of the files that did something outside the job's folder, with these walls taken down."""

    def run(down):
        heads = [str(PEERS / "walls"), os.environ.get("PYTHONPATH", "")]
        surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(heads), "WALLS_DOWN": down}
        words = ["--only", *ACTING, "--timeout", "60", "--quiet", "--out", str(tmp_path / "found.json"), "--", *RUN]
        command = [sys.executable, PEERS / "run_corpus.py", corpus, *words]
        subprocess.run(command, env=surroundings, check=False, timeout=1100, capture_output=True)
        found = json.loads((tmp_path / "found.json").read_text())
        return {each["name"] for each in found if any("FOREIGN" in word or "VICTIM" in word for word in each["broken"])}

    return run


def test_with_both_down_foreign_code_does_as_it_likes(ran):
    assert len(ran("lock,scan")) > 5


@pytest.mark.parametrize("down", ["scan", "lock"])
def test_with_one_down_the_other_lets_nothing_happen(ran, down):
    assert ran(down) == set()
