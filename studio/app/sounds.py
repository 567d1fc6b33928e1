"""What the sounds of the list are called, and the test sounds that can be added to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

TONE: Final = "tone:"  # as in document.project, which takes too long to import before the first frame


class TestSound(NamedTuple):
    """A kind of test sound; `usual_hz` is 0 where it has no frequency."""

    kind: str
    title: str
    usual_hz: float = 0.0
    help: str = ""


TEST_SOUNDS: Final = (
    TestSound("sine", "Sine", 440.0, "One frequency: distortion becomes visible and audible."),
    TestSound("square", "Square wave", 110.0, "Steep edges and many harmonics: aliasing and filters become audible."),
    TestSound("sweep", "Sweep", help="From the lowest to the highest frequency."),
    TestSound("white", "White noise", help="Every frequency alike."),
    TestSound("pink", "Pink noise", help="Every octave alike, as music is."),
    TestSound("impulses", "Impulses", help="Single samples: delay and reverberation become visible."),
    TestSound("silence", "Silence", help="What a model adds by itself."),
)
KINDS: Final = {each.kind: each for each in TEST_SOUNDS}
LEAST_HZ, MOST_HZ = 1.0, 20_000.0


def is_test_sound(path: str | Path) -> bool:
    """Whether this entry of the list is made, not read from a file."""
    return str(path).startswith(TONE)


def tone_name(kind: str, frequency_hz: float = 0.0) -> str:
    """How a project names a test sound."""
    return f"{TONE}{kind}:{frequency_hz:g}" if KINDS[kind].usual_hz else f"{TONE}{kind}"


def usual_name(kind: str) -> str:
    """What a test sound at its usual frequency is called."""
    return sound_name(tone_name(kind, KINDS[kind].usual_hz))


def sound_name(path: str | Path) -> str:
    """What an entry of the list is called: its file name, or what kind of test sound it is."""
    if not is_test_sound(path):
        return Path(path).name
    kind, _, frequency = str(path).removeprefix(TONE).partition(":")
    title = KINDS[kind].title if kind in KINDS else kind
    return f"{title} {frequency} Hz" if frequency else title


def file_stem(path: str | Path) -> str:
    """What a file made of it may be called."""
    return sound_name(path).lower().replace(" ", "-") if is_test_sound(path) else Path(path).stem
