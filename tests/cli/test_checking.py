"""`studio check`: what it finds is mended by the very words it prints."""

import shlex

import pytest

ECHO = """
import torch
from torch import nn


class Echo(nn.Module):
    def forward(self, x):
        late = torch.nn.functional.pad(x, (300, 0))[..., : x.shape[-1]]
        return 0.7 * x + 0.3 * late
"""


@pytest.mark.slow
def test_a_printed_mend_is_taken_back_and_holds(studio, tmp_path):
    (tmp_path / "echo.py").write_text(ECHO)
    asked = ("check", "echo.py", "--trust", "--call", "look_behind=0")
    lines = studio(*asked).out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.split()[1] == "parity")
    assert lines[at].startswith("warn") and lines[at + 1].startswith(
        "    mend: --call look_behind=300   (Set look-behind"
    )
    words = shlex.split(lines[at + 1].split("   (")[0].removeprefix("    mend: "))
    after = {each["id"]: each for each in studio(*asked, *words, "--json").json["checks"]}
    assert after["parity"]["verdict"] == "pass" and after["parity"]["value"] < -100
    assert after["parity"]["plot"]["series"][0]["x"] and after["latency"]["mend"] is None


def test_a_model_that_breaks_is_refused_with_its_checks(studio, tmp_path):
    (tmp_path / "broken.py").write_text(ECHO.replace("0.7 * x", "x / x.abs().amax(-1, keepdim=True)"))
    said = studio("check", "broken.py", "--trust", "--json")
    found = {each["id"]: each for each in said.json["checks"]}
    assert said.code == 2 and not said.json["ok"] and found["finite"]["verdict"] == "fail"
    assert "silence" in found["finite"]["advice"] and "finite" in said.json["error"]["message"]
