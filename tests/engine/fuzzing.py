"""Commands in any order, at any speed, from several threads, with numbers that make no sense: seeded."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import cards
import numpy as np

from studio.audio.raw import RawAudio
from studio.document.performance import Lane
from studio.link.player import Player

NUMBERS = (0.0, 1.0, -1.0, 0.5, -6.0, 7.0, -90.0, 1e9, -1e9, 1e300, float("nan"), float("inf"), float("-inf"))
FRAMES = (0, 1, -1, -48000, 24000, 24001, 47999, 48000, 10**6, 1 << 31, 1 << 53, 1 << 62, -(1 << 62))
SLOTS = (0, 0, 0, 1, 1, 2, -1, 64)
BLOCKS = (64, 100, 128, 256, 256, 512, 1000, 2048, 8192)
NAMES = (None, None, "fake card (fakepa)", "fake card B (fakepa)", "No such device", "")
RATES = (48000, 48000, None, 44100, 96000, 1)
LOUDEST = 16.0  # what the guard lets through
BURST = 10_000  # commands at once


class Fuzz:
    """Hands that do anything to a player.

    Args:
        player: started.
        sounds: that can be played, 48 kHz.
        archives: captured models that behave.
        folder: for files that are broken.
    """

    def __init__(self, player: Player, sounds: list[RawAudio], archives: list[str], folder: Path) -> None:
        self._player, self._sounds = player, sounds
        broken = folder / "broken.pt"
        broken.write_bytes(b"no archive")
        self._archives = [*archives, *archives, str(broken), str(folder / "missing.pt")]
        self._bad_sounds = [
            dataclasses.replace(sounds[0], path=folder / "missing.f32"),
            dataclasses.replace(sounds[0], frames=1 << 40),
            dataclasses.replace(sounds[0], sample_rate=22050),
        ]
        self.problems: list[str] = []
        self.done = 0

    def run(self, seed: int, seconds: float, threads: int = 3) -> None:
        """Until the time is up; what a player raises is a problem."""
        end = time.monotonic() + seconds
        hands = [threading.Thread(target=self._fumble, args=(seed + each, end)) for each in range(threads)]
        for each in hands:
            each.start()
        for each in hands:
            each.join()

    def _fumble(self, seed: int, end: float) -> None:
        random = np.random.default_rng(seed)
        while time.monotonic() < end:
            name, args = self._choice(random)
            repeats = BURST if name in ("seek", "set_knob", "play") and random.random() < 0.01 else 1
            try:
                for _ in range(repeats):
                    getattr(self._player, name)(*args)
            except Exception as error:
                self.problems.append(f"{name}{args} raised {error!r}")
            self.done += repeats
            time.sleep(random.choice([0.0, 0.0, 0.001, 0.02]))

    def _choice(self, random):
        def of(things):
            return things[int(random.integers(len(things)))]

        light = {
            "play": (), "pause": (), "stop": (), "seek": (of(FRAMES),), "loop": (of(FRAMES), of(FRAMES)), "no_loop": (),
            "bypass": (bool(random.integers(2)),), "scrub": (of(FRAMES),), "scrub_end": (),
            "set_knob": (of((0, 1, 63, 64, -1, 10**6)), of(NUMBERS), of(SLOTS)), "set_gain": (of(NUMBERS),),
            "set_input_gain": (of(NUMBERS),), "set_wet": (of(NUMBERS),), "set_stem": (of((0, 15, 16, -1)), of(NUMBERS)),
            "limit": (of((None, None, 0.0, -1.0, -3.0, *NUMBERS)),), "hear": (of(SLOTS),), "status": (),
        }  # fmt: skip
        heavy = {
            "load_model": (of(self._archives), of("abc"), False, [of(NUMBERS)], of((0, 0, 1))),
            "unload_model": (of((0, 1)),), "unload_audio": (), "list_devices": (),
            "load_audio": ([of([*self._sounds, *self._sounds, *self._bad_sounds])], of(FRAMES)),
            "add_audio": (of([*self._sounds, *self._bad_sounds]),),
            "automate": ({of((0, 1, 63)): Lane(points=((0.0, 0.1), (1.0, 0.9)))},),
            "open_device": (of(NAMES), of(RATES), of(BLOCKS), bool(random.integers(2)), of((None, 0, 0, 1, 2, 8))),
        }  # fmt: skip
        table = heavy if random.random() < 0.03 else light
        name = of(list(table))
        return name, table[name]

    def recover(self, block: int = 256) -> None:
        """What a user would do at last: everything back to where it makes sense."""
        player = self._player
        player.scrub_end()
        player.set_gain(0.0)
        player.set_input_gain(0.0)
        player.set_wet(1.0)
        for index in range(2):
            player.set_knob(index, 0.0)
        player.limit(None)
        player.automate({})
        player.bypass(False)
        player.no_loop()
        player.hear(0)
        player.unload_model(1)
        player.unload_model(0)
        player.open_device(None, 48000, block, depth=0)
        player.load_audio([self._sounds[0]])
        player.play()

    def wait_until_it_plays(self, seconds: float = 30.0) -> None:
        """The play head moves, and goes where it is sent."""
        player = self._player
        cards.wait_for(lambda: player.status().playing, seconds, f"play: {player.status()}")
        player.seek(24000)
        cards.wait_for(lambda: player.status().position > 24000, 5, f"the seek: {player.status()}")


def check_card(played: np.ndarray) -> list[str]:
    """Problems with what reached the loudspeaker."""
    if not np.isfinite(played).all():
        return ["the card was given NaN or infinity"]
    peak = float(np.abs(played).max(initial=0.0))
    return [f"the card was given {peak}"] if peak > LOUDEST else []
