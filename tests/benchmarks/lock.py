"""What a locked job can still do, and what locking in costs.

    python tests/benchmarks/lock.py [--rounds 20] [--json]

Prints the row of the lock as this user and, run by root, as a plain one: what got through of everything that
`tests/peers/lock_probe.py` tries, and the median time that the lock took. Promised: its own folder and threads only,
and at most 15 ms. Where bubblewrap is installed a row shows what it gives around a process with our limits alone; the
last line counts what gets through without any lock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

from lock_probe import NOBODY, OWN, probe

from studio.link.lock import bubblewrap
from studio.link.lock.access import Access

PROMISED_MS = 15.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    users = (0, NOBODY) if os.getuid() == 0 else (0,)
    rows = [_row(user, args.rounds) for user in users]
    bare = probe(locked=False)
    if bubblewrap.is_there():
        inside = probe(locked=False, around=_wrapped)
        print(f"bubblewrap around, without our lock  possible: {', '.join(inside['possible'])}")
    as_promised = all(row["possible"] == OWN and row["median_ms"] <= PROMISED_MS for row in rows)
    if args.json:
        print(json.dumps({"rows": rows, "without": bare["possible"], "as_promised": as_promised}))
    else:
        for row in rows:
            layers = " + ".join(row["layers"])
            print(f"user {row['user']:5}  lock {row['median_ms']} ms  {layers}  possible: {', '.join(row['possible'])}")
        print(f"without the lock {len(bare['possible'])} things are possible")
        print("as promised" if as_promised else "not as promised")
    return 0 if as_promised else 1


def _wrapped(words: list[str], folder: Path) -> list[str]:
    return bubblewrap.wrapped(words, Access((Path(__file__).parents[1],), (folder,)))


def _row(user: int, rounds: int) -> dict[str, Any]:
    found = [probe(user) for _ in range(rounds)]
    possible = list(dict.fromkeys(name for each in found for name in each["possible"]))
    median = round(statistics.median(each["ms"] for each in found), 2)
    return {"user": found[0]["user"], "layers": found[0]["layers"], "median_ms": median, "possible": possible}


if __name__ == "__main__":
    sys.exit(main())
