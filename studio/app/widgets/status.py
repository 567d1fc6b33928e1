"""The line at the foot: output, message, running job."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from studio.app.state import Device, JobRow, RowState
from studio.app.widgets.words import Elided, button, set_tone, show_progress

HEIGHT_PX = 32


class StatusLine(QFrame):
    """Short texts that end in … where there is no room.

    Signals:
        cancelled: stop the job that is shown.
        device_asked: choose another output.
    """

    cancelled = Signal()
    device_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "line")
        self.setFixedHeight(HEIGHT_PX)
        self.device = button("Starting the sound engine…", self.device_asked.emit, "quiet", "Choose the sound output")
        self.message = Elided(tone="dim")
        self.job = Elided(tone="dim")
        self.job.setFixedWidth(240)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName("Running job")
        self.progress.setFixedWidth(120)
        self.cancel = button("Cancel", self.cancelled.emit, "link", "Stop it (Esc)")
        self.cancel.setAccessibleName("Cancel the running job")
        lay = QHBoxLayout(self)
        lay.setContentsMargins(12, 0, 16, 0)
        lay.setSpacing(12)
        lay.addWidget(self.device)
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
