"""The line at the foot: output, message, running job."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from studio.app.state import Device, Figures, JobRow, RowState
from studio.app.theme.theme import Theme
from studio.app.widgets.figures_button import FiguresButton
from studio.app.widgets.words import Elided, button, icon_button, set_tone, show_progress

HEIGHT_PX = 32


class StatusLine(QFrame):
    """Short texts that end in … where there is no room.

    Signals:
        cancelled: stop the job that is shown.
        device_asked: choose another output.
        load_asked: show load and latency in full.
    """

    cancelled = Signal()
    device_asked = Signal()
    load_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("surface", "line")
        self.setFixedHeight(HEIGHT_PX)
        self.device = button("Starting the sound engine…", self.device_asked.emit, "quiet", "Choose the sound output")
        self.figures = FiguresButton()
        self.figures.clicked.connect(self.load_asked)
        self.priority = icon_button(theme, "warn", "The sound has no precedence", token="warning")
        self.priority.clicked.connect(self.load_asked)
        self.priority.hide()
        self.message = Elided(tone="dim")
        self.job = Elided(tone="dim")
        self.job.setMaximumWidth(240)
        self.job.setMinimumWidth(96)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Running job")
        self.progress.setFixedWidth(120)
        self.cancel = button("Cancel", self.cancelled.emit, "link", "Stop it (Esc)")
        self.cancel.setAccessibleName("Cancel the running job")
        lay = QHBoxLayout(self)
        lay.setContentsMargins(12, 0, 16, 0)
        lay.setSpacing(12)
        lay.addWidget(self.device)
        lay.addWidget(self.figures)
        lay.addWidget(self.priority)
        lay.addWidget(self.message, 1)
        for each in (self.job, self.progress, self.cancel):
            lay.addWidget(each)
        self.show_job(None, 0)

    def show_device(self, device: Device) -> None:
        if device.name:
            self.device.setText(f"{device.name} · {device.sample_rate / 1000:g} kHz · {device.block} samples")
            set_tone(self.device, "role", "quiet")
        elif device.trouble:
            self.device.setText("No audio device")
            set_tone(self.device, "role", "warn")
            why = f"{device.trouble[:1].lower()}{device.trouble[1:].rstrip('.')}"
            said = f"No audio device: {why}; everything but live sound works."
            self.show_message(said)
            self.device.setToolTip(said)

    def show_figures(self, now: Figures) -> None:
        """What playing costs; why it may stutter where the system gives it no precedence."""
        self.figures.show_figures(now)
        if self.priority.isHidden() == bool(now.priority):
            self.priority.setToolTip(now.priority)
            self.priority.setAccessibleDescription(now.priority)
            self.priority.setVisible(bool(now.priority))

    def show_message(self, said: str) -> None:
        self.message.setText(said)

    def show_job(self, row: JobRow | None, count: int) -> None:
        for each in (self.job, self.progress, self.cancel):
            each.setVisible(row is not None)
        if row is None:
            return
        more = f" (+{count - 1})" if count > 1 else ""
        self.job.setText(f"{row.step or row.title}{more}")
        show_progress(self.progress, row.progress)
        self.cancel.setEnabled(row.state == RowState.RUNNING)
