"""Time a captured wrapper bare and inside its Stream."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from studio.checks.every import ANY_RATE
from studio.checks.timing import measure_times, time_calls
from studio.errors import ModelError
from studio.wrappers.captured import Captured, load_captured
from studio.wrappers.stream import open_stream
from studio.wrappers.torchscript import ScriptModule

BLOCKS = (64, 128, 256, 512, 1024, 2048)
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.checking.bench_model`: one row for each block size."""
    captured = load_captured(Path(request["captured"]))
    if captured.call.labels:
        raise ModelError("A labeller is not called block by block.", "Use studio check to see whether it works.")
    own = captured.call.sample_rates[0] if captured.call.sample_rates else ANY_RATE
    rate = int(request["sample_rate"] or own)
    stream = open_stream(captured)
    rows = []
    with torch.inference_mode():
        for number, block in enumerate(BLOCKS):
            report(number / len(BLOCKS), f"Timing blocks of {block} samples")
            rows.append(_row(captured, stream, rate, block))
    return {"rows": rows, "sample_rate": rate}


def _row(captured: Captured, stream: ScriptModule, rate: int, block: int) -> dict[str, Any]:
    """Costs of one host block in µs; a model of fixed blocks is counted by its share of one."""
    stream.prepare(rate, block)
    params = torch.zeros(len(captured.numeric), block)
    audio = torch.randn(captured.call.channels_in, block) * 0.1
    times = measure_times(lambda: stream(audio, params))
    wrapped = times.median
    bare = _bare(captured, stream, rate, block)
    return {
        "block": block,
        "bare_us": round(1e6 * bare, 1),
        "wrapped_us": round(1e6 * wrapped, 1),
        "p99_us": round(1e6 * times.p99, 1),
        "worst_us": round(1e6 * times.worst, 1),
        "overhead_us": round(1e6 * (wrapped - bare), 1),
        "latency_samples": int(stream.latency()),
        "realtime_factor": round(block / rate / max(wrapped, 1e-9), 2),
    }


def _bare(captured: Captured, stream: ScriptModule, rate: int, block: int) -> float:
    """Seconds that the model alone takes for the sound of one host block."""
    own = int(stream.block) or max(1, block * int(stream.model_rate) // rate)
    audio = torch.randn(captured.call.channels_in, own) * 0.1
    params = torch.zeros(len(captured.numeric), own)
    median = time_calls(lambda: captured.module(audio, params))
    return median * (block / rate) / (own / int(stream.model_rate))
