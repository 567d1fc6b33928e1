"""What `engine.py` measures: one cell is one start of one design under one load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

DESIGNS = {
    "ours": "tests.benchmarks.rt_adapter:Adapter",
    "naive": "naive",  # the bench's own
    "worker": "tests.benchmarks.designs:Worker",
    "control": "tests.peers.control_c:Control",
}
PLAYED = ((128, 0), (64, 2), (64, 0), (256, 0), (512, 0))  # block and depth of ours
LOADS = ("gui", "hog")  # in turn: bursts and painting; one call that holds the interpreter for 30 ms
START = 9  # s that a cell takes beside its sound: importing torch twice, measuring the model, starting


@dataclass(frozen=True)
class Cell:
    """`what`: a scenario of the bench, or the name of a probe (see `probes.py`)."""

    design: str
    what: str
    load: str = "gui"
    block: int = 128
    depth: int = 0
    seconds: int = 15
    run: int = 0

    @property
    def key(self) -> str:
        return " ".join(str(each) for each in asdict(self).values())

    @property
    def expected_seconds(self) -> int:
        return START + self.seconds


PROBES = (
    Cell("ours", "overhead", "gui", seconds=15),
    Cell("ours", "overhead", "idle", seconds=15),
    Cell("ours", "overhead_live", "gui", seconds=15),
    Cell("ours", "overhead_live", "gui", block=64, seconds=60),
    Cell("ours", "exact", "idle", 128, 0, seconds=5),
    Cell("ours", "exact", "idle", 64, 2, seconds=5),
    Cell("ours", "unplugged", "idle", seconds=15),
    Cell("ours", "killed", "idle", seconds=15),
    Cell("ours", "crashed", "idle", seconds=15),
    Cell("ours", "killed without a spare", "idle", seconds=20),
)


def behaviour(seconds: int) -> Iterator[Cell]:
    """All figures but drop-outs."""
    yield Cell("ours", "offline", "idle", seconds=10)
    yield Cell("ours", "param", seconds=seconds)
    yield Cell("ours", "param", depth=2, seconds=seconds)
    yield Cell("ours", "bypass", seconds=seconds)
    yield Cell("ours", "seek", seconds=seconds + 4)
    yield Cell("ours", "loss", seconds=8)
    yield Cell("ours", "overload", seconds=8)
    yield Cell("naive", "offline", "idle", seconds=10)
    for other in ("naive", "worker"):
        yield Cell(other, "param", depth=2, seconds=seconds)
        yield Cell(other, "bypass", depth=2, seconds=seconds)
    yield Cell("naive", "loss", seconds=8)
    yield Cell("naive", "overload", seconds=8)
    yield from PROBES


def played(seconds: int, run: int) -> Iterator[Cell]:
    """Ours at all block sizes, with one load."""
    for block, depth in PLAYED:
        yield Cell("ours", "through", LOADS[run % 2], block, depth, seconds, run)


def long() -> Iterator[Cell]:
    """Five runs of 120 s a cell for ours, 60 s for the others; these stand between ours, in the same hour.

    The bench's ramp begins anew after 87 s with one sample of 0, which it takes for a lost block: one drop-out too many
    in each run of 120 s.
    """
    yield from played(120, 0)
    for block in (64, 128, 256, 512):
        yield Cell("control", "through", "gui", block, 0, 60)
    yield from played(120, 1)
    yield Cell("control", "through", "hog", 64, 0, 60)
    for block in (64, 128, 256, 512):
        yield Cell("naive", "through", "gui", block, 0, 60)
    yield from played(120, 2)
    for block in (64, 128, 256, 512):
        yield Cell("worker", "through", "gui", block, 2, 60)
    yield from played(120, 3)
    yield from behaviour(12)
    yield from played(120, 4)


def usual() -> Iterator[Cell]:
    yield from played(30, 0)
    for design, depth in (("control", 0), ("naive", 0), ("worker", 2)):
        for block in (64, 128):
            yield Cell(design, "through", "gui", block, depth, 15)
    yield from behaviour(8)
    yield from played(30, 1)


def short() -> Iterator[Cell]:
    """Two minutes."""
    yield Cell("ours", "through", "gui", 128, 0, 6)
    yield Cell("ours", "through", "hog", 64, 2, 6)
    yield Cell("control", "through", "gui", 128, 0, 5)
    yield Cell("naive", "through", "gui", 128, 0, 5)
    yield Cell("ours", "param", seconds=5)
    yield Cell("ours", "bypass", seconds=5)
    yield Cell("ours", "seek", seconds=8)
    yield Cell("ours", "exact", "idle", seconds=5)


FORMS = {"short": short, "usual": usual, "long": long}
