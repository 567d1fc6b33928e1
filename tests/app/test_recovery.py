"""Unsaved work is found, offered, restored, declined, kept. Eight of these are what users of others reported."""

import os
import shutil
import signal
from contextlib import nullcontext

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton

from studio.app.dialogs.recover import RecoverDialog
from studio.app.ending import Ending
from studio.app.state import Answer, UnsavedWork
from studio.document.card import ModelCard
from studio.document.claim import Claim
from studio.document.edits import Move
from studio.document.history import History
from studio.document.keeping import Keeper
from studio.document.opened import ModelSource
from studio.document.ownership import claim_of
from studio.document.project import Project, load_project, read_project, save_project
from studio.document.recovery import find_work
from studio.errors import FileError

SAID = "Turn drive"
SHOWS = (Answer.RESTORE, Answer.BOTH)


def journals(studio):
    return studio.folder / "state" / "journals"


def kept(studio):
    """What would be offered now."""
    search = find_work(journals(studio))
    search.release()
    return [each.work for each in search.found]


@pytest.fixture
def song(studio):
    """A project with a model and a sound."""
    model = ModelSource(path=str(studio.model()))
    return Project(model=model, digest="d", card=ModelCard(name="net"), audio=(str(studio.sound()),))


@pytest.fixture
def lost(studio, song):
    """The journal of a window that ended with two unsaved edits: of a saved project, or of one without a file."""

    def lost(file=None, name="Lost"):
        keeper = Keeper(journals(studio), lambda error: None)
        keeper.begin(History(song), file, save_project(song, file) if file else "")
        named = song.model_copy(update={"card": ModelCard(name=name)})
        edited = named.model_copy(update={"knobs": {"drive": 0.875}})
        keeper.move(Move("do", named, "Edit name"))
        keeper.move(Move("do", edited, SAID))
        keeper.close(keep=True)
        return edited

    return lost


def answer(studio, qtbot, answer, paths=(), at=0, shows=None):
    """Start, and answer what is asked; which way it began otherwise. `shows`: whether another project is shown."""
    begun, control = [], studio.controller
    studio.answers.recovers = (answer, at)
    shown = qtbot.waitSignal(control.editing.began) if (answer in SHOWS if shows is None else shows) else nullcontext()
    with shown:
        control.recovery.begin(list(paths), lambda: begun.append(True))
    qtbot.waitUntil(lambda: not control.tasks._tasks, timeout=10_000)
    return begun


def asked(studio, what="recover"):
    return [each for each in studio.answers.asked if each[0] == what]


# the eight


def test_a_restore_that_ends_the_app_is_not_tried_a_second_time(studio, qtbot, lost, monkeypatch):
    """Seen elsewhere: recovery crashed again at every start."""
    lost()
    monkeypatch.setattr(studio.controller.projects, "stage", lambda arrival: None)  # the app ends here
    answer(studio, qtbot, Answer.RESTORE, shows=False)
    (lock,) = journals(studio).glob("*.lock")
    crashed = journals(studio).with_name("after-the-crash")
    shutil.copytree(journals(studio), crashed)  # as it lies there when the process is gone
    search = find_work(crashed)
    assert not search.found and "not tried again" in search.notes[0]
    assert [path.stem for path in (crashed / "set-aside").iterdir()] == [lock.stem]
    assert not find_work(crashed).notes


def test_a_project_that_was_never_saved_comes_back_whole(studio, qtbot, lost):
    """Seen elsewhere: it was restored empty."""
    edited = lost()
    assert answer(studio, qtbot, Answer.RESTORE) == []
    assert studio.project == edited and studio.project.model is not None
    assert studio.controller.opening.now is not None and studio.controller.listening.now is not None


def test_restored_work_is_not_taken_for_saved(studio, qtbot, lost):
    """Seen elsewhere: it was closed without a question."""
    lost()
    answer(studio, qtbot, Answer.RESTORE)
    assert studio.window.isWindowModified() and studio.controller.projects.file is None
    studio.window.close()
    assert studio.window.isVisible()


def test_a_journal_that_cannot_be_read_is_set_aside_and_the_saved_project_opens(studio, qtbot, lost):
    """Seen elsewhere: a damaged autosave kept the project from being opened at all."""
    file = studio.folder / "song.studio"
    lost(file)
    (path,) = journals(studio).glob("*.journal")
    path.write_bytes(path.read_bytes()[:40])
    assert answer(studio, qtbot, Answer.RESTORE, [file], shows=False) == [True] and not asked(studio)
    assert "It is kept in" in studio.window.strip.sentence.text()
    assert (journals(studio) / "set-aside" / path.name).exists()


def test_what_was_declined_is_not_in_the_project_that_opens(studio, qtbot, lost):
    """Seen elsewhere: the unsaved changes were applied though the user had said no."""
    file = studio.folder / "song.studio"
    lost(file)
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        answer(studio, qtbot, Answer.SAVED)
    assert studio.project.card.name != "Lost" and not studio.window.isWindowModified()
    assert answer(studio, qtbot, Answer.RESTORE, shows=False) == [True] and len(asked(studio)) == 1
    assert load_project(file).card.name != "Lost"


def test_declining_a_great_journal_waits_for_nothing(studio, qtbot):
    """Seen elsewhere: the window hung while what was declined was cleared away."""
    keeper = Keeper(journals(studio), lambda error: None)
    keeper.begin(History(Project()), None)
    for number in range(3000):
        keeper.move(Move("do", Project(knobs={"a": number / 3000}), f"Turn {number}"))
    keeper.close(keep=True)
    assert answer(studio, qtbot, Answer.SAVED) == [True]
    assert len(kept(studio)) == 1


@pytest.mark.parametrize("how", ["signal", "session"])
def test_what_is_not_saved_outlives_the_end_of_the_session(opened, qtbot, how):
    """Seen elsewhere: nothing to restore after the system had ended the app for an update."""
    opened.controller.editing.set_card("name", "Night shift")
    if how == "signal":
        ended = []
        ending = Ending(lambda: ended.append(opened.controller.close()))
        os.kill(os.getpid(), signal.SIGTERM)
        qtbot.waitUntil(lambda: bool(ended))
        ending.close()
    else:
        assert opened.controller.journalling.flush()  # what the session manager's request is coupled to
        (path,) = journals(opened).glob("*.journal")
        path.rename(path.with_name("copy.journal"))
    assert "Night shift" in [work.history.state.card.name for work in kept(opened)]


def test_undo_walks_back_through_restored_work(studio, qtbot, lost, song):
    """Seen elsewhere: the undo history was gone."""
    lost()
    answer(studio, qtbot, Answer.RESTORE)
    editing = studio.controller.editing
    assert editing.history.undo_text == SAID
    editing.undo()
    assert editing.project.card.name == "Lost" and editing.project.knobs == song.knobs
    editing.undo()
    assert editing.project == song and not studio.window.isWindowModified()
    editing.redo()
    assert editing.project.card.name == "Lost"


# the rest of the rules


def test_nothing_is_asked_where_nothing_was_lost(studio, qtbot):
    assert answer(studio, qtbot, Answer.RESTORE, shows=False) == [True] and not asked(studio)


def test_restoring_changes_no_file_until_it_is_saved(studio, qtbot, lost):
    file = studio.folder / "song.studio"
    edited = lost(file)
    before = file.read_bytes()
    answer(studio, qtbot, Answer.RESTORE)
    assert studio.project == edited and file.read_bytes() == before and studio.window.isWindowModified()
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.wiring.commands.save()
    assert load_project(file) == edited and kept(studio) == []


def test_both_are_kept(studio, qtbot, lost):
    file = studio.folder / "song.studio"
    edited = lost(file)
    before = file.read_bytes()
    answer(studio, qtbot, Answer.BOTH)
    second = studio.folder / "song (restored).studio"
    assert file.read_bytes() == before and load_project(second) == edited
    assert studio.controller.projects.file == second and not studio.window.isWindowModified()
    assert studio.controller.editing.history.undo_text == SAID


def test_an_answer_put_off_is_asked_for_again(studio, qtbot, lost):
    lost()
    assert answer(studio, qtbot, Answer.LATER) == [True]
    assert len(kept(studio)) == 1 and answer(studio, qtbot, Answer.LATER) == [True]
    assert len(asked(studio)) == 2


def test_what_was_declined_stays_until_the_next_save(studio, qtbot, lost):
    lost()
    answer(studio, qtbot, Answer.SAVED)
    studio.controller.recovery.offer()
    qtbot.waitUntil(lambda: len(asked(studio)) == 2 and not studio.controller.tasks._tasks)
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.save(studio.folder / "other.studio")
    assert kept(studio) == []


def test_a_project_named_at_the_start_offers_only_its_own_work(studio, qtbot, lost):
    file = studio.folder / "song.studio"
    lost(name="Nameless")
    lost(file)
    link = studio.folder / "link.studio"
    link.symlink_to(file)
    answer(studio, qtbot, Answer.RESTORE, [link])
    ((_, rows),) = asked(studio)
    assert [row.place for row in rows] == [str(file)] and studio.controller.projects.file == file
    assert answer(studio, qtbot, Answer.RESTORE, [studio.folder / "else.studio"], shows=False) == [True]


def test_of_several_one_is_restored_and_the_rest_wait(studio, qtbot, lost):
    for name in ("One", "Two", "Three"):
        lost(name=name)
    studio.answers.recovers = (Answer.LATER, 0)
    answer(studio, qtbot, Answer.RESTORE, at=1)
    ((_, rows),) = asked(studio)
    assert len(rows) == 3 and studio.project.card.name == rows[1].name
    assert len(kept(studio)) == 2


def test_restored_work_is_kept_again_at_once(studio, qtbot, lost):
    lost()
    answer(studio, qtbot, Answer.RESTORE)
    studio.controller.editing.set_card("name", "Further")
    assert studio.controller.journalling.flush()
    studio.controller.close()
    (work,) = kept(studio)
    assert work.history.state.card.name == "Further" and work.history.undo().card.name == "Lost"


def test_a_model_that_is_gone_does_not_cost_the_work(studio, qtbot, lost):
    lost()
    (studio.folder / "net.py").rename(studio.folder / "moved.py")
    studio.refuse["net.py"] = FileError("net.py does not exist.")
    with qtbot.waitSignal(studio.controller.troubled):
        answer(studio, qtbot, Answer.RESTORE, shows=False)
    studio.controller.close()
    (work,) = kept(studio)
    assert work.history.state.card.name == "Lost"


@pytest.mark.parametrize("way, kept_names", [("Go on without saving", []), ("", ["Mine"]), ("Save first", [])])
def test_another_project_takes_the_place_of_unsaved_work_only_when_that_is_wanted(
    opened, qtbot, monkeypatch, way, kept_names
):
    saved, other = opened.folder / "mine.studio", opened.folder / "other.studio"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(saved), ""))
    opened.controller.editing.set_card("name", "Mine")
    save_project(Project(), other)
    opened.answers.way = way
    opened.controller.projects.open(other)
    qtbot.waitUntil(lambda: bool(asked(opened, "choose")) and not opened.controller.tasks._tasks)
    assert (opened.project.card.name == "Mine") == (not way) and saved.exists() == (way == "Save first")
    opened.controller.close()
    assert [each.history.state.card.name for each in kept(opened)] == kept_names


def test_closing_without_saving_leaves_nothing(opened, qtbot):
    opened.controller.editing.set_card("name", "Unwanted")
    opened.window.close()
    (dialog,) = [each for each in opened.window.findChildren(QDialog) if each.isVisible()]
    next(each for each in dialog.findChildren(QPushButton) if each.text().startswith("Close without")).click()
    qtbot.waitUntil(lambda: not opened.window.isVisible())
    assert kept(opened) == []


# two windows, two programs


@pytest.fixture
def elsewhere(studio, song):
    """A saved project that another window has open."""
    path = studio.folder / "song.studio"
    save_project(song.model_copy(update={"export_folder": "/far"}), path)
    claim = claim_of(path)
    assert claim.take()
    yield path, claim
    claim.release()


@pytest.mark.parametrize("way, named", [("Open a copy", False), ("Open to look", True)])
def test_a_project_that_is_open_in_another_window_is_not_written_by_this_one(studio, qtbot, elsewhere, way, named):
    path, _ = elsewhere
    studio.answers.way = way
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.open(path)
    assert asked(studio, "choose")[0][1] == "song.studio is open in another window"
    assert studio.project.export_folder == "/far" and studio.controller.projects.file == (path if named else None)
    before, studio.answers.way = path.read_bytes(), "Keep both"
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.save(path)
    assert path.read_bytes() == before and (studio.folder / "song (2).studio").exists()


def test_a_window_that_is_gone_is_in_nobodys_way(studio, qtbot, elsewhere):
    path, claim = elsewhere
    claim.release()
    claim.path.parent.mkdir(exist_ok=True)
    claim.path.write_text("1\n")
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.open(path)
    assert not asked(studio, "choose")
    assert not Claim(claim.path).take()
    studio.controller.close()
    assert Claim(claim.path).take()


@pytest.mark.parametrize("way", ["Keep both", "Save over it", ""])
def test_a_file_that_another_program_changed_is_not_overwritten_unasked(opened, qtbot, way):
    path = opened.folder / "song.studio"
    projects = opened.controller.projects
    with qtbot.waitSignal(projects.file_changed):
        projects.save(path)
    theirs = path.read_text().replace('"in_a_row": false', '"in_a_row": true')
    path.write_text(theirs)
    opened.controller.editing.set_card("name", "Mine")
    opened.answers.way = way
    opened.wiring.commands.save()
    qtbot.waitUntil(lambda: bool(asked(opened, "choose")) and not opened.controller.tasks._tasks)
    mine = opened.folder / "song (2).studio"
    assert (path.read_text() == theirs) == (way != "Save over it")
    assert mine.exists() == way.startswith("Keep") and opened.window.isWindowModified() == (not way)


def test_an_old_project_is_kept_when_it_is_saved_in_the_new_format(studio, qtbot, song):
    path = studio.folder / "song.studio"
    old = save_project(song, path) and path.read_text().replace('"studio": 2', '"studio": 1')
    path.write_text(old.replace('"call": {}', '"call": null', 1))
    before = path.read_bytes()
    with qtbot.waitSignal(studio.controller.projects.file_changed):
        studio.controller.projects.open(path)
    assert path.read_bytes() == before
    for _ in range(2):
        with qtbot.waitSignal(studio.controller.projects.file_changed):
            studio.wiring.commands.save()
    assert (studio.folder / "song.studio.v1.bak").read_bytes() == before
    assert read_project(path)[0] == studio.project and not (studio.folder / "song.studio.v2.bak").exists()


# what is shown


def row(name="song.studio", place="/music/songs/song.studio", has_saved=True):
    return UnsavedWork(name, place, "Turn drive", 1_700_000_000.0, has_saved)


def shown(dialog):
    return {each.text() for each in dialog.findChildren(QPushButton) if not each.isHidden()}


@pytest.mark.parametrize("theme_name", ["dark", "light"])
def test_the_dialog_has_three_answers_and_one_for_later(studio, theme, qtbot, theme_name):
    theme.use(theme_name)
    answers = []
    for choose in ("yes", "saved", "both", "no"):
        dialog = RecoverDialog(studio.window, [row()], lambda answer, at: answers.append(answer))
        dialog.open()
        assert shown(dialog) == {"Restore", "Open the saved one", "Keep both", "Not now"}
        words = " ".join(each.text() for each in dialog.findChildren(QLabel))
        assert "song.studio has unsaved changes" in words and "Turn drive" in words
        for button in dialog.findChildren(QPushButton):
            assert button.width() >= button.minimumSizeHint().width()
        qtbot.mouseClick(getattr(dialog, choose), Qt.MouseButton.LeftButton)
    assert answers == [Answer.RESTORE, Answer.SAVED, Answer.BOTH, Answer.LATER]


def test_of_several_the_one_that_is_chosen_is_meant(studio, qtbot):
    answers = []
    dialog = RecoverDialog(studio.window, [row(), row("Untitled", "", False)], lambda *said: answers.append(said))
    dialog.open()
    assert "Keep both" in shown(dialog)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert shown(dialog) == {"Restore", "Do not restore", "Not now"}
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    assert answers == [(Answer.RESTORE, 1)]


def test_signals_do_what_they_did_once_the_window_is_gone(qapp):
    before = signal.getsignal(signal.SIGTERM)
    ending = Ending(lambda: None)
    assert signal.getsignal(signal.SIGTERM) is not before
    ending.close()
    assert signal.getsignal(signal.SIGTERM) is before
