"""Half an hour of everything a user can do, in seeded random order, on a card that remembers all it was given.

    python tests/benchmarks/soak.py [--minutes 30] [--seed 1] [--card shared|exclusive] [--no-spare]
    python tests/benchmarks/soak.py --fuzz [--minutes 5] [--seed 1]

Seeks, loops, knobs, jumps of all knobs, pauses, scrubs, bypass, levels, limiter, automation, A/B of two models, other
models, other block sizes and rates, another depth, the card pulled out and put back. After each operation the transport
must answer within two seconds. Printed in the end, and the exit status is 1 where a goal is missed:

    memory: of all engines together and of the window, MB a minute after the warm-up (the first tenth, at most 3 min);
        the slope through the least of each minute, since a spare is there at some moments and not at others;
        with --no-spare it is one engine all the time
    late blocks: outside announced swaps and standstills of the machine, as the card saw them
    silences: at swaps of models, the longest stretch without sound; those at swaps of devices are told apart
    left over: engines that outlive the player

--fuzz: several hands at once, with numbers that make no sense; the engine has to live through it and play again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "engine"))  # the engine's tests know the card

import cards
from fuzzing import Fuzz, check_card
from listening import Late, Listener, now
from probes import Environment, engines, own_mb
from rt_adapter import _capture

from studio.audio.raw import store
from studio.document.performance import Lane
from studio.link.player import Player
from studio.link.shared import State

RATES = (48000, 44100)
BLOCKS = (64, 128, 256, 512, 1024)
FRAMES = 60 * 48000
ANSWER_SECONDS = 2.0
SILENCE_MS = 100.0
SLOPE_MB = 1.0
SETTLED_NS = 700_000_000
LEVELS = {"set_gain": (0.0, -6.0), "set_input_gain": (0.0, -6.0), "set_wet": (1.0, 0.5)}
WEIGHTS = {
    "seek": 8, "loop": 4, "knob": 8, "snapshot": 4, "pause": 3, "stop": 2, "scrub": 3, "bypass": 3, "levels": 3,
    "limit": 2, "automate": 2, "compare": 4, "swap": 1, "swap_with_a_spare": 3, "second": 2, "rest": 6, "block": 1,
    "rate": 1, "depth": 1, "sound": 1, "unplug": 1,
}  # fmt: skip


class Soak:
    """One player, one pair of hands, one listener."""

    def __init__(self, folder: Path, seed: int, sharing: str, spare: bool) -> None:
        self.folder, self.random = folder, np.random.default_rng(seed)
        self.card = cards.FakeCard(cards.build_fake_card(folder), folder, Environment(), sharing=sharing)
        self.models = models(folder)
        self.sounds = {rate: store(continuous(rate), rate, folder, "soak") for rate in RATES}
        self.events: queue.SimpleQueue = queue.SimpleQueue()
        self.player = Player(self.events.put, spare=spare, folders=[folder])
        self.listener = Listener(self.card)
        self.device = {"name": None, "sample_rate": 48000, "block": 256, "depth": None}
        self.announced: list[tuple[int, int]] = []
        self.silences: dict[str, list[float]] = {}
        self.began: list[tuple[int, str, int]] = []  # ns, operation, depth
        self.memory: list[tuple[float, float, float]] = []  # minutes, all engines, window
        self.done: Counter[str] = Counter()
        self.problems: list[str] = []
        self.slowest = 0.0
        self.key = 0

    def start(self) -> None:
        player = self.player
        player.start()
        player.open_device(**self.device)
        player.load_audio([self.sounds[48000]])
        self._load(0)
        player.play()
        self._wait("loaded", 60)
        self.answers("start")

    def run(self, minutes: float) -> None:
        began, names = time.monotonic(), list(WEIGHTS)
        chances = np.array(list(WEIGHTS.values())) / sum(WEIGHTS.values())
        next_look = 0.0
        while (gone := time.monotonic() - began) < 60 * minutes:
            name = str(self.random.choice(names, p=chances))
            self.done[name] += 1
            self.began.append((now(), name, self.player.status().depth))
            getattr(self, f"do_{name}")()
            self.answers(name)
            if gone >= next_look:
                next_look = gone + 5.0
                self._weigh(gone / 60)
            time.sleep(float(self.random.uniform(0.0, 0.3)))

    def answers(self, after: str) -> None:
        """Play, and go where the play head is sent: within two seconds."""
        began, player = time.monotonic(), self.player
        player.play()
        target = int(self.random.integers(10000, FRAMES // 2))
        player.no_loop()
        player.seek(target)

        def there() -> bool:
            status = player.status()
            return status.playing and target <= status.position < target + 3 * 48000

        seen = player.status()
        while not there() and time.monotonic() < began + 20:
            seen = player.status()
            self._hear()
            time.sleep(0.003)
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        if took > ANSWER_SECONDS:
            before = ", ".join(name for _, name, _ in self.began[-6:])
            self.problems.append(f"sent to {target} after {before}, the transport answered in {took:.1f} s: {seen}")

    def do_rest(self) -> None:
        time.sleep(1.0)

    def do_seek(self) -> None:
        for _ in range(int(self.random.integers(1, 10))):
            self.player.seek(self._frame())
            time.sleep(float(self.random.uniform(0, 0.05)))

    def do_loop(self) -> None:
        start = self._frame()
        self.player.loop(start, start + int(self.random.integers(0, 48000)))
        self.player.seek(start)
        time.sleep(0.5)

    def do_knob(self) -> None:
        for _ in range(20):
            self.player.set_knob(0, float(self.random.uniform(0, 0.4)), int(self.random.integers(2)))
            time.sleep(0.005)

    def do_snapshot(self) -> None:
        for slot in (0, 1):
            self.player.set_knob(0, float(self.random.uniform(0, 0.4)), slot)
        self.player.set_gain(float(self.random.uniform(-6, 0)))

    def do_pause(self) -> None:
        self.player.pause()
        time.sleep(0.1)

    def do_stop(self) -> None:
        self.player.stop()

    def do_scrub(self) -> None:
        place = self._frame()
        for _ in range(10):
            place += int(self.random.integers(-2000, 2000))
            self.player.scrub(max(0, place))
            time.sleep(0.02)
        self.player.scrub_end()

    def do_bypass(self) -> None:
        self.player.bypass(True)
        time.sleep(0.1)
        self.player.bypass(False)

    def do_levels(self) -> None:
        for name, choices in LEVELS.items():
            getattr(self.player, name)(float(self.random.choice(choices)))

    def do_limit(self) -> None:
        self.player.limit(-1.0 if self.random.random() < 0.5 else None)

    def do_automate(self) -> None:
        points = tuple((float(second), float(self.random.uniform(0, 0.4))) for second in range(5))
        self.player.automate({0: Lane(points=points)} if self.random.random() < 0.5 else {})

    def do_compare(self) -> None:
        for slot in self.random.integers(0, 2, 4):
            self.player.hear(int(slot))
            time.sleep(0.05)
        self.player.hear(0)

    def do_second(self) -> None:
        with self._swap("second model"):
            if self.random.random() < 0.5:
                self._load(1)
                self._wait("loaded", 20)
            else:
                self.player.unload_model(1)

    def do_swap(self) -> None:
        self._replace("model")

    def do_swap_with_a_spare(self) -> None:
        """As one who has listened for a while."""
        with contextlib.suppress(AssertionError):
            cards.wait_for(lambda: self.player._keeper.spare_is_ready, 15)
        self._replace("model with a spare" if self.player._keeper.spare_is_ready else "model")

    def _replace(self, how: str) -> None:
        with self._swap(how):
            self._load(0)
            self._wait("loaded", 20)

    def do_block(self) -> None:
        self._device(block=int(self.random.choice(BLOCKS)))

    def do_rate(self) -> None:
        self._device(sample_rate=int(self.random.choice(RATES)))

    def do_depth(self) -> None:
        self._device(depth=[None, 0, 2][int(self.random.integers(3))])

    def do_sound(self) -> None:
        with self._swap("device"):
            sound = self.sounds[int(self.player.status().sample_rate) or 48000]
            self.player.load_audio([sound, sound])
            self._wait("audio", 10)

    def do_unplug(self) -> None:
        with self._swap("device"):
            self.card.pull_out()
            self._wait("device", 10)
            time.sleep(0.3)
            self.card.pull_out(False)
            self.player.open_device(**self.device)
            self._wait("device", 10)

    def _device(self, **change) -> None:
        self.device |= change
        with self._swap("device"):
            self.player.open_device(**self.device)
            self._wait("device", 20)
            self._hear()

    @contextlib.contextmanager
    def _swap(self, what: str):
        """Something that may be heard: from here to a moment after its end."""
        start = now()
        yield
        time.sleep(SETTLED_NS / 1e9)
        end = now()
        self.listener.read()
        self.announced.append((start, end))
        self.silences.setdefault(what, []).append(self.listener.longest_silence_ms(start, end - SETTLED_NS // 4))

    def _load(self, slot: int) -> None:
        self.key += 1
        path = self.models[int(self.random.integers(len(self.models)))]
        self.player.load_model(path, f"model {self.key}", quiet=False, knobs=[0.2], slot=slot)

    def _wait(self, event: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._hear() == event:
                return
        self.problems.append(f"waited in vain for {event}")

    def _hear(self) -> str:
        """The next message, if there is one soon; a sound at another rate is given again as the window does."""
        with contextlib.suppress(queue.Empty):
            message = self.events.get(timeout=0.02)
            if message["event"] in ("failed", "gone"):
                self.problems.append(message["message"])
            if message["event"] == "audio" and not message["fits"]:
                self.player.load_audio([self.sounds[message["sample_rate"]]], message.get("position", 0))
            return message["event"]
        return ""

    def _told(self, late: Late) -> str:
        name, depth = next(((name, depth) for at, name, depth in reversed(self.began) if at <= late.due), ("start", 0))
        times = f"began after {late.began_after_ms} ms and ended after {late.ended_after_ms}"
        return f"{late.block} frames, D = {depth}, {name}: {times}"

    def _frame(self) -> int:
        return int(self.random.integers(0, FRAMES))

    def _weigh(self, minutes: float) -> None:
        mine = own_mb(os.getpid(), "Pss_Anon")  # each engine leaves a file of evidence that this process reads
        with contextlib.suppress(OSError, StopIteration):
            self.memory.append((minutes, sum(own_mb(pid) for pid in engines()), mine))

    def report(self, minutes: float) -> tuple[dict, list[str]]:
        """Figures, and the goals that were missed."""
        status = self.player.status()
        self.player.close()
        self.listener.close()
        cards.wait_for(lambda: not engines(), 5, "the engines to end") if engines() else None
        warm = min(3.0, minutes / 10)
        slopes = [slope([(row[0], row[column]) for row in self.memory if row[0] >= warm]) for column in (1, 2)]
        lost = self.listener.lost_outside(self.announced)
        figures = {
            "minutes": minutes, "operations": dict(self.done), "engines_mb_a_minute": slopes[0],
            "window_mb_a_minute": slopes[1], "engines_mb": [round(row[1]) for row in self.memory[::12]],
            "late_blocks": len(lost), "late_blocks_in_swaps": len(self.listener.lost) - len(lost),
            "late_blocks_told": [self._told(late) for late in lost],
            "standstills_of_the_machine": len(self.listener.pauses), "xruns_said": status.xruns,
            "longest_silence_ms": {what: round(max(each), 1) for what, each in self.silences.items()},
            "swaps": {what: len(each) for what, each in self.silences.items()}, "loudest": self.listener.loudest,
            "slowest_answer_s": round(self.slowest, 2), "left_over": len(engines()), "state": State(status.state).name,
        }  # fmt: skip
        missed = [f"{text}: {count} times" for text, count in Counter(self.problems).items()]
        missed += ["engine memory grows"] if (slopes[0] or 0) >= SLOPE_MB else []
        missed += ["window memory grows"] if (slopes[1] or 0) >= SLOPE_MB else []
        missed += [f"{len(lost)} late blocks"] if lost else []
        missed += [
            f"{what} swapped with {ms} ms of silence"
            for what, ms in figures["longest_silence_ms"].items()
            if what != "device" and ms > SILENCE_MS
        ]
        missed += ["too loud"] if self.listener.loudest > 1.0 or self.listener.nonsense else []
        missed += ["left-over engines"] if figures["left_over"] else []
        return figures, missed


def slope(points: list[tuple[float, float]]) -> float | None:
    """MB a minute through the least of each minute; None where there are fewer than three."""
    minutes = sorted({int(minute) for minute, _ in points})
    least = [min(mb for minute, mb in points if int(minute) == each) for each in minutes]
    return round(float(np.polyfit(minutes, least, 1)[0]), 3) if len(minutes) > 2 else None


def continuous(rate: int) -> np.ndarray:
    """A minute without a moment of silence."""
    at = np.arange(60 * rate)
    return np.tile(0.4 * np.sin(2 * np.pi * 440 * at / rate) + 0.05 * np.sin(2 * np.pi * 997 * at / rate), (2, 1))


def models(folder: Path) -> list[str]:
    """Made in other processes: torch stays out of this one."""
    script = "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]\n"
    script += "import cards, evil_models\nfolder = Path(sys.argv[1])\n"
    script += "cards.bench.make_model(str(folder / 'plain.pt'), 250.0)\n"
    script += "print(evil_models.save_evil('nothing', folder))"
    options = [str(folder), str(Path(cards.__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *options], capture_output=True, text=True, check=True
    )
    for channels in (1, 2):
        _capture(str(folder / "plain.pt"), channels, folder / f"plain{channels}.pt")
    return [done.stdout.strip(), str(folder / "plain1.pt"), str(folder / "plain2.pt")]


def fuzz(folder: Path, minutes: float, seed: int) -> list[str]:
    """Rounds of twenty seconds, each ending in play."""
    card = cards.FakeCard(cards.build_fake_card(folder), folder, Environment(), sharing="exclusive")
    archives = models(folder)[:1]
    sounds = [store(np.full((2, frames), 0.5, np.float32), 48000, folder, "fuzz") for frames in (480000, 4800)]
    problems: Counter[str] = Counter()
    end, round_ = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        told: queue.SimpleQueue = queue.SimpleQueue()
        player = Player(told.put, folders=[folder])
        player.start()
        hands = Fuzz(player, sounds, archives, folder)
        hands.run(seed + 100 * round_, 20)
        hands.recover()
        try:
            hands.wait_until_it_plays()
        except AssertionError as error:
            problems[f"round {round_}: {str(error)[:200]}"] += 1
        while not told.empty():
            message = told.get()
            if message["event"] == "gone" or message.get("about") == "engine":
                problems[message["message"]] += 1
        player.close()
        problems.update(hands.problems + check_card(card.played))
        print(f"round {round_}: {hands.done} commands", file=sys.stderr, flush=True)
        round_ += 1
    return [f"{text}: {count} times" for text, count in problems.items()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--card", choices=("shared", "exclusive"), default="shared")
    parser.add_argument("--no-spare", action="store_true")
    parser.add_argument("--fuzz", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        if wanted.fuzz:
            missed = fuzz(Path(name), wanted.minutes, wanted.seed)
        else:
            soak = Soak(Path(name), wanted.seed, wanted.card, not wanted.no_spare)
            soak.start()
            soak.run(wanted.minutes)
            figures, missed = soak.report(wanted.minutes)
            print(json.dumps(figures, indent=1))
    print("\n".join(missed) or "All goals met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
