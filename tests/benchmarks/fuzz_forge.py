"""The parent that holds torch on one thread, and forks a child for each file: a job then starts in milliseconds.

One JSON line comes in, `{"request", "seconds"}`; one goes out: the last message that a child of `studio.link` would
have sent, or `{"died": code}`, or `{"late": seconds}`; always with the most memory of the child, which locks itself in
by the same function as those of `studio.link`, before it looks at the file.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import sys
import warnings
from typing import Any

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"  # before torch: a second thread would be outside the lock

import torch  # noqa: E402
import torch._dynamo  # noqa: E402
import torch._export.serde.serialize  # noqa: E402 - for a .pt2: 1.5 s in each child otherwise

from studio.jobs import probe  # noqa: E402
from studio.link.child import LOCK, shut_in, told  # noqa: E402
from studio.link.lock.limits import limit_memory  # noqa: E402

ADDRESS_SPACE = 8 << 30  # as `Limits` gives
LONGEST = 1 << 20


def serve() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    gc.freeze()  # a child that collects would copy every page of torch
    for line in sys.stdin:
        answers.write(json.dumps(forked(json.loads(line))) + "\n")
        answers.flush()


def forked(asked: dict[str, Any]) -> dict[str, Any]:
    """Run one request in a child that locks itself in, and wait for its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(asked, writing)
    os.close(writing)
    text, late = _answer(reading, asked["seconds"])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL) if late else None
    _, status, usage = os.wait4(child, 0)
    answer: dict[str, Any] = {"peak_mb": usage.ru_maxrss >> 10}
    if late:
        return {**answer, "late": asked["seconds"]}
    with contextlib.suppress(ValueError):
        return {**answer, **json.loads(text)}
    return {**answer, "died": os.waitstatus_to_exitcode(status)}


def _answer(reading: int, seconds: float) -> tuple[bytes, bool]:
    text = b""
    try:
        while select.select([reading], [], [], seconds)[0]:
            part = os.read(reading, LONGEST)
            text += part
            if not part or len(text) > LONGEST:
                return text, False
        return text, True
    finally:
        os.close(reading)


def _child(asked: dict[str, Any], writing: int) -> None:
    """Never comes back."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        request = asked["request"]
        limit_memory(ADDRESS_SPACE)
        shut_in(request.pop(LOCK))
        said = {"result": bool(probe.run(request, lambda progress, step: None))}
    except BaseException as error:  # foreign code may raise SystemExit
        said = told(error)
    with contextlib.suppress(OSError):
        os.write(writing, json.dumps(said).encode())
    os._exit(0)


if __name__ == "__main__":
    serve()
