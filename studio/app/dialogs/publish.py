"""Send a package to Hugging Face: where to, what would be sent, and only then the sending."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.app.dialogs.frame import Dialog
from studio.app.state import PublishState
from studio.app.widgets.columns import columns
from studio.app.widgets.words import button, label, set_tone, show_progress

if TYPE_CHECKING:
    from studio.flows.publishing import Plan

WIDTH_PX, LIST_PX = 600, 176
TOKEN = (
    "Your token is taken from HF_TOKEN, or from where “hf auth login” keeps it. It is neither shown nor stored here."
)
WORDS = {"new": "new", "changed": "replaced", "same": "there already", "unknown": "not known"}


class PublishDialog(Dialog):
    """Look first, then publish.

    Args:
        packages: title and path of each that can be sent.

    Signals:
        planned: look at a package, a target and whether it shall be private.
        sent: publish what was planned.
        cancelled: stop what runs.
    """

    planned = Signal(object, str, bool)
    sent = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget, packages: Sequence[tuple[str, Path]]) -> None:
        super().__init__(parent, "Publish a package", "Publish", lambda yes: None)
        self.setFixedWidth(WIDTH_PX)
        self._planned: tuple[object, ...] = ()
        self._state = PublishState()
        self.package, self.target, self.private = QComboBox(), QLineEdit(), QCheckBox("Private, when it is made now")
        for title, path in packages:
            self.package.addItem(title, path)
        self.package.setToolTip("\n".join(str(path) for _, path in packages))
        self.target.setPlaceholderText("hf:USER/REPO")
        self.look = button("See what would be sent", self._look)
        self.files, self.facts, self.trouble = self._make_list(), label(tone="dim"), label(tone="danger")
        self.progress, self.step = QProgressBar(textVisible=False), label(tone="small")
        self.progress.setAccessibleName("Publishing")
        self.link: QPushButton = button("", self._open_page, "link")
        self._lay_out()
        self.yes.clicked.disconnect()
        self.yes.clicked.connect(lambda _checked: self.sent.emit())
        self.no.clicked.disconnect()
        self.no.clicked.connect(lambda _checked: self._leave())
        for changed in (self.target.textChanged, self.package.currentIndexChanged, self.private.toggled):
            changed.connect(lambda _now: self._show_buttons())
        self.target.returnPressed.connect(self._look)
        self.show_state(self._state)
        self.target.setFocus()

    def show_state(self, state: PublishState) -> None:
        self._state = state
        self._show_plan(state.plan)
        self.progress.setVisible(state.running)
        show_progress(self.progress, state.progress)
        self.step.setText(state.step)
        self.step.setVisible(state.running)
        plan = state.plan if state.done is None else None
        self.trouble.setText(state.failed or (f"{plan.obstacle} {plan.hint}".strip() if plan else ""))
        self.trouble.setVisible(bool(self.trouble.text()))
        if state.done is not None:
            count = len(state.done.sent)
            sent = f"{count} file{'s' if count != 1 else ''} sent." if count else "All of it was there already."
            self.facts.setText(" ".join([sent, *state.done.facts]))
            self.link.setText(state.done.url)
            self.link.setAccessibleName(f"Open {state.done.url}")
        set_tone(self.facts, "tone", "ok" if state.done else "dim")
        self.link.setVisible(state.done is not None)
        self._show_buttons()
        self.adjustSize()

    def _wanted(self) -> tuple[object, ...]:
        return self.package.currentData(), self.target.text().strip(), self.private.isChecked()

    def _look(self) -> None:
        package, target, private = self._wanted()
        if target and not self._state.running:
            self._planned = (package, target, private)
            self.planned.emit(package, target, private)

    def _show_buttons(self) -> None:
        state, fits = self._state, self._wanted() == self._planned
        usable = state.plan is not None and not state.plan.obstacle and state.done is None
        self.yes.setEnabled(usable and fits and not state.running)
        self.look.setEnabled(bool(self.target.text().strip()) and not state.running)
        for widget in (self.package, self.target, self.private):
            widget.setEnabled(not state.running)
        self.no.setText("Cancel" if state.running else "Close")

    def _show_plan(self, plan: Plan | None) -> None:
        self.files.clear()
        self.files.setVisible(plan is not None)
        self.facts.setVisible(plan is not None)
        if plan is None:
            return
        for each in plan.files:
            item = QTreeWidgetItem([each.path, said_size(each.size), WORDS[each.state]])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, each.place or "made for its page")
            self.files.addTopLevelItem(item)
        what = f"{said_size(plan.bytes_to_send)} to send."
        self.facts.setText(" ".join([*plan.facts, f"As {plan.user}." if plan.user else "", what]).replace("  ", " "))

    def _leave(self) -> None:
        if self._state.running:
            self.cancelled.emit()
        else:
            self.reject()

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self.link.text()))

    def _make_list(self) -> QTreeWidget:
        made = columns("Files that would be sent", ("File", "Size", "There"))
        made.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        made.setFixedHeight(LIST_PX)
        return made

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, widget in (("Package", self.package), ("Where to", self.target)):
            widget.setAccessibleName(title)
            form.addRow(label(title, "dim"), widget)
        form.addRow(label(""), self.private)
        self.body.addLayout(form)
        for words in (self.facts, self.trouble):
            words.setWordWrap(True)
        for each in (self.files, self.facts, self.link, self.trouble, self.progress, self.step):
            self.body.addWidget(each)
        self.say(TOKEN, "small")
        self.row.insertWidget(0, self.look)


def said_size(size: int) -> str:
    """Bytes as a person reads them."""
    for unit, least in (("MB", 1e6), ("kB", 1e3)):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return f"{size} bytes"
