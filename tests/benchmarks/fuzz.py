"""Thousands of damaged models and sounds through the app's own doors: nothing may die, every file ends in a sentence.

    python tests/benchmarks/fuzz.py --models 10000 --audio 10000 [--seed 1] [--results FILE.jsonl] [--minutes M]
    python tests/benchmarks/fuzz.py --results FILE.jsonl --table

Resumes: cases that stand in the results are not tried again. One long-lived process stands for the window; models are
opened in children forked from one parent that holds torch, each locked in to its own file. Exits with 1 if anything
died, raised what is no sentence, changed without a word, or took the window's process to 1 GiB.
"""

from __future__ import annotations

import argparse
import collections
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fuzz_seeds import make_sounds

HERE = Path(__file__).parent
MOST_MB = 1024
QUIET_SECONDS = 150  # without a new line: the window hangs
CHUNK = 500
ENDS = {
    "opened": "opened",
    "looked at": "recognised (kinds that are not opened)",
    "sentence": "a sentence before anything was opened",
    "sentence of the job": "a sentence of the job",
    "job ended": "the job died or hung, and a sentence said so",
    "FAULT": "FAULTS: raised something else",
    "DIED": "FAULTS: the window's process died or hung",
}


def make_seeds(folder: Path) -> dict[str, Path]:
    """The honest files; those of models by a process that may hold torch."""
    seeds = {"models": folder / "models", "audio": folder / "audio"}
    if not seeds["models"].exists():
        subprocess.run([sys.executable, HERE / "fuzz_seeds.py", seeds["models"]], check=True, capture_output=True)
    if not seeds["audio"].exists():
        make_sounds(seeds["audio"])
    return seeds


def read(results: Path) -> list[dict[str, Any]]:
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def go_through(what: str, asked: argparse.Namespace, seeds: Path, work: Path, until: float) -> None:
    """Give the window the cases that are left, and start another one where it dies."""
    done = {row["case"] for row in read(asked.results) if (row["what"], row["seed"]) == (what, asked.seed)}
    left = [case for case in range(getattr(asked, what)) if case not in done]
    while left and time.monotonic() < until:
        cases = work / f"{what}.cases"
        cases.write_text(" ".join(map(str, left[:CHUNK])))
        inside = Path(tempfile.mkdtemp(dir=work))
        words = [sys.executable, HERE / "fuzz_doors.py", what, str(asked.seed), seeds, inside, cases, asked.results]
        window = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        died = watch(window, asked.results, until)
        if died:
            now = cases.with_suffix(".now")
            if not now.exists():
                sys.exit(f"the window could not be started: {died}")
            case = int(now.read_text())
            row = {"what": what, "seed": asked.seed, "case": case, "file": "?", "end": "DIED", "said": died}
            with asked.results.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
        done = {row["case"] for row in read(asked.results) if (row["what"], row["seed"]) == (what, asked.seed)}
        left = [case for case in left if case not in done]


def watch(window: subprocess.Popen[bytes], results: Path, until: float) -> str:
    """Wait for the window's end. Returns: how it died; empty where it came to its end or time was up."""
    grown, size = time.monotonic(), -1
    while window.poll() is None:
        time.sleep(0.1)
        now = results.stat().st_size if results.exists() else 0
        if now != size:
            grown, size = time.monotonic(), now
        if time.monotonic() > until:
            window.kill()
            window.wait()
            return ""
        if time.monotonic() - grown > QUIET_SECONDS:
            window.kill()
            window.wait()
            return "it hung"
    code = window.returncode
    return "" if code == 0 else signal.Signals(-code).name if code < 0 else f"it ended with code {code}"


def table(rows: list[dict[str, Any]]) -> str:
    """What came of it, in columns."""
    kinds = sorted({row["what"] for row in rows}, reverse=True)
    of = {what: [row for row in rows if row["what"] == what] for what in kinds}
    lines = [f"{'':52}" + "".join(f"{what:>10}" for what in kinds)]

    def line(title: str, cells: list[object]) -> None:
        lines.append(f"{title:52}" + "".join(f"{cell!s:>10}" for cell in cells))

    line("damaged files", [len(of[what]) for what in kinds])
    for end, title in ENDS.items():
        line(title, [sum(row["end"] == end for row in of[what]) for what in kinds])
    for flip, title in (("reported", "bits flipped in archives: reported"), ("harmless", "  all members as they were"),
                        ("SILENT", "  SILENT: other members, no word")):  # fmt: skip
        line(title, [sum(row.get("flip") == flip for row in of[what]) for what in kinds])
    line("largest memory of the window's process, MB", [most(of[what], "window_mb") for what in kinds])
    line("largest memory of a job, MB", [most(of[what], "job_mb") or "" for what in kinds])
    line("longest file, s", [most(of[what], "seconds") for what in kinds])
    line(
        "jobs, each locked in to its file", [sum(row.get("job_mb", 0) > 0 for row in of[what]) or "" for what in kinds]
    )
    names = collections.Counter((row["what"], row["file"]) for row in rows)
    walls = sorted({row["wall"] for row in rows if row.get("job_mb")})
    lines += ["", f"the lock: {', '.join(walls)}"] if walls else []
    lines += ["", "by file: " + ", ".join(f"{name} {count}" for (_, name), count in sorted(names.items()))]
    return "\n".join(lines)


def most(rows: list[dict[str, Any]], key: str) -> Any:
    return max((row.get(key, 0) for row in rows), default=0)


def faults(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that must not be."""
    return [
        row for row in rows
        if row["end"] in ("FAULT", "DIED") or row.get("flip") == "SILENT" or row.get("window_mb", 0) >= MOST_MB
    ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=0)
    parser.add_argument("--audio", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=Path("fuzz.jsonl"))
    parser.add_argument("--minutes", type=float, default=10_000)
    parser.add_argument("--seeds", type=Path, help="folder that keeps the honest files")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        seeds = make_seeds(asked.seeds or Path(folder) / "seeds") if asked.models or asked.audio else {}
        for what in seeds:
            go_through(what, asked, seeds[what], Path(folder), until)
    rows = read(asked.results)
    if asked.table:
        print(table(rows))
    wrong = faults(rows)
    for row in wrong[:20]:
        print(json.dumps(row))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
