"""What reaches the engine was written by us: nothing of the file that was opened is passed on as it lay there."""

import zipfile

import pytest
import torch
from torch import Tensor, nn

from studio.document.opened import ModelSource
from studio.jobs.probe import run
from studio.wrappers.captured import load_captured

STRANGE = b"nothing-that-a-model-needs"


class Shaper(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.shape = nn.Conv1d(1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.shape(x))


def with_a_member(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/more.bin", STRANGE)


def with_a_tail(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = STRANGE


def with_text_in_an_array(path):
    """An extra file, as torch itself writes them."""
    torch.jit.save(torch.jit.load(path), path, _extra_files={"notes.txt": STRANGE.decode()})


@pytest.mark.parametrize("odd", [with_a_member, with_a_tail, with_text_in_an_array])
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_a_model_is_written_anew(tmp_path, odd):
    torch.manual_seed(3)
    model, path = Shaper().eval(), tmp_path / "shaper.ts"
    torch.jit.save(torch.jit.script(model), path)
    odd(path)
    assert STRANGE in path.read_bytes()
    found = run({"source": ModelSource(path=str(path)).model_dump(), "folder": str(tmp_path), "digest": ""}, print)
    captured = tmp_path / "captured.pt"
    names = zipfile.ZipFile(captured).namelist()
    assert found["captured"] == str(captured) and STRANGE not in captured.read_bytes()
    assert not [name for name in names if name.endswith((".debug_pkl", "more.bin", "notes.txt"))]
    sound = torch.rand(1, 2048) - 0.5
    heard = load_captured(captured).module(sound.clone(), torch.zeros(0, 2048))
    torch.testing.assert_close(heard, model(sound[None])[0].detach(), atol=1e-6, rtol=0)
