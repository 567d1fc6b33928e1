"""The real-time engine beside the usual designs and a perfect C callback, on the bench's sound card: one table.

    python tests/benchmarks/engine.py                       about nine minutes
    python tests/benchmarks/engine.py --short               two minutes
    python tests/benchmarks/engine.py --long --results figures.jsonl --minutes 25
    python tests/benchmarks/engine.py --table --results figures.jsonl > docs/figures/engine.txt

Every cell starts one design in processes of its own through tests/peers/bench_rt.py: 48 kHz, a model that costs 30 % of
the block, limiter off, a window that computes, paints or holds the interpreter. What the card was given is the only
evidence; moments in which the machine itself stood still are left out, as the bench does. Where it is allowed the
pretended window runs at a low real-time priority, so that other users of the machine do not blur the picture.

With --results each finished cell is kept as a line; what is there already is not measured again, so the long form
(76 minutes) can be run in parts: --minutes ends one before the cell that would go beyond. The naive design has the
model in the callback of the window's process, the worker a thread beside that callback, two blocks ahead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cells import DESIGNS, FORMS, Cell
from figures import table

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "tests" / "peers" / "bench_rt.py"
PROBES = ROOT / "tests" / "benchmarks" / "probes.py"
SCENARIOS = ("through", "param", "bypass", "seek", "loss", "overload", "offline")
PATIENCE = 120  # s beyond what a cell should take

Row = dict[str, Any]


def measure(cell: Cell) -> Row:
    """One cell, in processes of its own; an error is a result too."""
    row = {"key": cell.key, "machine_load": round(os.getloadavg()[0], 1)}
    command = bench_command(cell) if cell.what in SCENARIOS else probe_command(cell)
    with tempfile.TemporaryDirectory(prefix="engine-") as folder:
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=os.environ | {"TMPDIR": folder}, capture_output=True, text=True,
                timeout=cell.expected_seconds + PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return row | {"error": "did not end"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return row | (json.loads(lines[-1]) if lines else {"error": (done.stderr or done.stdout)[-400:]})


def bench_command(cell: Cell) -> list[str]:
    options = {
        "engine": DESIGNS[cell.design], "scenario": cell.what, "load": cell.load, "block": cell.block,
        "depth": cell.depth, "secs": cell.seconds, "rt-gui": int(os.geteuid() == 0),
    }  # fmt: skip
    return [sys.executable, str(BENCH), *(f"--{name}={value}" for name, value in options.items())]


def probe_command(cell: Cell) -> list[str]:
    return [sys.executable, str(PROBES), cell.what, cell.load, str(cell.block), str(cell.depth), str(cell.seconds)]


def measured(cells: Iterable[Cell], known: dict[str, Row], minutes: float) -> Iterator[tuple[Cell, Row]]:
    """Those not known yet, until the time is up."""
    end = time.monotonic() + 60 * minutes
    for cell in cells:
        if cell.key in known:
            continue
        if time.monotonic() + cell.expected_seconds > end:
            print("The time is up; the same command goes on from here.", file=sys.stderr)
            return
        yield cell, measure(cell)


def read_results(path: Path | None) -> dict[str, Row]:
    """By key; a cell that failed counts as not measured."""
    if path is None or not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {row["key"]: row for row in rows if "error" not in row}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", dest="form", action="store_const", const="short", default="usual")
    form.add_argument("--long", dest="form", action="store_const", const="long")
    parser.add_argument("--results", type=Path, help="JSON lines: kept, and gone on from")
    parser.add_argument("--minutes", type=float, default=1e9, help="of this part")
    parser.add_argument("--only", default="", help="cells whose key has this in it")
    parser.add_argument("--table", action="store_true", help="print the table of --results, measure nothing")
    wanted = parser.parse_args()
    known = read_results(wanted.results)
    cells = {cell.key: cell for make in FORMS.values() for cell in make()}
    if not wanted.table:
        due = [cell for cell in FORMS[wanted.form]() if wanted.only in cell.key]
        for cell, row in measured(due, known, wanted.minutes):
            known[cell.key] = row
            print(f"{cell.key}: {row.get('error') or 'done'}", file=sys.stderr, flush=True)
            if wanted.results:
                with wanted.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
    found = [(cells[key], row) for key, row in known.items() if key in cells]
    text, all_met = table(found)
    print(f"$ python tests/benchmarks/engine.py{'' if wanted.form == 'usual' else ' --' + wanted.form}")
    print(text)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
