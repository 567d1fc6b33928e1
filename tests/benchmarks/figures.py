"""The table of `engine.py`: each figure of the issue with its goal, and what each design reached."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cells import Cell

Found = Sequence[tuple[Cell, dict[str, Any]]]
Verdict = bool | None  # None: there is nothing to judge
COLUMNS = ("figure", "goal", "ours", "naive", "worker", "C control", "")
DESIGNS = ("ours", "naive", "worker", "control")
MS_A_BLOCK = 128 / 48
CALLBACK = "callback beside bare model, 128 stereo"


class Figures:
    """All results, asked one by one."""

    def __init__(self, found: Found) -> None:
        self._found = [(cell, row) for cell, row in found if "error" not in row]

    def of(self, design: str, what: str, **where: Any) -> list[dict[str, Any]]:
        return [
            row
            for cell, row in self._found
            if (cell.design, cell.what) == (design, what)
            and all(getattr(cell, name) == value for name, value in where.items())
        ]

    def drops(self, design: str, **where: Any) -> tuple[int, float] | None:
        """Drop-outs, and minutes of sound in which the machine ran."""
        rows = self.of(design, "through", **where)
        if not rows:
            return None
        return sum(row["dropouts"] for row in rows), sum(row["clean_s"] for row in rows) / 60


def table(found: Found) -> tuple[str, bool]:
    """As text, and whether every figure that was measured met its goal."""
    figures = Figures(found)
    rows = [make(figures) for make in (*(_drops(*each) for each in ((128, 0), (64, 2), (256, 0), (512, 0))), *ROWS)]
    shown = [COLUMNS, *([*row[:-1], _said(row[-1])] for row in rows)]
    widths = [max(len(str(line[column])) for line in shown) for column in range(len(COLUMNS))]
    lines = ["  ".join(str(text).ljust(width) for text, width in zip(line, widths, strict=True)) for line in shown]
    lines += ["", *_notes(figures, found), machine()]
    return "\n".join(line.rstrip() for line in lines), all(row[-1] is not False for row in rows)


def machine() -> str:
    """What it was measured on."""
    cpu = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
    return f"{os.cpu_count()} × {names[0] if names else platform.machine()}, {platform.system()} {platform.release()}"


def _notes(figures: Figures, found: Found) -> list[str]:
    loads = [row["machine_load"] for _, row in found if "machine_load" in row]
    notes = [f"{cell.key}: {row['error'].strip().splitlines()[-1][:100]}" for cell, row in found if "error" in row]
    spare = [row["spare_mb"] for what in ("killed", "crashed") for row in figures.of("ours", what) if row["spare_mb"]]
    if spare:
        notes.append(f"The spare engine takes {max(spare):.0f} MB of its own (proportional set size).")
    if loads:
        notes.append(f"Drop-outs / minutes; load of the machine {min(loads)} to {max(loads)} when a cell began.")
    return notes


def _said(verdict: Verdict) -> str:
    return "" if verdict is None else "met" if verdict else "NOT MET"


def _counted(drops: tuple[int, float] | None) -> str:
    return "" if drops is None else f"{drops[0]} / {drops[1]:.1f}"


def _drops(block: int, depth: int) -> Callable[[Figures], tuple[Any, ...]]:
    def row(figures: Figures) -> tuple[Any, ...]:
        ours = figures.drops("ours", block=block, depth=depth)
        others = [_counted(figures.drops(design, block=block)) for design in DESIGNS[1:]]
        met = None if ours is None else ours[0] == 0
        return f"drop-outs at {block} frames, D = {depth}", "0", _counted(ours), *others, met

    return row


def _drops_beside_c(figures: Figures) -> tuple[Any, ...]:
    """Rates under the loads that both had; a drop-out more or less is chance."""
    found = {design: figures.drops(design, block=64, depth=0) for design in ("ours", "naive", "control")}
    worker, met = figures.drops("worker", block=64), None
    if found["ours"] and found["control"]:
        (drops, minutes), (unavoidable, watched) = found["ours"], found["control"]
        met = drops <= 2 * unavoidable * minutes / max(watched, 1e-9)
    shown = (_counted(found["ours"]), _counted(found["naive"]), _counted(worker), _counted(found["control"]))
    return "drop-outs at 64 frames, D = 0", "≤ 2 × C", *shown, met


def _overhead(what: str, load: str, title: str) -> Callable[[Figures], tuple[Any, ...]]:
    def row(figures: Figures) -> tuple[Any, ...]:
        rows, shown, usual, met = figures.of("ours", what, load=load, block=128), "", "", None
        if rows:
            over, ratio, others = (min(row[name] for row in rows) for name in ("over_us", "ratio", "usual_over_us"))
            shown, usual = f"{over:.0f} µs ({ratio:.3f} ×)", f"{others:.0f} µs"
            met = over <= 50 if title == CALLBACK else None
        return title, "≤ 50 µs" if title == CALLBACK else "", shown, usual, "", "", met

    return row


def _too_long(figures: Figures) -> tuple[Any, ...]:
    """Machines that slow down make the model itself too slow; the C control waits for a clock, and does not notice."""
    rows = [row["too_long"] for row in figures.of("ours", "overhead_live", block=64)]
    ours, usual, bare = (f"{sum(each) / len(rows):.1f}" for each in zip(*rows, strict=True)) if rows else ("",) * 3
    title = f"calls longer than 64 frames, of 10 000{f'; bare model: {bare}' if bare else ''}"
    return title, "", ours, usual, "", "", None


def _offline(figures: Figures) -> tuple[Any, ...]:
    shown = {}
    for design in ("ours", "naive"):
        rows = figures.of(design, "offline")
        shown[design] = min(row["ratio"] for row in rows) if rows else None
    ours, naive = shown["ours"], shown["naive"]
    met = None if ours is None else ours <= 1.05
    return (
        "offline cost over the bare model",
        "≤ 1.05 ×",
        _number(ours, "{:.3f} ×"),
        _number(naive, "{:.3f} ×"),
        "",
        "",
        met,
    )


def _exact(figures: Figures) -> tuple[Any, ...]:
    rows = figures.of("ours", "exact")
    met = all(row["exact"] for row in rows) if rows else None
    return "offline = live", "bit-exact", "" if met is None else "bit-exact" if met else "differs", "", "", "", met


def _latency(figures: Figures) -> tuple[Any, ...]:
    shown, good = dict.fromkeys(DESIGNS, ""), []
    for design in DESIGNS:
        rows = figures.of(design, "through")
        found = {row["engine_latency_frames"] / row["block"] if row["latency_const"] else None
                 for row in rows if "engine_latency_frames" in row}  # fmt: skip
        steady = sorted(blocks for blocks in found if blocks is not None)
        shown[design] = ", ".join([*(f"{blocks:g}" for blocks in steady), *(["varies"] if None in found else [])])
    for row in figures.of("ours", "through"):
        frames = row.get("engine_latency_frames")
        good.append(row.get("latency_const") and frames == row["depth"] * row["block"] == row["stats"]["latency"])
    met = all(good) if good else None
    return "added latency = reported = measured", "D blocks", *shown.values(), met


def _knob(depth: int) -> Callable[[Figures], tuple[Any, ...]]:
    def row(figures: Figures) -> tuple[Any, ...]:
        goal, shown, met = (depth + 3) * MS_A_BLOCK + 2, [], None
        for design in ("ours", "naive", "worker"):
            rows = figures.of(design, "param", depth=depth)
            rows = [row["knob_to_ear_ms"] for row in rows if row.get("knob_to_ear_ms")]
            shown.append(f"{max(row['max'] for row in rows):.1f} ms" if rows else "")
            if rows and design == "ours":
                met = max(row["max"] for row in rows) <= goal
        return f"knob to ear at 128 frames, D = {depth}, longest", f"≤ {goal:.1f} ms", *shown, "", met

    return row


def _click(what: str, name: str, goal: int) -> Callable[[Figures], tuple[Any, ...]]:
    def row(figures: Figures) -> tuple[Any, ...]:
        worst = []
        for design in ("ours", "naive", "worker"):
            found = [row["worst_click_dBFS"] for row in figures.of(design, what) if "worst_click_dBFS" in row]
            worst.append(max(found) if found else None)
        met = None if worst[0] is None else worst[0] <= goal
        return f"worst click, {name}", f"≤ {goal} dBFS", *(_number(each, "{:.1f}") for each in worst), "", met

    return row


def _unplugged(figures: Figures) -> tuple[Any, ...]:
    rows = figures.of("ours", "unplugged")
    worst = max(row["worst_ms"] for row in rows) if rows else None
    naive = "never" if any(not row.get("recovered") for row in figures.of("naive", "loss")) else ""
    met = None if worst is None else worst <= 250
    return "unplugged → sound on another device", "≤ 250 ms", _number(worst, "{:.0f} ms"), naive, "", "", met


def _overload(figures: Figures) -> tuple[Any, ...]:
    name = "last_lost_block_s_after_start"
    rows = [row[name] for row in figures.of("ours", "overload") if name in row]
    others = [row[name] for row in figures.of("naive", "overload") if name in row]
    met = max(rows) <= 0.5 if rows else None
    naive = ("never" if max(others) > 5 else f"{max(others):.2f} s") if others else ""
    return "overload made harmless", "≤ 0.5 s", _number(max(rows, default=None), "{:.2f} s"), naive, "", "", met


def _respawned(what: str, name: str, goal: float) -> Callable[[Figures], tuple[Any, ...]]:
    def row(figures: Figures) -> tuple[Any, ...]:
        rows = figures.of("ours", what)
        slowest = max((row["seconds"] for row in rows), default=None)
        met = None if slowest is None else slowest <= goal
        return f"{name} → playing", f"≤ {goal:g} s", _number(slowest, "{:.2f} s"), "", "", "", met

    return row


def _blocked(figures: Figures) -> tuple[Any, ...]:
    rows = [row for what in ("killed", "crashed", "killed without a spare") for row in figures.of("ours", what)]
    longest = max((row["blocked_ms"] for row in rows), default=None)
    met = None if longest is None else longest <= 50
    return "window blocked meanwhile", "≤ 50 ms", _number(longest, "{:.0f} ms"), "", "", "", met


def _number(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


ROWS: tuple[Callable[[Figures], tuple[Any, ...]], ...] = (
    _drops_beside_c,
    _too_long,
    _overhead("overhead", "gui", CALLBACK),
    _overhead("overhead", "idle", f"{CALLBACK}, idle window"),
    _overhead("overhead_live", "gui", f"{CALLBACK}, live input"),
    _offline,
    _exact,
    _latency,
    _knob(0),
    _knob(2),
    _click("param", "gain steps", -70),
    _click("bypass", "bypass", -60),
    _click("seek", "seek", -60),
    _unplugged,
    _overload,
    _respawned("crashed", "model crashed, spare engine", 2.0),
    _respawned("killed", "engine killed, spare engine", 2.0),
    _respawned("killed without a spare", "engine killed, no spare", 5.0),
    _blocked,
)
