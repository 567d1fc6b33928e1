"""`studio adapter` shows how a model is called; a refusal to compile names the line and the mend."""

import subprocess
import sys

HOLED = """
from torch import nn


class Holed(nn.Module):
    def forward(self, x, **rest):
        if x.abs().max() > 0.5:
            return x * 2
        return x
"""


def test_what_is_shown_runs_beside_the_model(studio, model, tmp_path):
    model("volume")
    shown = studio("adapter", "volume.py", "--trust")
    written = studio("adapter", "volume.py", "--trust", "--out", "shown.py")
    assert shown.code == written.code == 0 and (tmp_path / "shown.py").read_text() == shown.out
    done = subprocess.run([sys.executable, "shown.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "torch.Size([" in done.stdout


def test_a_model_that_cannot_be_compiled_comes_with_a_mend(studio, tmp_path):
    (tmp_path / "holed.py").write_text(HOLED)
    said = studio("inspect", "holed.py", "--trust", "--debug")
    assert said.code == 2 and "holed.py, line 6, **kwargs" in said.err and "Name each argument" in said.err
    assert "holed.py, line 7 decides by the sound which way to go" in said.err
    assert "Compiled functions can't take variable number of arguments" in said.err  # torch's own words
