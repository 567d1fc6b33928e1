"""What playing costs, in as many words as there is room for; a click shows more."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy

from studio.app.state import Figures
from studio.app.widgets.words import set_tone

EVERY_MS = 250  # between two changes of what is said: faster nobody can read
ROOM_PX = 10


class FiguresButton(QPushButton):
    """Load, worst block, latency, drop-outs."""

    def __init__(self) -> None:
        super().__init__()
        self._wordings: tuple[str, ...] = ("",)
        self._since = QElapsedTimer()
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("role", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Load and latency")

    def show_figures(self, now: Figures) -> None:
        """Show them, four times a second at most."""
        if self._since.isValid() and self._since.elapsed() < EVERY_MS:
            return
        self._since.start()
        wordings = wordings_of(now)
        set_tone(self, "role", "warn" if now.lately or (now.ails is not None and now.ails.tone != "dim") else "quiet")
        if wordings != self._wordings:
            self._wordings = wordings
            self.setAccessibleDescription(wordings[0])
            self.setToolTip(f"{wordings[0]}\nClick for the last minute and the parts of the latency.")
            self.updateGeometry()
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._wide(self._wordings[0]), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wide(self._wordings[-1]), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        fitting = (each for each in self._wordings if self._wide(each) <= self.width())
        self.setText(next(fitting, self._wordings[-1]))

    def _wide(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + ROOM_PX


def wordings_of(now: Figures) -> tuple[str, ...]:
    """The same thing in ever fewer words."""
    word = now.ails.word if now.ails else ""
    if not now.running:
        return (word,)
    late = f" · {now.late} drop-out{'s' * (now.late != 1)}" if now.late else ""
    muted = f" · {now.muted} muted block{'s' * (now.muted != 1)}" if now.muted else ""
    load = word or f"Load {now.load:.0%}"
    worst, latency = f"{now.worst_ms:.1f} of {now.block_ms:.1f} ms", f"{now.latency_ms:.1f} ms"
    return (
        f"{load} · worst block {worst} · latency {latency}{late}{muted}",
        f"{load} · worst {worst} · {latency}{late}",
        f"{load} · {latency}{late}",
        load,
    )
