"""Usual designs of audio programs in Python, as `tests/peers/bench_rt.py` drives them, to stand beside ours.

The bench itself brings the simplest (`naive`: the model in the callback of the window's process).
"""

from __future__ import annotations

import threading

import numpy as np


class Worker:
    """What careful programs do: a callback that only copies, and a thread of the same process that runs the model.

    Callback n publishes block n and plays block n - depth, or silence where that is not done yet. One semaphore wakes
    the thread; slots of a ring are owned by one side at a time, so there is no lock.
    """

    def __init__(self, model_path, block, samplerate, channels, depth=0):
        import sounddevice
        import torch

        self._depth = max(1, depth)
        self._slots = 4 * self._depth
        self._block, self._channels = block, channels
        self._in = np.zeros((self._slots, channels, block), np.float32)
        self._out = np.zeros((self._slots, channels, block), np.float32)
        self._asked = self._done = self.missed = 0
        self._gain, self._bypassed, self._ends = 1.0, False, False
        self._wake = threading.Semaphore(0)
        torch.set_num_threads(1)
        self._model = torch.jit.load(model_path).eval()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._stream = sounddevice.Stream(
            samplerate=samplerate, blocksize=block, channels=channels, dtype="float32", latency="low",
            callback=self._callback,
        )  # fmt: skip

    def start(self):
        ready = threading.Event()
        self._ready = ready
        self._thread.start()
        ready.wait(60)
        self._stream.start()

    def stop(self):
        self._stream.stop()
        self._stream.close()
        self._ends = True
        self._wake.release()
        self._thread.join()

    def stats(self):
        return {"latency": self._depth * self._block, "missed": self.missed}

    def set_param(self, index, value):
        self._gain = value

    def bypass(self, on):
        self._bypassed = on

    def _callback(self, incoming, outgoing, frames, time, status):
        number = self._asked
        self._in[number % self._slots] = incoming.T
        self._asked = number + 1
        self._wake.release()
        wanted = number - self._depth
        if 0 <= wanted < self._done:
            outgoing.T[:] = self._out[wanted % self._slots]
        else:
            self.missed += wanted >= 0
            outgoing.fill(0.0)

    def _work(self):
        import torch

        x = torch.zeros(1, self._channels, self._block)
        view = x.numpy()[0]
        with torch.inference_mode():
            for _ in range(30):
                self._model(x)
            self._ready.set()
            while True:
                self._wake.acquire()
                if self._ends:
                    return
                slot = self._done % self._slots
                view[:] = self._in[slot]
                made = view if self._bypassed else self._model(x)[0].numpy()
                np.multiply(made, self._gain, out=self._out[slot])
                self._done += 1
                while self._asked - self._done > self._slots - 1 - self._depth:  # too late to be heard: leave it out
                    self._wake.acquire()
                    self._out[self._done % self._slots] = 0.0
                    self._done += 1
