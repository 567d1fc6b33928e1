"""What this is."""

from __future__ import annotations

from importlib.metadata import version

from PySide6.QtWidgets import QWidget

from studio.app.dialogs.frame import Dialog


class AboutDialog(Dialog):
    """Name, version, licence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "About", "Close", lambda yes: None)
        self.no.hide()
        self.say("Neural Audio Studio", "title")
        self.say(f"Version {version('neural-audio-studio')}", "dim")
        self.say("Hear, wrap, measure and export PyTorch audio models for Neutone, Audacity and other hosts.")
        self.say("MIT licence.", "small")
