"""The questions that opening a model may raise, put to the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLineEdit, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.widgets.words import button, label
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.app.state import Answer, UnsavedWork
    from studio.document.opened import ModelSource
    from studio.errors import AnswerNeeded, ConsentNeeded

Answered = Callable[["ModelSource | None"], None]


class WindowQuestions:
    """Dialogs over the window.

    Args:
        parent: the window.
        trust_folder: lets every Python file in a folder run; raises FileError where that would be too much.
    """

    def __init__(self, parent: QWidget, trust_folder: Callable[[Path], None]) -> None:
        self._parent, self._trust_folder = parent, trust_folder

    def consent(self, error: ConsentNeeded, path: Path, then: Callable[[bool], None]) -> None:
        """What would run, in plain words; Cancel is the default."""
        dialog = Dialog(self._parent, "Open this file?", "Trust this file", then, cancel_first=True)
        dialog.say(f"{path.name} can run code on your computer", "title")
        dialog.say(error.sentence)
        dialog.say("Trust it only if you know where it comes from. It is asked again when its contents change.", "dim")
        dialog.say(str(path), "small")
        if path.suffix == ".py":
            self._offer_folder(dialog, path.parent)
        dialog.open()

    def _offer_folder(self, dialog: Dialog, folder: Path) -> None:
        """A second way to agree: to all Python files beside it."""

        def agree() -> None:
            try:
                self._trust_folder(folder)
            except StudioError as error:
                trouble.setText(f"{error.sentence} {error.hint}")
                trouble.show()
                offer.setEnabled(False)
            else:
                dialog.accept()

        name = folder.name or str(folder)
        dialog.say(
            f"Trusting the folder lets every Python file in {name} run without a question, now and later.", "dim"
        )
        trouble = label(tone="danger")
        trouble.setWordWrap(True)
        trouble.hide()
        dialog.body.addWidget(trouble)
        offer = button(
            "Trust this folder", agree, tip=f"Every Python file in {folder}; taken back on the settings page"
        )
        dialog.row.insertWidget(0, offer)

    def answer(self, error: AnswerNeeded, source: ModelSource, then: Answered) -> None:
        """A class, constructor arguments, the network of bare weights, or a sample rate."""
        field = error.fields[0] if error.fields else ""
        if field == "source" and not error.choices:
            self._ask_network(error, source, then)
        elif field == "arg":
            self._ask_arguments(error, source, then)
        else:
            self._ask_choice(error, source, then)

    def locate(self, path: Path, then: Callable[[Path | None], None]) -> None:
        """Where a file is that has gone."""
        chosen, _ = QFileDialog.getOpenFileName(self._parent, f"Where is {path.name}?", str(path.parent))
        then(Path(chosen) if chosen else None)

    def choose(self, question: str, said: str, ways: Mapping[str, Callable[[], None]]) -> None:
        """One of several ways, the first of which is ours, or none."""
        first, *rest = ways
        dialog = Dialog(self._parent, "Your project", first, lambda yes: ways[first]() if yes else None)
        dialog.say(question, "title")
        dialog.say(said)

        def go(way: str) -> None:
            dialog.reject()
            ways[way]()

        for way in rest:
            dialog.row.insertWidget(0, button(way, lambda way=way: go(way)))  # type: ignore[misc]
        dialog.open()

    def recover(self, rows: Sequence[UnsavedWork], then: Callable[[Answer, int], None]) -> None:
        """Unsaved work was found."""
        from studio.app.dialogs.recover import RecoverDialog

        RecoverDialog(self._parent, rows, then).open()

    def _ask_choice(self, error: AnswerNeeded, source: ModelSource, then: Answered) -> None:
        box = QComboBox()
        box.setAccessibleName(error.sentence)
        box.setEditable(not error.choices)
        box.addItems([Path(each).name if "/" in each else each for each in error.choices])

        def done(yes: bool) -> None:
            answer = error.choices[box.currentIndex()] if error.choices else box.currentText()
            then(answered(source, error, answer) if yes else None)

        dialog = Dialog(self._parent, "One thing is needed", "Open", done)
        dialog.say(error.sentence)
        dialog.body.addWidget(box)
        dialog.open()

    def _ask_arguments(self, error: AnswerNeeded, source: ModelSource, then: Answered) -> None:
        lines: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for said in error.choices:
            name, _, kind = (part.strip() for part in said.partition(":"))
            line = QLineEdit(source.arguments.get(name, ""))
            line.setAccessibleName(f"Argument {name}")
            line.setPlaceholderText(kind or "value")
            form.addRow(label(name), line)
            lines[name] = line

        def done(yes: bool) -> None:
            typed = {name: line.text() for name, line in lines.items() if line.text()}
            then(source.model_copy(update={"arguments": {**source.arguments, **typed}}) if yes else None)

        dialog = Dialog(self._parent, "Arguments are needed", "Open", done)
        dialog.say(error.sentence)
        dialog.body.addLayout(form)
        dialog.open()

    def _ask_network(self, error: AnswerNeeded, source: ModelSource, then: Answered) -> None:
        def done(yes: bool) -> None:
            chosen = ""
            if yes:
                chosen, _ = QFileDialog.getOpenFileName(
                    self._parent, "The network", str(Path(source.path).parent), "Python (*.py)"
                )
            then(source.model_copy(update={"source": chosen}) if chosen else None)

        dialog = Dialog(self._parent, "The network is needed", "Choose the Python file…", done)
        dialog.say(error.sentence)
        dialog.open()


def answered(source: ModelSource, error: AnswerNeeded, answer: str) -> ModelSource:
    """The source with the answer in the field that was asked for."""
    field = error.fields[0] if error.fields else "class"
    if field == "model-rate":
        return source.model_copy(update={"model_rate": int("".join(filter(str.isdigit, answer)) or 0) or None})
    if field == "trace":
        return source.model_copy(update={"trace": True})
    names = {"class": "class_name", "source": "source", "layout": "layout"}
    return source.model_copy(update={names.get(field, "class_name"): answer})
