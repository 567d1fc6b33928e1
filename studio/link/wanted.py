"""What the engine should be doing, so that a new one can take over from one that died."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studio.audio.raw import RawAudio

Message = dict[str, Any]


@dataclass(frozen=True)
class WantedModel:
    """A captured archive; `key` tells models apart, also from session to session."""

    path: str
    key: str
    quiet: bool

    def message(self, knobs: Sequence[float] = ()) -> Message:
        return {"do": "model", "path": self.path, "key": self.key, "quiet": self.quiet, "knobs": list(knobs)}


@dataclass(frozen=True)
class WantedDevice:
    """None for the name or rate: whatever is usual there. `live`: the device's input is the source."""

    name: str | None
    sample_rate: int | None
    block: int
    live: bool

    def message(self) -> Message:
        wanted = {"name": self.name, "sample_rate": self.sample_rate, "block": self.block, "live": self.live}
        return {"do": "device", **wanted}


@dataclass
class Wanted:
    """The last state asked for. Knobs and gain are on the board, which outlives an engine."""

    device: WantedDevice | None = None
    model: WantedModel | None = None
    loaded: WantedModel | None = None
    audio: RawAudio | None = None
    position: int = 0
    playing: bool = False
    loop: tuple[int, int] | None = None
    bypassed: bool = False
    lists_devices: bool = False

    def messages(self) -> list[Message]:
        """What brings a new engine there, in order."""
        said: list[Message] = [{"do": "devices"}] if self.lists_devices else []
        if self.device is not None:
            said.append(self.device.message())
        if self.audio is not None:
            said.append(audio_message(self.audio, self.position))
        if self.model is not None:
            said.append(self.model.message())
        transport = {"playing": self.playing, "loop": self.loop, "bypassed": self.bypassed}
        return [*said, {"do": "transport", **transport}]


def audio_message(raw: RawAudio, position: int) -> Message:
    said = {"path": str(raw.path), "frames": raw.frames, "channels": raw.channels}
    return {"do": "audio", **said, "sample_rate": raw.sample_rate, "name": raw.name, "position": position}
