"""Unsaved work of windows that are gone: offered, restored, declined; never put over the user's file by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.app.controller.projects import Arrival, unused_name
from studio.app.state import Answer, UnsavedWork
from studio.document.claim import Claim
from studio.document.ownership import claim_of, taken
from studio.document.project import save_project
from studio.document.recovery import Found, Search, begin_restore, decline, find_work
from studio.errors import FileError
from studio.settings import config_dir, state_dir
from studio.storage import sweep

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.controller.opening import Questions

NOTHING = "There is no unsaved work to restore."


class Recovery(QObject):
    """Finds unsaved work off the window's thread and asks what shall become of it."""

    def __init__(self, controller: Controller, questions: Questions) -> None:
        super().__init__()
        self._controller, self._questions = controller, questions
        self._asked = Search()
        self._rows: dict[str, UnsavedWork] = {}

    def begin(self, paths: list[Path], otherwise: Callable[[], None]) -> None:
        """Offer what was not saved, of the projects named or of any; `otherwise` begins where nothing is restored."""
        named = {os.path.realpath(each) for each in paths}

        def found(search: Search) -> None:
            fits = [each for each in search.found if not each.declined and _is_of(each, named)]
            self._tell(search, otherwise, fits)

        self._look(found)

    def offer(self) -> None:
        """Offer all there is, what was declined too."""

        def found(search: Search) -> None:
            self._tell(search, lambda: None, list(search.found))
            if not search.found and not search.notes:
                self._controller.told.emit(NOTHING)

        self._look(found)

    def close(self) -> None:
        """What was not answered is offered again at the next start."""
        self._asked.release()

    def _look(self, found: Callable[[Search], None]) -> None:
        folder = self._controller.journalling.folder
        settings = self._controller.services.settings
        places = {Path(each).parent for each in settings["files.recent_projects"]}
        places |= {config_dir(), state_dir(), folder}

        def look(*_: object) -> Search:
            search = find_work(folder)
            self._rows = {each.id: _row(each) for each in search.found}
            for place in places:
                sweep(place)
            return search

        self._controller.tasks.run(
            "Looking for unsaved work", look, found, self._controller.trouble, key="recovery", quiet=True
        )

    def _tell(self, search: Search, otherwise: Callable[[], None], fits: list[Found]) -> None:
        """Ask about those that fit and leave the rest to others."""
        self._asked.release()
        Search(tuple(each for each in search.found if each not in fits)).release()
        self._asked = Search(tuple(fits))
        if fits:
            rows = [self._rows[each.id] for each in fits]
            self._questions.recover(rows, lambda answer, at: self._answered(answer, fits[at], otherwise))
        else:
            otherwise()
        if search.notes:
            self._controller.trouble(FileError(" ".join(search.notes), "See “If the app or the computer stops”."))

    def _answered(self, answer: Answer, chosen: Found, otherwise: Callable[[], None]) -> None:
        rest, self._asked = Search(tuple(each for each in self._asked.found if each is not chosen)), Search()
        rest.release()
        file = chosen.work.file
        if answer is Answer.LATER:
            chosen.claim.release()
            otherwise()
        elif answer is not Answer.SAVED:
            self._asked = Search((chosen,))  # until it is restored
            self._controller.projects.when_free(lambda: self._restore(chosen, both=answer is Answer.BOTH))
        else:
            go = otherwise if file is None else lambda: self._controller.projects.open(file)
            self._controller.tasks.run(
                f"Leaving {chosen.work.name}",
                lambda *_: decline(chosen),
                lambda _: go(),
                self._controller.trouble,
                key="recovery",
                quiet=True,
            )

    def _restore(self, chosen: Found, both: bool) -> None:
        """Note that it is tried, write the second file where both are wanted, and show it."""
        control, work = self._controller, chosen.work

        def write(*_: object) -> Arrival:
            begin_restore(chosen)
            arrival = Arrival(work.history.state, history=work.history, adopted=chosen.claim)
            if work.file is None:
                return arrival
            file = unused_name(work.file, "restored") if both else work.file
            digest = save_project(work.history.state, file) if both else work.digest
            if both:
                work.history.mark_saved()
            claim: Claim | None = claim_of(file)
            claim = claim if claim is not None and taken(claim) else None
            return replace(arrival, file=file, digest=digest, claim=claim)

        def written(arrival: Arrival) -> None:
            self._asked = Search()
            control.journalling.try_restore(chosen.claim)
            control.projects.stage(arrival)

        def failed(error: Exception) -> None:
            chosen.claim.release()
            control.trouble(error)

        control.tasks.run(f"Restoring {work.name}", write, written, failed, key="project", quiet=True)


def _is_of(found: Found, named: set[str]) -> bool:
    return not named or (found.work.file is not None and os.path.realpath(found.work.file) in named)


def _row(found: Found) -> UnsavedWork:
    work = found.work
    place = str(work.file) if work.file else ""
    has_saved = work.file is not None and work.file.exists()
    return UnsavedWork(work.name, place, work.history.undo_text, found.changed_at, has_saved)
