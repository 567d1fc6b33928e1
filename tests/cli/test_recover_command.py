"""`studio recover` lists what was not saved and writes it out; it changes nothing itself."""

import pytest

from studio.document.card import ModelCard
from studio.document.edits import Move
from studio.document.history import History
from studio.document.keeping import Keeper
from studio.document.project import Project, load_project
from studio.document.recovery import journals


@pytest.fixture
def lost(tmp_path, monkeypatch):
    """Work of a window that is gone; the command looks where it is."""
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "state"))
    keeper, edited = Keeper(journals(), print), Project(card=ModelCard(name="Amp"), knobs={"gain": 0.25})
    keeper.begin(History(Project()), None)
    keeper.move(Move("do", edited, "Turn gain"))
    keeper.close(keep=True)
    return edited


def test_unsaved_work_is_listed_and_written_out_as_often_as_wanted(studio, lost, tmp_path):
    (row,) = studio("recover", "--json").json["unsaved"]
    assert (row["name"], row["last"], row["file"], row["state"]) == ("Amp", "Turn gain", "", "unsaved")
    for name in ("one.studio", "two.studio"):
        assert studio("recover", row["id"], "--out", tmp_path / name).code == 0
        assert load_project(tmp_path / name) == lost
    refused = studio("recover", "Amp", "--out", tmp_path / "one.studio")
    assert refused.code == 2 and "there already" in refused.err
    assert "Turn gain" in studio("recover").out


def test_what_is_damaged_is_said_and_left_where_it_is(studio, lost):
    (path,) = journals().glob("*.journal")
    path.write_bytes(path.read_bytes()[:50])
    done = studio("recover", "--json").json
    assert done["unsaved"] == [] and path.name in done["notes"][0] and path.exists()
    assert studio("recover", "Amp", "--out", "x.studio").code == 2
