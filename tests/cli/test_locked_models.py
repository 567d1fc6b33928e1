"""Models that were agreed to, and what they are let do all the same."""

import pytest

READS = """
from pathlib import Path
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {body}

    def forward(self, x):
        return x * self.gain
"""
OWN = "self.gain = torch.load(Path(__file__).parent / 'gain.pt', weights_only=True)"
SECRET = "self.gain = len(Path({secret!r}).read_text())"
SAVES = "self.gain = 0.5; torch.save(torch.ones(1), {secret!r} + '.new')"
CALLS = "import urllib.request; self.gain = len(urllib.request.urlopen('http://127.0.0.1:9').read())"
STARTS = "import os; self.gain = os.system('true') or 1; import subprocess; subprocess.run(['true'])"


@pytest.fixture
def net(tmp_path):
    """A model whose constructor does something, away from a secret."""
    (tmp_path / "secret.txt").write_text("x" * 9)
    (tmp_path / "models").mkdir()

    def write(body):
        path = tmp_path / "models" / "net.py"
        path.write_text(READS.format(body=body.format(secret=str(tmp_path / "secret.txt"))))
        return path

    return write


@pytest.mark.slow
def test_a_model_reads_its_weights_in_its_own_folder(studio, net, tmp_path):
    import torch

    path = net(OWN)
    torch.save(torch.tensor(0.25), path.with_name("gain.pt"))
    said = studio("inspect", path, "--trust", "--json")
    assert said.code == 0 and said.json["name"] == "Net"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "what"),
    [
        (SECRET, "reach the file secret.txt"),
        (SAVES, "reach a file that is not its own"),
        (CALLS, "open a network connection"),
        (STARTS, "start a program"),
    ],
)
def test_whatever_else_it_tries_is_refused_and_said(studio, net, tmp_path, body, what):
    said = studio("inspect", net(body), "--trust", "--json")
    assert said.code == 2
    assert said.json["error"]["message"] == f"The model tried to {what}; it was not let."
    assert sorted(each.name for each in tmp_path.glob("secret*")) == ["secret.txt"]
