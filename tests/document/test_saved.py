"""Projects are saved and read back whole; undo walks every state."""

from __future__ import annotations

import json

import pytest

from studio.document.card import ModelCard
from studio.document.history import History
from studio.document.migrations import FORMAT
from studio.document.opened import ModelSource
from studio.document.parameter import Parameter
from studio.document.project import Project, load_project, save_project
from studio.errors import FileError

PROJECT = Project(
    card=ModelCard(name="Amp", parameters=(Parameter("gain", default=0.5),)), knobs={"gain": 0.7}, hosts=("neutone",)
)


def test_a_project_comes_back_as_it_was(tmp_path):
    model = ModelSource(path=str(tmp_path / "a.py"), class_name="Amp", arguments={"size": "3"})
    project = PROJECT.model_copy(update={"model": model, "audio": (str(tmp_path / "x.wav"),)})
    save_project(project, tmp_path / "p.studio")
    assert load_project(tmp_path / "p.studio") == project


def test_a_moved_folder_takes_its_files_along(tmp_path):
    (tmp_path / "one").mkdir()
    project = PROJECT.model_copy(update={"audio": (str(tmp_path / "one" / "x.wav"),)})
    save_project(project, tmp_path / "one" / "p.studio")
    (tmp_path / "one").rename(tmp_path / "two")
    assert load_project(tmp_path / "two" / "p.studio").audio == (str(tmp_path / "two" / "x.wav"),)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"studio": 1, "knobs": 3}', '{"studio": 0}', '{"studio": [1]}', '{"studio": 99}']
)
def test_a_damaged_or_newer_project_is_refused_kindly(tmp_path, text):
    (tmp_path / "p.studio").write_text(text)
    with pytest.raises(FileError, match=r"p\.studio"):
        load_project(tmp_path / "p.studio")


def test_a_failed_save_leaves_the_old_project(tmp_path):
    path = tmp_path / "p.studio"
    save_project(PROJECT, path)
    before = path.read_bytes()
    with pytest.raises(FileError):
        save_project(PROJECT, path / "inside.studio")
    assert path.read_bytes() == before and json.loads(before)["studio"] == FORMAT


def test_undo_and_redo_walk_the_edits():
    history = History(0)
    for value in (1, 2, 3):
        history.do(value, f"set {value}")
    assert (history.undo(), history.undo(), history.redo(), history.redo_text) == (2, 1, 2, "set 3")
    history.do(9, "set 9")
    assert history.redo_text == "" and history.undo() == 2


def test_a_drag_is_one_step_and_the_next_drag_another():
    history = History(0)
    for value in (1, 2, 3):
        history.do(value, "turn gain", merge="gain")
    history.close_merge()
    history.do(4, "turn gain", merge="gain")
    assert (history.undo(), history.undo()) == (3, 0)


def test_what_is_saved_is_known():
    history = History(0)
    history.mark_saved()
    history.do(1, "one")
    assert not history.is_saved and history.undo() == 0 and history.is_saved
