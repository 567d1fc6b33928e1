"""Consents are dated, listed, revoked; a folder can be trusted; lists of older versions are read."""

import json
from pathlib import Path

import pytest
import torch
from archives import flipped_weight, saved, scripted
from torch import nn

from studio.document.kinds import recognise
from studio.document.trust import Trust, content_digest, require_consent
from studio.document.whole import refuse_damaged
from studio.errors import ConsentNeeded, FileError

NET = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"


@pytest.fixture
def trust(tmp_path):
    return Trust(folder=tmp_path / "state")


@pytest.fixture
def net(tmp_path):
    (tmp_path / "project" / "deep").mkdir(parents=True)
    path = tmp_path / "project" / "deep" / "net.py"
    path.write_text(NET)
    return path


def ask(path, trust):
    require_consent(path, recognise(path), content_digest(path), trust)


def test_a_consent_says_what_when_and_where(trust, net):
    trust.remember(content_digest(net), net.name, net, "python")
    (found,) = trust.consents()
    assert (found.name, found.kind, found.path) == ("net.py", "python", str(net))
    assert found.date[:2] == "20" and found.date[10] == "T"
    ask(net, trust)


@pytest.mark.parametrize("word", ["net.py", "digest", "path"])
def test_what_is_revoked_is_asked_about_again(trust, net, word):
    digest = content_digest(net)
    trust.remember(digest, net.name, net)
    trust.remember("f" * 64, "other.py")
    assert len(trust.revoke({"digest": digest[:8], "path": str(net)}.get(word, word))) == 1
    assert [each.name for each in trust.consents()] == ["other.py"]
    with pytest.raises(ConsentNeeded):
        ask(net, trust)


def test_a_list_of_an_older_version_is_read_and_kept(trust, net):
    trust.folder.mkdir()
    (trust.folder / "consents.json").write_text(json.dumps({content_digest(net): "net.py", "no digest": "x"}))
    ask(net, trust)
    trust.remember("f" * 64, "other.py")
    assert [(each.name, bool(each.date)) for each in trust.consents()] == [("net.py", False), ("other.py", True)]
    ask(net, trust)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 2, "consents": 3}', '{"format": 2, "consents": [3, {}]}', "[" * 99999]
)
def test_a_damaged_list_trusts_nobody(trust, net, text):
    trust.folder.mkdir()
    (trust.folder / "consents.json").write_text(text)
    with pytest.raises(ConsentNeeded):
        ask(net, trust)


def test_a_folder_is_trusted_whatever_its_python_files_hold(trust, net, tmp_path):
    trust.remember_folder(tmp_path / "project")
    ask(net, trust)
    net.write_text(f"{NET}x = 1\n")
    ask(net, trust)
    (tmp_path / "elsewhere.py").write_text(NET)
    (tmp_path / "project" / "link.py").symlink_to(tmp_path / "elsewhere.py")
    for outside in (tmp_path / "elsewhere.py", tmp_path / "project" / "link.py"):
        with pytest.raises(ConsentNeeded):
            ask(outside, trust)
    assert trust.revoke(str(tmp_path / "project"))
    with pytest.raises(ConsentNeeded):
        ask(net, trust)


def test_a_trusted_folder_lets_no_torchscript_run(trust, net, tmp_path):
    trust.remember_folder(tmp_path / "project")
    (tmp_path / "project" / "net.ts").write_bytes(scripted(nn.Conv1d(1, 1, 3)))
    with pytest.raises(ConsentNeeded):
        ask(tmp_path / "project" / "net.ts", trust)


@pytest.mark.parametrize("folder", [Path("/"), Path.home(), Path.home().parent])
def test_a_folder_of_everything_is_not_trusted(trust, folder):
    with pytest.raises(FileError, match="more than one project"):
        trust.remember_folder(folder)


def whole(path, trust):
    refuse_damaged(path, recognise(path), content_digest(path), trust)


def test_a_flipped_bit_is_told_and_a_whole_file_is_looked_through_once(trust, tmp_path, monkeypatch):
    path = tmp_path / "w.pt"
    path.write_bytes(flipped_weight(saved({"w": torch.ones(4096)})))
    with pytest.raises(FileError, match=r"w\.pt is damaged: the checksum of archive/data/0 is wrong"):
        whole(path, trust)
    path.write_bytes(saved({"w": torch.ones(4096)}))
    whole(path, trust)
    assert trust.is_whole(content_digest(path))
    monkeypatch.setattr("studio.document.whole.check_checksums", lambda *_: pytest.fail("it was read again"))
    whole(path, trust)


def test_a_check_that_is_stopped_says_nothing_and_is_not_remembered(trust, tmp_path):
    path = tmp_path / "w.pt"
    path.write_bytes(flipped_weight(saved({"w": torch.ones(4096)})))
    refuse_damaged(path, recognise(path), content_digest(path), trust, lambda: True)
    assert not trust.is_whole(content_digest(path))
