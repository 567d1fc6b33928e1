"""The writers of the app as things to be killed: what each writes, and how what is left is judged."""

import contextlib
import os
import tempfile
from pathlib import Path

from studio.document.card import ModelCard
from studio.document.edits import Move, first_record, record
from studio.document.history import History
from studio.document.journal import Journal, files_of
from studio.document.project import Project, load_project, save_project
from studio.document.recovery import read_work
from studio.document.trust import Trust
from studio.errors import FileError
from studio.settings import Settings
from studio.storage import move_folder_into_place, staging_beside, write_bytes

OLD, NEW = (Project(card=ModelCard(name=name, long_description=name * 20_000)) for name in ("old", "NEW!"))
EDITS, RESTART_AT = 60, 40


class Writer:
    """Something old is there; `write` puts something new in its place; `judge` says which of them is there."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.prepare()

    def judge(self):
        try:
            found = self.read()
        except FileNotFoundError:
            return "missing"
        except (FileError, OSError, ValueError) as error:
            return "missing" if "does not exist" in str(error) else "torn"
        return {self.old: "old", self.new: "new"}.get(found, "torn")


class SavedProject(Writer):
    old, new = OLD.card.name, NEW.card.name

    def prepare(self):
        save_project(OLD, self.folder / "song.studio")

    def write(self):
        save_project(NEW, self.folder / "song.studio")

    def read(self):
        found = load_project(self.folder / "song.studio")
        return found.card.name if found in (OLD, NEW) else "neither"


class SavedSettings(Writer):
    old, new = "/old", "/new" * 5000

    def prepare(self):
        self._save(self.old)

    def write(self):
        self._save(self.new)

    def _save(self, value):
        settings = Settings(self.folder / "settings.json")
        settings["export.folder"] = value
        settings.save()

    def read(self):
        (self.folder / "settings.json").stat()
        return Settings(self.folder / "settings.json")["export.folder"]


class SavedTrust(Writer):
    old, new = 1, 2

    def prepare(self):
        Trust(folder=self.folder).remember("a" * 64, "one.py")

    def write(self):
        Trust(folder=self.folder).remember("b" * 64, "two.py")

    def read(self):
        return len(Trust(folder=self.folder).consents())


class MovedExport(Writer):
    old, new = "old", "new"

    def prepare(self):
        for name in ("model.pt", "metadata.json", "samples/a.mp3"):
            (self.folder / "package" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / "package" / name).write_text("old")

    def write(self):
        with staging_beside(self.folder / "package") as staged:
            made = staged / "made"
            for name in ("model.pt", "metadata.json", "samples/a.mp3", "README.md"):
                write_bytes(made / name, b"new")
            move_folder_into_place(made, self.folder / "package")

    def read(self):
        top = self.folder / "package"
        if not top.exists():
            return "missing"
        found = sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())
        texts = {(top / name).read_text() for name in found}
        whole = {("old",): 3, ("new",): 4}.get(tuple(texts))
        return texts.pop() if whole == len(found) else "neither"

    def judge(self):
        return "missing" if self.read() == "missing" else super().judge()


class KeptEdits(Writer):
    """Every edit that was told to be written is there, in order, and at most one more."""

    def prepare(self):
        self._told, self._tell = os.pipe()

    def write(self):
        history = History(Project())
        journal = Journal(self.folder / "a.journal", first_record(history, None))
        for number in range(1, EDITS + 1):
            before = history.state
            move = Move("do", _edit(number), f"edit {number}")
            move.apply(history)
            if number == RESTART_AT:
                journal.restart(first_record(history, None))
            else:
                journal.append(record(move, before))
            os.write(self._tell, bytes([number]))

    def judge(self):
        os.close(self._tell)
        told = max(os.read(self._told, 1000), default=0)
        os.close(self._told)
        if not any(each.exists() for each in files_of(self.folder / "a.journal")):
            return "old" if told == 0 else "missing"
        try:
            history = read_work(self.folder / "a.journal").history
        except FileError:
            return "torn"
        found = [step.state for step in history.steps]
        right = found == [Project(), *(_edit(number) for number in range(1, len(found)))]
        return "new" if right and told <= len(found) - 1 <= told + 1 else "torn"


def _edit(number):
    return Project(knobs={"gain": number / 100}, card=ModelCard(name="n" * (number * 37 % 300)))


def _in_a_folder(writer):
    @contextlib.contextmanager
    def made():
        with tempfile.TemporaryDirectory(prefix="studio-kill-") as folder:
            yield writer(folder)

    return made


WRITERS = {
    name: _in_a_folder(writer)
    for name, writer in {
        "project": SavedProject,
        "settings": SavedSettings,
        "trust": SavedTrust,
        "journal": KeptEdits,
        "export": MovedExport,
    }.items()
}
