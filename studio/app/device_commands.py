"""What the actions about devices do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.app.dialogs.frame import Dialog

if TYPE_CHECKING:
    from studio.app.controller.controller import Controller
    from studio.app.window import Window


class DeviceCommands:
    """The dialogs, and the switch between a sound and live input."""

    def __init__(self, window: Window, controller: Controller) -> None:
        self._window, self._controller = window, controller
        self._settings = controller.services.settings

    def choose(self) -> None:
        from studio.app.dialogs.device import DeviceDialog

        playing, figuring = self._controller.playing, self._controller.figuring
        dialog = DeviceDialog(self._window, self._settings, playing.device)
        dialog.changed.connect(self._window.change_setting)
        dialog.switched.connect(self.set_live)
        dialog.measuring.connect(playing.measure_latency)
        dialog.rescan.connect(playing.rescan)
        feeds = (
            (playing.device_changed, dialog.show_device),
            (figuring.changed, dialog.show_figures),
            (playing.devices.measured, dialog.show_measured),
        )
        for signal, show in feeds:
            signal.connect(show)
        dialog.finished.connect(lambda _result: [signal.disconnect(show) for signal, show in feeds])
        dialog.open()

    def switch_live(self) -> None:
        self.set_live(not self._controller.playing.devices.live)

    def set_live(self, on: bool) -> None:
        """Hear the input; the first time what may come of that is said before."""
        playing = self._controller.playing
        if not on or self._settings["audio.told_live"] or playing.devices.refusal(playing.device):
            playing.set_live(on)
            return
        dialog = Dialog(self._window, "Live input", "Hear the input", self._warned, cancel_first=True)
        dialog.say("Use headphones", "title")
        dialog.say("What the microphone hears is played at once. Through loudspeakers it may howl, and suddenly.")
        dialog.say("A howl is noticed and lowered, but do not rely on it: begin with the volume down.", "dim")
        dialog.open()

    def _warned(self, yes: bool) -> None:
        if not yes:
            self._controller.playing.switched.emit()  # the switch shows again what is so
            return
        self._settings["audio.told_live"] = True
        self._settings.save()
        self._controller.playing.set_live(True)
