"""The questions that opening a model may raise, put to the user."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLineEdit, QWidget

from studio.app.dialogs.frame import Dialog
from studio.app.widgets.words import label

if TYPE_CHECKING:
    from studio.document.opened import ModelSource
    from studio.errors import AnswerNeeded, ConsentNeeded

Answered = Callable[["ModelSource | None"], None]


class WindowQuestions:
    """Dialogs over the window.

    Args:
        parent: the window.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def consent(self, error: ConsentNeeded, path: Path, then: Callable[[bool], None]) -> None:
        """What would run, in plain words; Cancel is the default."""
        dialog = Dialog(self._parent, "Open this file?", "Trust this file", then, cancel_first=True)
        dialog.say(f"{path.name} can run code on your computer", "title")
        dialog.say(error.sentence)
        dialog.say("Trust it only if you know where it comes from. It is asked again when its contents change.", "dim")
        dialog.say(str(path), "small")
        dialog.open()

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
