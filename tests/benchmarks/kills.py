"""Kill every writer at many moments, and the whole app while somebody works in it, and look at what is left.

    python tests/benchmarks/kills.py writers --points 1000      # each writer; goes on where it was stopped
    python tests/benchmarks/kills.py app --kills 50             # the real window, edits, saves, undo

A writer dies at its k-th call into C (write, fsync, rename, …), for k along all of its way, or after a random time,
which also falls into the middle of a call. SIGKILL leaves what the system was given: for power cuts see power_cut.py.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from killed_writers import WRITERS

RESULTS = Path(tempfile.gettempdir()) / "studio-kills.jsonl"
STEPS_MOST = 200_000


def child(work, step=None, seconds=None):
    """Fork, work, and die at the step or after the time. True where it was killed before it was done."""
    pid = os.fork()
    if pid == 0:
        if step is not None:
            sys.setprofile(_dying_at(step))
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _dying_at(step):
    left = [step]

    def watch(_frame, event, _argument):
        if event in ("c_call", "c_return"):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return watch


def steps_of(work):
    """How many calls into C, and returns from them, the work makes."""
    low, high = 1, 64
    while child(work, high) and high < STEPS_MOST:
        low, high = high, high * 4
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if child(work, middle) else (low, middle)
    return low


def moments(make, points, seed):
    """(step, seconds) of each kill: every step or an even choice of them for half, random times for the rest."""
    rng = random.Random(seed)
    with make() as writer:
        steps = steps_of(writer.write)
    with make() as writer:
        started = time.perf_counter()
        child(writer.write)
        whole = time.perf_counter() - started
    half = points // 2
    chosen = sorted(rng.sample(range(steps), half)) if steps > half else list(range(steps))
    return [(step, None) for step in chosen] + [(None, rng.uniform(0, whole)) for _ in range(points - len(chosen))]


def kill_writer(name, points, seed, known=(), report=lambda *_: None):
    """What was found after each kill, counted: old, new, torn, missing. `known` are results of an earlier run."""
    make, seen = WRITERS[name], Counter(known)
    for step, seconds in moments(make, points, seed)[len(known) :]:
        with make() as writer:
            child(writer.write, step, seconds)
            found = writer.judge()
        seen[found] += 1
        report(found)
    return seen


def run_writers(points, seed, results):
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    bad = 0
    with results.open("a") as file:
        for name in WRITERS:
            key = [name, points, seed]
            known = [row[3] for row in rows if row[:3] == key]

            def report(found, key=key):
                file.write(json.dumps([*key, found]) + "\n")
                file.flush()

            seen = kill_writer(name, points, seed, known, report)
            bad += seen["torn"] + seen["missing"]
            print(f"{name:10} {sum(seen.values())} kills: {dict(seen)}", flush=True)
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["writers", "app"])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where a stopped run goes on")
    args = parser.parse_args()
    if args.what == "writers":
        sys.exit(bool(run_writers(args.points, args.seed, args.results)))
    from killed_app import run_app

    sys.exit(run_app(args.kills, args.seed, args.results))


if __name__ == "__main__":
    main()
