"""A JACK client of its own: plays noise into its output and writes down what comes back.

python jack_echo.py FOLDER    prints "ready"; for each line read it plays noise.npy and writes echo.npy, then "done"
"""

import sys
import threading
from pathlib import Path

import numpy as np
import sounddevice


def main(folder: Path) -> None:
    noise = np.load(folder / "noise.npy")
    heard = np.zeros(len(noise) + 9600, np.float32)
    at, playing, done = [0], threading.Event(), threading.Event()

    def callback(incoming, outgoing, frames, time, status):
        outgoing.fill(0.0)
        if not playing.is_set() or at[0] >= len(heard):
            return
        count = min(frames, len(heard) - at[0])
        heard[at[0] : at[0] + count] = incoming[:count, 0]
        rest = noise[at[0] : at[0] + frames]
        outgoing[: len(rest), 0] = rest
        at[0] += frames
        if at[0] >= len(heard):
            done.set()

    device = next(
        each["default_output_device"] for each in sounddevice.query_hostapis() if each["name"].startswith("JACK")
    )
    with sounddevice.Stream(device=device, samplerate=48000, channels=1, dtype="float32", callback=callback):
        print("ready", flush=True)
        for _ in sys.stdin:
            at[0] = 0
            done.clear()
            playing.set()
            done.wait(20)
            playing.clear()
            np.save(folder / "echo.npy", heard)
            print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
