"""Sound cards for tests: one of our own with a perfect memory, and a real sound server.

The card of our own is the bench's, patched (card_source.py) so that it plays longer than its memory, can be held by one
process alone or by several at once, and has whims. Who holds it is decided when a `FakeCard` is made:

    FakeCard(library, folder, patch)                       one engine at a time, as most tests want it
    FakeCard(library, folder, patch, sharing="exclusive")  whoever opens it while another has it: Device unavailable
    FakeCard(library, folder, patch, sharing="shared")     each process plays; `heard` is the sum of all `streams`
    FakeCard(..., rates=(96000,), channels=(8,))           streams of any other rate or channel count are refused

In the shared form all processes are called at the same moments and hear the same microphone, as with JACK or PipeWire.
Pulling the card out takes it from all of them. A process that is killed lets go of it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import time
import uuid
from pathlib import Path

import numpy as np
from card_source import card_source

PEER = Path(__file__).parents[1] / "peers" / "bench_rt.py"
spec = importlib.util.spec_from_file_location("bench_rt", PEER)
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)

WHEN_STOPPED = {"ends": 0, "vanishes": 1, "blocks": 2}
MICROPHONE = {"ramp": 0, "sine": 1, "impulses": 2, "noise": 3}
RAMP = 1 << 22  # the microphone's ramp has this many steps between 0 and 1


def wait_for(condition, seconds=20.0, what="it"):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)
    return found


class FakeCard:
    """A stand-in for PortAudio that keeps every sample; children of this process find it.

    Args:
        library: folder of the compiled card.
        folder: for the evidence.
        patch: has `setenv`.
        sharing: "one", "exclusive" or "shared", see above.
        rates, channels: those that can be opened; empty: all rates, 1 or 2 channels.
    """

    def __init__(self, library: Path, folder: Path, patch, sharing="one", rates=(), channels=()) -> None:
        self._path = folder / "card"
        self.evidence = np.memmap(self._path, bench.layout(), "w+", shape=1)[0]
        patch.setenv("LD_LIBRARY_PATH", f"{library}:{os.environ.get('LD_LIBRARY_PATH', '')}")
        patch.setenv("FAKEPA_FILE", str(self._path))
        patch.setenv("STUDIO_SOUND_PATHS", str(folder))  # an engine is locked in
        patch.setenv("FAKEPA_SHARING", sharing)
        patch.setenv("FAKEPA_RATES", ",".join(str(rate) for rate in rates))
        patch.setenv("FAKEPA_CHANNELS", ",".join(str(count) for count in channels))

    def listen(self, what):
        self.evidence["in_mode"] = MICROPHONE[what]

    def pull_out(self, gone=True):
        self.evidence["kill_device"] = int(gone)

    def refuse_to_start(self, *devices):
        """These, by number, can be opened and not started."""
        self.evidence["spare"][1] = sum(1 << each for each in devices)

    def when_stopped(self, what):
        """What happens when a stream is stopped: "ends", "vanishes" or "blocks" (for three seconds, then vanishes)."""
        self.evidence["spare"][0] = WHEN_STOPPED[what]

    def wait_for_frames(self, frames):
        target = int(self.evidence["recn"]) + frames
        wait_for(lambda: int(self.evidence["recn"]) >= target, 10 + frames / 24000, f"{frames} frames")

    def wait_for_level(self, level, frames=2400):
        """Until a constant sound has come out at this level for a while."""
        wait_for(lambda: np.count_nonzero(self.played == np.float32(level)) > frames, 20, f"the level {level}")

    @property
    def played(self):
        """All that reached the left loudspeaker, of the last two minutes."""
        return last_samples(self.evidence, "played")

    @property
    def received(self):
        """What the callbacks of the last two minutes gave, without the silence of those that came too late."""
        evidence, calls = self.evidence, int(self.evidence["calls"])
        assert calls <= bench.MAXCB and evidence["recn"] <= bench.REC, "the card has forgotten the start"
        ends = np.append(evidence["at"][1:calls], evidence["recn"])
        blocks = (ends - evidence["at"][:calls]) // (evidence["flags"][:calls] + 1)
        pieces = [evidence["played"][end - block : end] for end, block in zip(ends, blocks, strict=True)]
        return np.concatenate(pieces)

    @property
    def streams(self):
        """Evidence of each process that has played, by process id; for a shared card."""
        found = {}
        for path in self._path.parent.glob(f"{self._path.name}.*[0-9]"):
            evidence = np.memmap(path, bench.layout(), "r", shape=1)[0]
            if evidence["calls"] > 0:
                found[int(path.suffix[1:])] = evidence
        return found

    @property
    def heard(self):
        """The sum of what all processes play, `[frames]` from the first callback of any; for a shared card."""
        pieces = [piece for evidence in self.streams.values() for piece in _placed(evidence)]
        start = min(at for at, _ in pieces)
        total = np.zeros(max(at + len(sound) for at, sound in pieces) - start, np.float32)
        for at, sound in pieces:
            total[at - start : at - start + len(sound)] += sound
        return total

    def judge(self, scenario, block, events=(), skip_seconds=1.5):
        """The bench's own verdict; blocks in which the whole machine stood still are left out."""
        return bench.analyse(self.evidence, {"events": list(events)}, scenario, block, skip_seconds)


def last_samples(evidence, what, since=0):
    """What the card has `played` (or its `mic`) from frame `since` on, as far as it remembers."""
    until = int(evidence["recn"])
    since = max(since, until - bench.REC + 16384)
    return np.take(evidence[what], np.arange(since, until), mode="wrap")


def _placed(evidence):
    """The blocks of one stream on the clock that all share: (frame, samples)."""
    calls = min(int(evidence["calls"]), bench.MAXCB)
    ends = np.append(evidence["at"][1:calls], evidence["recn"])
    times = np.round(evidence["t_due"][:calls] * 1e-9 * evidence["rate"]).astype(np.int64)
    return [
        (int(time), evidence["played"][first:end].copy())
        for time, first, end in zip(times, evidence["at"][:calls], ends, strict=True)
    ]


def build_fake_card(folder: Path) -> Path:
    """Compile it. Without a C compiler this fails: audio that is not tested counts as broken."""
    source = folder / "fakepa.c"
    source.write_text(card_source(bench.FAKEPA_C))
    options = ["-O2", "-shared", "-fPIC", "-pthread", "-w", "-Wl,-soname,libportaudio.so.2"]
    subprocess.run(["cc", *options, "-o", folder / "libportaudio.so.2", source, "-lm"], check=True)
    return folder


@contextlib.contextmanager
def jack_server(block: int, folder: Path, patch):
    """A dummy JACK server of our own at 48 kHz, found by children through its name."""
    name = f"studio{uuid.uuid4().hex[:8]}"
    for key, value in {
        "JACK_NO_AUDIO_RESERVATION": "1",
        "JACK_NO_START_SERVER": "1",
        "JACK_DEFAULT_SERVER": name,
    }.items():
        patch.setenv(key, value)
    can_be_realtime = subprocess.run(["chrt", "-f", "10", "true"], capture_output=True, check=False).returncode == 0
    urgency = ["-R", "-P70"] if can_be_realtime else ["-r"]
    command = ["jackd", "-n", name, *urgency, "-d", "dummy", "-C", "2", "-P", "2", "-r", "48000", "-p", str(block)]
    log = folder / "jackd.log"
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        try:
            wait_for(lambda: jack("jack_lsp", "-s", name), 10, f"jackd: {log.read_text()}")
            yield name
        finally:
            server.terminate()


def jack(*command):
    """Output of a JACK tool, or None while it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout if done.returncode == 0 else None


def steadiness(played, hertz=997.0, rate=48000):
    """Peak of what a steady sine does not explain, in dB: clicks and steep ramps."""
    w = 2 * np.pi * hertz / rate
    sound = played.astype(np.float64)
    rest = sound[2:] - 2 * np.cos(w) * sound[1:-1] + sound[:-2]
    return 20 * np.log10(max(float(np.abs(rest).max()), 1e-9))
