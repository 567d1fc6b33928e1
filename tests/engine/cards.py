"""Sound cards for tests: one of our own with a perfect memory, and a real sound server."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import time
import uuid
from pathlib import Path

import numpy as np

PEER = Path(__file__).parents[1] / "peers" / "bench_rt.py"
spec = importlib.util.spec_from_file_location("bench_rt", PEER)
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)

MICROPHONE = {"ramp": 0, "sine": 1, "impulses": 2, "noise": 3}
RAMP = 1 << 22  # the microphone's ramp has this many steps between 0 and 1


def wait_for(condition, seconds=20.0, what="it"):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)
    return found


class FakeCard:
    """A stand-in for PortAudio that keeps every sample; children of this process find it."""

    def __init__(self, library: Path, folder: Path, patch) -> None:
        path = folder / "card"
        self.evidence = np.memmap(path, bench.layout(), "w+", shape=1)[0]
        patch.setenv("LD_LIBRARY_PATH", f"{library}:{os.environ.get('LD_LIBRARY_PATH', '')}")
        patch.setenv("FAKEPA_FILE", str(path))

    def listen(self, what):
        self.evidence["in_mode"] = MICROPHONE[what]

    def pull_out(self, gone=True):
        self.evidence["kill_device"] = int(gone)

    def wait_for_frames(self, frames):
        target = int(self.evidence["recn"]) + frames
        wait_for(lambda: int(self.evidence["recn"]) >= target, 10 + frames / 24000, f"{frames} frames")

    def wait_for_level(self, level, frames=2400):
        """Until a constant sound has come out at this level for a while."""
        wait_for(lambda: np.count_nonzero(self.played == np.float32(level)) > frames, 20, f"the level {level}")

    @property
    def played(self):
        """All that reached the left loudspeaker."""
        return self.evidence["played"][: int(self.evidence["recn"])].copy()

    def judge(self, scenario, block, events=(), skip_seconds=1.5):
        """The bench's own verdict; blocks in which the whole machine stood still are left out."""
        return bench.analyse(self.evidence, {"events": list(events)}, scenario, block, skip_seconds)


def build_fake_card(folder: Path) -> Path:
    """Compile it. Without a C compiler this fails: audio that is not tested counts as broken."""
    source = folder / "fakepa.c"
    source.write_text(bench.FAKEPA_C)
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
