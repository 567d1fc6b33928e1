"""What a model makes of a sound, to be looked at: sound for each of its outputs, or labels."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.app.state import Sound, Stem
from studio.audio.labels import read_labels
from studio.document.mixer import Mixer
from studio.document.performance import Lane

if TYPE_CHECKING:
    import threading

    from studio.app.controller.services import Services
    from studio.app.tasks import Report
    from studio.audio.label import Label
    from studio.document.opened import OpenedModel

MOST_STEMS = 8  # more are neither read nor told apart


@dataclass(frozen=True)
class Setting:
    """How the model is heard.

    Attributes:
        knobs: positions 0…1 by name.
        mixer: levels around it.
        lanes: knobs that move by themselves, by name.
    """

    knobs: tuple[tuple[str, float], ...] = ()
    mixer: Mixer = field(default_factory=Mixer)
    lanes: tuple[tuple[str, Lane], ...] = ()

    def mixer_for(self, opened: OpenedModel) -> Mixer:
        """Levels that change how it looks: outputs of their own are drawn as the model gives them."""
        if not opened.is_played:
            return Mixer()
        return Mixer(input_db=self.mixer.input_db) if len(opened.call.outputs) > 1 else self.mixer

    def lanes_for(self, opened: OpenedModel) -> dict[str, Lane]:
        return dict(self.lanes) if opened.is_played else {}


@dataclass(frozen=True)
class Drawn:
    """Either is empty: a labeller makes no sound.

    Attributes:
        outputs: the sound of each output, the first eight.
        names: of the outputs.
        labels: what a labeller found, None for an effect.
    """

    outputs: tuple[Sound, ...] = ()
    names: tuple[str, ...] = ()
    labels: tuple[Label, ...] | None = None

    @property
    def stems(self) -> tuple[Stem, ...]:
        """The outputs where there are several."""
        if len(self.outputs) < 2:
            return ()
        return tuple(Stem(name, each.peaks) for name, each in zip(self.names, self.outputs, strict=True))

    def clear_away(self) -> None:
        """Nobody looks at it any more: the decoded samples can go."""
        for each in self.outputs:
            with contextlib.suppress(OSError):  # a system that keeps mapped files removes them with the session
                each.raw.path.unlink(missing_ok=True)


def draw(
    services: Services,
    opened: OpenedModel,
    sound: Sound,
    setting: Setting,
    block: int,
    report: Report,
    cancel: threading.Event,
) -> Drawn:
    """Render `sound` through the model and read what came of it. Not on the window's thread.

    Raises: StudioError.
    """
    target = services.session / ("found.txt" if opened.call.labels else "wet.wav")
    rate = sound.raw.sample_rate
    made: dict[str, Any] = services.render_file(
        opened,
        sound.path,
        target,
        knobs=dict(setting.knobs),
        mixer=setting.mixer_for(opened),
        lanes=setting.lanes_for(opened),
        sample_rate=rate,
        block=block,
        report=report,
        cancel=cancel,
    )
    if opened.call.labels:
        return Drawn(labels=tuple(read_labels(Path(made["output"]))))
    paths = [Path(each) for each in made.get("outputs", [made["output"]])][:MOST_STEMS]
    outputs = tuple(services.load_sound(path, rate, services.session, report, cancel) for path in paths)
    names = tuple(each.name for each in opened.call.outputs)[: len(paths)]
    return Drawn(outputs, names if len(names) == len(paths) else tuple(path.stem for path in paths))
