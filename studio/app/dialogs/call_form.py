"""The form in which every finding about a call can be corrected; what is left open stays as it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.app.dialogs.call_fields import SECTIONS, CallField, CallSection, at, faults, found_or_usual, shown, typed
from studio.app.dialogs.filter_rows import FilterRows, written
from studio.app.theme.theme import Theme
from studio.app.widgets.section import Section
from studio.app.widgets.words import label, set_tone
from studio.errors import ModelError

if TYPE_CHECKING:
    from studio.document.call import Call

LABEL_PX = 192
SIDES = (("filters_before", "before"), ("filters_after", "after"))
USES = (("As found", ""), ("Used", "yes"), ("Not used", "no"))


class CallForm(QWidget):
    """Sections that are closed while nothing in them is corrected.

    Args:
        call: as the model is called now.
        said: what was corrected of it, fields of the Call.

    Signals:
        judged: whether everything that was typed makes sense.
    """

    judged = Signal(bool)

    def __init__(self, theme: Theme, call: Call, said: dict[str, Any]) -> None:
        super().__init__()
        self._call, self._said, self._first = call, dict(said), frozenset(said)
        self.inputs: dict[str, QLineEdit | QComboBox] = {}
        self.troubles: dict[str, QLabel] = {}
        self.uses: dict[str, QComboBox] = {}
        self.sections: dict[str, Section] = {}
        self.filters = {key: FilterRows(theme, where) for key, where in SIDES}
        self._lay = QVBoxLayout(self)
        self._lay.setContentsMargins(0, 0, 8, 0)
        self._lay.setSpacing(6)
        for section in SECTIONS:
            self._add(section)
        self._add_filters()
        self._lay.addStretch(1)
        self._show(self._said)
        for title, made in self.sections.items():
            made.show_open(bool(self._count(title)))

    def value(self) -> dict[str, Any]:
        """Fields of the Call as they are corrected. Raises: ModelError that names those which cannot be so."""
        from studio.document.call import corrected

        said = self._read()
        whole = corrected(self._call, said).model_dump(mode="json")
        return {key: whole[key] if key in self.filters else value for key, value in said.items()}

    def reset(self) -> None:
        """Leave everything as it was found."""
        self._said = {}
        self._show({})
        self._judge()

    def _read(self) -> dict[str, Any]:
        """What was typed. Raises: ModelError, in the form of `corrected`."""
        known = {field.key.partition(".")[0] for section in SECTIONS for field in section.fields} | set(self.filters)
        said = {key: value for key, value in self._said.items() if key not in known}
        wrong: dict[str, str] = {}
        for section in SECTIONS:
            entered: dict[str, Any] = {}
            for field in section.fields:
                text = self._text(field.key)
                try:
                    entered |= {field.key.rpartition(".")[2]: typed(field, text)} if text else {}
                except ValueError as error:
                    wrong[field.key] = str(error).rstrip(".")
            said |= self._whole(section, entered)
        said |= {key: rows.value() for key, rows in self.filters.items() if rows.value() != self._found_filters(key)}
        if wrong:
            reasons = "; ".join(f"{key}: {why}" for key, why in wrong.items())
            raise ModelError(f"The call cannot be so: {reasons}.", fields=list(wrong))
        return said

    def _whole(self, section: CallSection, entered: dict[str, Any]) -> dict[str, Any]:
        if not section.part:
            return {key: list(value) if isinstance(value, tuple) else value for key, value in entered.items()}
        use = self.uses[section.part].currentData()
        if use == "no":
            return {section.part: None}
        return {section.part: entered} if entered or use == "yes" else {}

    def _text(self, key: str) -> str:
        widget = self.inputs[key]
        return widget.text().strip() if isinstance(widget, QLineEdit) else str(widget.currentData())

    def _found_filters(self, key: str) -> list[dict[str, Any]]:
        """Filters of the call that nobody corrected, as their rows read them back."""
        return [] if key in self._first else [written(each) for each in getattr(self._call, key)]

    def _show(self, said: dict[str, Any]) -> None:
        for section in SECTIONS:
            for field in section.fields:
                value = at(said, field.key)
                widget = self.inputs[field.key]
                if isinstance(widget, QLineEdit):
                    widget.setText("" if value is None else shown(value, field.kind))
                else:
                    widget.setCurrentIndex(max(0, widget.findData("" if value is None else shown(value))))
            if section.part:
                use = ("yes" if said[section.part] is not None else "no") if section.part in said else ""
                self.uses[section.part].setCurrentIndex(self.uses[section.part].findData(use))
        for key, rows in self.filters.items():
            now = [each.model_dump() for each in getattr(self._call, key)]
            rows.show_filters(now if key in said or key not in self._first else [])
        self._show_counts()

    def _judge(self) -> None:
        found: dict[str, str] = {}
        try:
            self.value()
        except ModelError as error:
            found = faults(error.sentence, error.fields)
        for key, words in self.troubles.items():
            said = found.get(key, "")
            words.setText(said)
            words.setVisible(bool(said))
            if key in self.inputs:
                set_tone(self.inputs[key], "wrong", bool(said))
                self.inputs[key].setAccessibleDescription(said)
        for side, rows in self.filters.items():
            steps = {key.split(".")[1]: said for key, said in found.items() if key.startswith(f"{side}.")}
            rows.show_troubles({int(index): said for index, said in steps.items()})
        self._show_counts()
        self.judged.emit(not found)

    def _show_counts(self) -> None:
        for title, made in self.sections.items():
            count = self._count(title)
            made.show_about(f"{count} corrected" if count else "as found")

    def _count(self, title: str) -> int:
        section = next((each for each in SECTIONS if each.title == title), None)
        if section is None:
            return sum(len(rows.rows) for rows in self.filters.values())
        used = bool(section.part and self.uses[section.part].currentData())
        return sum(bool(self._text(field.key)) for field in section.fields) + used

    def _add(self, section: CallSection) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 0, 0, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, LABEL_PX)
        grid.setColumnStretch(1, 1)
        if section.part:
            box = QComboBox()
            box.setAccessibleName(section.title)
            for word, value in USES:
                now = "used" if getattr(self._call, section.part) is not None else "not used"
                box.addItem(word if value or section.part in self._said else f"{word} ({now})", value)
            box.activated.connect(lambda _index: self._judge())
            self.uses[section.part] = box
            self._put(grid, section.part, section.title, box, section.help)
        for field in section.fields:
            self.inputs[field.key] = self._input(field)
            self._put(grid, field.key, field.title, self.inputs[field.key], field.help)
        self.sections[section.title] = Section(section.title, body)
        self._lay.addWidget(self.sections[section.title])

    def _put(self, grid: QGridLayout, key: str, title: str, widget: QWidget, tip: str) -> None:
        row, name, trouble = grid.rowCount(), label(title, "dim"), label(tone="danger")
        name.setBuddy(widget)
        name.setToolTip(tip)
        trouble.setWordWrap(True)
        trouble.hide()
        self.troubles[key] = trouble
        grid.addWidget(name, row, 0)
        grid.addWidget(widget, row, 1)
        grid.addWidget(trouble, row + 1, 1)

    def _add_filters(self) -> None:
        body = QWidget()
        lay = QVBoxLayout(body)
        lay.setContentsMargins(20, 0, 0, 8)
        lay.setSpacing(8)
        for rows in self.filters.values():
            rows.edited.connect(self._judge)
            lay.addWidget(rows)
        self.sections["Filters"] = Section("Filters", body)
        self._lay.addWidget(self.sections["Filters"])

    def _input(self, field: CallField) -> QLineEdit | QComboBox:
        known = at(self._said, field.key) is not None  # then what was found is no longer known
        found = "" if known else found_or_usual(self._call, field)
        if field.kind in ("flag", "choice"):
            return self._box(field, found)
        line = QLineEdit()
        line.setAccessibleName(field.title)
        line.setToolTip(field.help)
        line.setPlaceholderText(" – ".join(each for each in (self._hint(field, found), field.help) if each))
        line.textEdited.connect(lambda _text: self._judge())
        return line

    def _hint(self, field: CallField, found: str) -> str:
        """What holds while nothing is typed."""
        word = "As found" if at(self._call, field.key) is not None else "Usually" if found else ""
        return f"{word} ({found})" if found else word

    def _box(self, field: CallField, found: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(field.title)
        box.setToolTip(field.help)
        box.addItem(self._hint(field, found), "")
        for choice in field.choices or ("yes", "no"):
            box.addItem(choice, choice)
        box.activated.connect(lambda _index: self._judge())
        return box
