"""What a host gets to make a package of: where, what is said, how the knobs stand, sounds already rendered."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.document.card import ModelCard
from studio.document.limits import Problem, limits_of, problems
from studio.errors import CardError
from studio.wrappers.captured import Captured

Sound: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Packaging:
    """The work of one export to one host.

    Attributes:
        folder: this host's own staging folder; everything is written into it.
        card: what is said about the model.
        positions: where the knobs stand, 0…1, one for each numeric parameter; empty for the defaults.
        samples: examples to ship: input `[channels, frames]`, output, sample rate in Hz.
        created: seconds since 1970, for hosts that demand a date; the only thing in which two exports differ.
    """

    folder: Path
    card: ModelCard
    positions: tuple[float, ...] = ()
    samples: tuple[tuple[Sound, Sound, int], ...] = ()
    created: float = field(default_factory=time.time)


def positions_of(captured: Captured, positions: Iterable[float] = ()) -> list[float]:
    """One position for each row of `params`; defaults where `positions` is empty."""
    given = [float(each) for each in positions]
    return given or [each.default_position for each in captured.numeric]


def require_card(card: ModelCard, host: str, *, complete: bool = True) -> None:
    """Refuse a card that the host would refuse.

    Args:
        card: the card.
        host: the host's name.
        complete: refuse empty fields too, not only what breaks the host's limits.

    Raises: CardError with all that is wrong, not only the first.
    """
    found = problems(card, host)
    refuse_all([each for each in found if complete or getattr(card, each.field)], limits_of(host).title)


def refuse_all(found: list[Problem], title: str) -> None:
    """Raise one CardError that tells every problem, if there is any."""
    if not found:
        return
    hints = " ".join(dict.fromkeys(each.hint for each in found if each.hint))
    fields = list(dict.fromkeys(each.field for each in found))
    raise CardError(f"{title}: {' '.join(each.sentence for each in found)}", hints, about=title, fields=fields)


def slug(name: str) -> str:
    """A name as a file name that every system takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", plain).strip("-.")[:60] or "model"
