"""What a Python file imports from around it: its folder, its package, its project, and nothing by chance."""

import pytest
import torch

from studio.document.kinds import recognise
from studio.document.neighbours import neighbours
from studio.document.sources import sources_beside
from studio.document.trust import content_digest

NETWORK = """
from torch import nn


class Tcn(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(1, 1, bias=False)
"""


@pytest.fixture
def tree(tmp_path):
    """Files by path and text."""

    def tree(**files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return tree


def names(top, path):
    return [each.relative_to(top).as_posix() for each in neighbours(path).files]


def test_the_package_that_a_file_lies_in_is_found_above_it(tree):
    top = tree(net__models__tcn="from net.parts import gain\n", net__parts="import net.deeper.one", net__deeper__one="")
    assert names(top, top / "net/models/tcn.py") == ["net/deeper/one.py", "net/parts.py"]
    assert neighbours(top / "net/models/tcn.py").folders == (top / "net/models", top)


@pytest.mark.parametrize(("line", "depth"), [("from . import parts", 1), ("from ..parts import gain", 2), ("", 0)])
def test_leading_dots_lead_upwards(tree, line, depth):
    top = tree(net__models__tcn=line, net__models__parts="", net__parts="")
    found = neighbours(top / "net/models/tcn.py")
    assert found.depth == depth and len(found.files) == (depth > 0)
    assert found.places[-1] == (top / "net" if depth == 2 else top / "net/models")


@pytest.mark.parametrize(("mark", "files"), [("pyproject.toml", ["parts/gain.py"]), ("notes.txt", [])])
def test_folders_beside_are_those_of_a_project_only(tree, mark, files):
    top = tree(scripts__tcn="from parts.gain import gain\n", parts__gain="")
    (top / mark).touch()
    assert names(top, top / "scripts/tcn.py") == files


def test_the_home_folder_gives_nothing_away(tree, monkeypatch):
    top = tree(work__tcn="import secrets_of_mine\nfrom ..other import x", secrets_of_mine="", other="")
    (top / "setup.py").touch()
    monkeypatch.setenv("HOME", str(top))
    assert names(top, top / "work/tcn.py") == []


def test_a_change_in_the_package_is_another_content(tree):
    top = tree(net__models__tcn="from net.parts import gain\n", net__parts="gain = 1")
    before = content_digest(top / "net/models/tcn.py")
    (top / "net/parts.py").write_text("gain = 2")
    assert content_digest(top / "net/models/tcn.py") != before


def test_weights_find_their_network_in_a_repository(tree):
    top = tree(net__models__tcn=NETWORK, net__other="x = 1", venv__lib__tcn=NETWORK, train="import net")
    (top / "README.md").touch()
    (top / "checkpoints").mkdir()
    torch.save({"encoder.weight": torch.ones(1)}, top / "checkpoints/best.pt")
    found = sources_beside(top / "checkpoints/best.pt", recognise(top / "checkpoints/best.pt"))
    assert [each.relative_to(top).as_posix() for each in found] == ["net/models/tcn.py"]
