"""Bytes of MIDI become movements of controllers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.document.performance import MidiControl

CONTROL_CHANGE = 0xB0
FINE = 32  # controllers 32…63 may be the fine parts of 0…31
SEVEN_BITS, FOURTEEN_BITS = 127, 16383


@dataclass(frozen=True)
class Move:
    """A controller was moved to this position, 0…1."""

    control: MidiControl
    position: float


class Controllers:
    """Reads the messages of one port.

    A controller below 32 that is followed at once by its fine part has 14 bits, from then on it moves when both have
    come. All others have 7 bits, 32…63 too where they come alone. Modes, notes and pitch bend move nothing.
    """

    def __init__(self) -> None:
        self._coarse: tuple[int, int, int] | None = None  # channel, controller and value, of the message just before
        self._pairs: set[tuple[int, int]] = set()

    def read(self, message: Sequence[int]) -> Move | None:
        """What this message moves, if anything."""
        if len(message) != 3 or message[0] & 0xF0 != CONTROL_CHANGE or message[1] >= 120:
            return None
        channel, controller, value = message[0] & 0x0F, message[1], message[2] & 0x7F
        coarse, self._coarse = self._coarse, None
        if coarse is not None and (channel, controller - FINE) == coarse[:2]:
            self._pairs.add(coarse[:2])
            return _moved(channel, controller - FINE, (coarse[2] << 7 | value) / FOURTEEN_BITS)
        if controller >= FINE:
            return _moved(channel, controller, value / SEVEN_BITS)
        self._coarse = channel, controller, value
        if (channel, controller) not in self._pairs:
            return _moved(channel, controller, value / SEVEN_BITS)
        if coarse is not None and coarse[:2] == (channel, controller):  # the fine parts come no more
            self._pairs.discard((channel, controller))
            return _moved(channel, controller, value / SEVEN_BITS)
        return None


def _moved(channel: int, controller: int, position: float) -> Move:
    return Move(MidiControl(channel=channel, controller=controller), position)
