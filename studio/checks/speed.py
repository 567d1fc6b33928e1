"""Is it fast enough to be played, at which block sizes and rates?"""

from __future__ import annotations

import torch

from studio.checks.asking import positions_of
from studio.checks.timing import Times, measure_times
from studio.document.check import Check, Plot, Series
from studio.wrappers.captured import Captured
from studio.wrappers.stream import open_stream
from studio.wrappers.torchscript import ScriptModule

TITLE = "It is faster than real time"
HOST_BLOCK = 512
BLOCKS = (32, 64, 128, 256, 512, 1024, 2048)
RATES = (44100, 48000, 96000)
CALLS, EACH = 40, 0.05  # calls, and seconds that one block size at one rate may take
JUDGED_CALLS, JUDGED = 200, 1.0  # of the one that counts


def check_speed(captured: Captured, sample_rate: int) -> Check:
    """Seconds of sound for one second of computing in its Stream; the median at the host's block is judged."""
    stream = open_stream(captured)
    judged = time_stream(captured, stream, sample_rate, HOST_BLOCK, JUDGED_CALLS, JUDGED)
    factor = round(HOST_BLOCK / sample_rate / judged.median, 2)
    plot = _plot(captured, stream, sample_rate)
    room = HOST_BLOCK / sample_rate
    said = f"Worst of blocks of {HOST_BLOCK}: {1000 * judged.worst:.2f} ms of {1000 * room:.2f} ms"
    said += f" (99 % within {1000 * judged.p99:.2f} ms)."
    fast = [str(int(size)) for size, share in zip(plot.series[0].x, plot.series[0].y, strict=True) if share >= 2]
    if factor >= 2:
        said += f" Smallest block twice as fast as real time: {fast[0]}." if fast else ""
        return Check(id="speed", verdict="pass", value=factor, unit="x", title=TITLE, advice=said, plot=plot)
    words = "is slower than real time" if factor < 1 else "leaves little room"
    way = f"use blocks of {fast[0]}" if fast else "use a smaller model"
    advice = f"At blocks of {HOST_BLOCK} samples it {words}: {way}. {said}"
    return Check(id="speed", verdict="warn", value=factor, unit="x", title=TITLE, advice=advice, plot=plot)


def time_stream(
    captured: Captured, stream: ScriptModule, rate: int, block: int, calls: int = CALLS, longest: float = EACH
) -> Times:
    """Times of one host block. A model of fixed blocks makes some calls dear and the others cheap."""
    stream.prepare(rate, block)
    params = torch.tensor(positions_of(captured)).reshape(-1, 1).repeat(1, block)
    audio = torch.randn(captured.call.channels_in, block, generator=torch.Generator().manual_seed(0)) * 0.1
    with torch.inference_mode():
        return measure_times(lambda: stream(audio, params), calls, longest)


def _plot(captured: Captured, stream: ScriptModule, own: int) -> Plot:
    """Times real time over block size; the model's own rate first. The median of all, spread over whole calls."""
    lines = []
    for rate in dict.fromkeys((own, *RATES)):
        factors = []
        for block in BLOCKS:
            times = time_stream(captured, stream, rate, block)
            factors.append(round(block / rate / max(times.median, 1e-9), 2))
        lines.append(Series(name=f"{rate / 1000:g} kHz", x=tuple(float(block) for block in BLOCKS), y=tuple(factors)))
    return Plot(x_label="block (samples)", y_label="times real time", series=tuple(lines), log_x=True)
