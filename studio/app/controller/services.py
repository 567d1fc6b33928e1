"""What the controller needs of the layers below, handed in: the real things, or a test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from studio.app.state import Sound
from studio.audio.raw import RawAudio
from studio.document.check import Check
from studio.document.opened import OpenedModel
from studio.settings import Settings

OnMessage = Callable[[dict[str, Any]], None]


class Player(Protocol):
    """The window's side of the engine process; `link.player.Player` is the real one."""

    def start(self) -> None: ...
    def close(self) -> None: ...
    def load_model(self, captured: str, key: str, quiet: bool, knobs: Sequence[float] = ()) -> None: ...
    def load_audio(self, raw: RawAudio) -> None: ...
    def unload_audio(self) -> None: ...
    def open_device(self, name: str | None, sample_rate: int | None, block: int) -> None: ...
    def list_devices(self) -> None: ...
    def set_knob(self, index: int, position: float) -> None: ...
    def play(self) -> None: ...
    def pause(self) -> None: ...
    def stop(self) -> None: ...
    def seek(self, frame: int) -> None: ...
    def loop(self, start: int, end: int) -> None: ...
    def no_loop(self) -> None: ...
    def bypass(self, on: bool) -> None: ...
    def set_gain(self, gain_db: float) -> None: ...
    def status(self) -> Any: ...


class Trust(Protocol):
    """Which contents may run; `document.trust.Trust` is the real one."""

    def remember(self, digest: str, name: str) -> None: ...
    def ours(self, digest: str) -> bool: ...
    def remember_heard(self, digest: str, name: str) -> None: ...
    def was_heard(self, digest: str) -> bool: ...


@dataclass(frozen=True)
class Services:
    """The flows and the line to the engine.

    Attributes:
        open_model: `flows.opening.open_model`.
        render_file: `flows.rendering.render_file`.
        export_model: `flows.exporting.export_model`.
        check_model: `flows.checking.check_model`.
        plan_publish, publish: of `flows.publishing`.
        write_card: `flows.editing.write_card`.
        load_sound: decodes a sound file at a rate (None: its own) into a folder, peaks included.
        player: makes the player; news of it arrive on another thread.
        trust: contents that may run.
        resources: the app's own files.
        session: a folder that goes when the window closes.
    """

    open_model: Callable[..., OpenedModel]
    render_file: Callable[..., dict[str, Any]]
    export_model: Callable[..., list[Any]]
    check_model: Callable[..., list[Check]]
    plan_publish: Callable[..., Any]
    publish: Callable[..., Any]
    write_card: Callable[..., Any]
    load_sound: Callable[..., Sound]
    player: Callable[[OnMessage], Player]
    settings: Settings
    trust: Trust
    resources: Path
    session: Path
