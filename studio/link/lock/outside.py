"""The part of the lock that is put on from outside, when a job is started."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.link.lock import bubblewrap, mac
from studio.link.lock.access import Access
from studio.link.lock.strength import strength


@dataclass(frozen=True)
class Outside:
    """How a job is started.

    Attributes:
        command: the words of its command line.
        environment: what has to be said to it besides.
        hides_signals: a signal that ends the job arrives as exit code 128 + its number.
    """

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    hides_signals: bool = False


def outside(command: list[str], access: Access) -> Outside:
    """The command line as it is where a job locks itself in, else inside the program that does it."""
    name = strength().name
    if name == "bubblewrap":  # in there the parent has another number
        return Outside(bubblewrap.wrapped(command, access), {"STUDIO_PARENT": "0"}, hides_signals=True)
    if name == "seatbelt":
        return Outside(mac.wrapped(command, access))
    return Outside(command)
