"""`studio trust` lists what may run and takes it back; damage and change are told before anything is opened."""

import pytest
import torch

from studio.document.opened import ModelSource
from studio.document.project import Project, save_project
from studio.document.trust import Trust, content_digest


def test_consents_are_listed_and_revoked(studio, model):
    net = model("volume")
    Trust().remember(content_digest(net), net.name, net, "python")
    assert "volume.py" in [each["name"] for each in studio("trust", "--json").json["consents"]]
    done = studio("trust", "--revoke", "volume.py", "--json").json
    assert [each["path"] for each in done["revoked"]] == [str(net)]
    again = studio("trust", "--revoke", "volume.py")
    assert again.code == 2 and "Nothing that is trusted is called volume.py" in again.err
    assert studio("inspect", net).code == 2


def test_a_folder_is_trusted_and_its_models_open(studio, model):
    net = model("volume")
    done = studio("trust", "--folder", net.parent)
    assert done.code == 0 and net.parent.name in done.out
    assert studio("inspect", net).code == 0
    assert Trust().revoke(str(net.parent))


@pytest.mark.parametrize("command", ["inspect", "check"])
def test_a_flipped_bit_in_weights_is_told(studio, tmp_path, command):
    torch.save({"w": torch.ones(4096)}, tmp_path / "weights.pt")
    data = bytearray((tmp_path / "weights.pt").read_bytes())
    data[len(data) // 2] ^= 64
    (tmp_path / "weights.pt").write_bytes(data)
    done = studio(command, "weights.pt")
    assert done.code == 2 and "the checksum of weights/data/0 is wrong" in done.err


def test_a_project_tells_that_its_model_has_changed(studio, model, tmp_path):
    net = model("volume")
    source = ModelSource(path=str(net))
    save_project(Project(model=source, digest=content_digest(net)), tmp_path / "mine.studio")
    assert "changed" not in studio("inspect", "mine.studio").out
    net.write_text(net.read_text() + "\n# quieter\n")
    assert "Its file has changed since the project was saved." in studio("inspect", "mine.studio").out


def test_a_sound_with_the_name_of_a_model_is_said_to_be_one(studio, sound, tmp_path):
    path, _ = sound()
    path.rename(tmp_path / "model.pt")
    done = studio("inspect", "model.pt")
    assert done.code == 2 and "model.pt is WAV sound, not a PyTorch file" in done.err
