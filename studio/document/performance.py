"""What a hand did with the knobs, kept with the project: snapshots to compare, and moves to replay."""

from __future__ import annotations

from bisect import bisect_right

from pydantic import BaseModel, ConfigDict, Field, field_validator

SLOTS = ("A", "B", "C", "D")


class Snapshot(BaseModel):
    """Where all knobs stood.

    Attributes:
        knobs: positions 0…1 by parameter name.
    """

    model_config = ConfigDict(frozen=True)

    knobs: dict[str, float] = {}


class Lane(BaseModel):
    """How one knob moves while the sound plays: straight from point to point, held before the first and after the last.

    Attributes:
        points: (seconds from the start of the sound, position 0…1), in order of time.
    """

    model_config = ConfigDict(frozen=True)

    points: tuple[tuple[float, float], ...] = Field(min_length=1)

    @field_validator("points")
    @classmethod
    def _in_order(cls, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return tuple(sorted(points, key=lambda point: point[0]))

    def at(self, seconds: float) -> float:
        """The position at this time."""
        index = bisect_right(self.points, seconds, key=lambda point: point[0])
        if index in (0, len(self.points)):
            return self.points[min(index, len(self.points) - 1)][1]
        (before, start), (after, end) = self.points[index - 1 : index + 1]
        return start + (end - start) * (seconds - before) / (after - before)


class MidiControl(BaseModel):
    """What moves a knob: a controller of a MIDI channel 0…15."""

    model_config = ConfigDict(frozen=True)

    channel: int = Field(ge=0, le=15)
    controller: int = Field(ge=0, le=127)
