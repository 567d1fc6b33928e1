"""What it costs to look at a file before it is opened, beside what opening it costs.

    python tests/benchmarks/scans.py [--megabytes 500] [--json]

Prints, for weights in torch's two layouts, in safetensors and for a scripted network: time and largest memory of
recognising, of the scan and of the checksums, each in a process of its own; the time that torch needs to load it in a
fresh process, as the app does; the scan's share of that, and the checksums per gigabyte. Times are of the processor:
other work on the machine does not count. Promised: recognising ≤ 50 ms at 500 MB, scan ≤ 10 % of loading and ≤ 50 MB
for files over 10 MB, checksums ≤ 0.4 s per GB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROBE = """
import json, resource, sys, time
from pathlib import Path
from studio.document.kinds import recognise
from studio.document.scans.checksums import check_checksums
from studio.document.scans.scan import scan

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

path, small = Path(sys.argv[1]), Path(sys.argv[2])
scan(small, recognise(small).name), check_checksums(small)
said = {"before_mb": peak()}
steps = {
    "recognise": lambda: recognise(path),
    "scan": lambda: scan(path, kind),
    "checksums": lambda: check_checksums(path),
}
for name, step in steps.items():
    begun = time.process_time()
    found = step()
    said[f"{name}_s"] = time.process_time() - begun
    kind = found.name if name == "recognise" else kind
    if name == "scan":
        said["verdict"], said["scan_mb"] = found.verdict, peak() - said["before_mb"]
said["checksums_mb"] = peak() - said["before_mb"]
assert "torch" not in sys.modules
print(json.dumps(said))
"""
LOAD = """
import sys, time, warnings
warnings.simplefilter("ignore")
import torch
from safetensors.torch import load_file
torch.set_num_threads(1)
path = sys.argv[1]
begun = time.process_time()
if path.endswith(".safetensors"):
    load_file(path)
elif path.endswith(".ts"):
    torch.jit.load(path)
else:
    torch.load(path, weights_only=True)
print(time.process_time() - begun)
"""
MAKE = """
import sys, warnings
warnings.simplefilter("ignore")
import torch
from pathlib import Path
from safetensors.torch import save_file
from torch import nn
folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
torch.save({"a.weight": torch.ones(2)}, folder / "small.pt")
each = max(1, megabytes * 262144 // 200)
weights = {f"layers.{i}.weight": torch.randn(each) for i in range(200)}
weights |= {f"layers.{i}.bias": torch.randn(64) for i in range(200)}
torch.save({"state_dict": weights, "epoch": 3}, folder / "new.ckpt")
torch.save({"state_dict": weights, "epoch": 3}, folder / "old.ckpt", _use_new_zipfile_serialization=False)
save_file(weights, folder / "weights.safetensors")
del weights
layers = [nn.Sequential(nn.Conv1d(128, 128, 9), nn.BatchNorm1d(128), nn.Tanh()) for _ in range(200)]
torch.jit.save(torch.jit.script(nn.Sequential(*layers).eval()), str(folder / "layers.ts"))
"""


def run(code: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def measure(folder: Path, megabytes: int) -> list[dict[str, object]]:
    run(MAKE, str(folder), str(megabytes))
    small, rows = str(folder / "small.pt"), []
    for name in ("new.ckpt", "old.ckpt", "weights.safetensors", "layers.ts"):
        path = folder / name
        load = float(run(LOAD, str(path), small))
        said = json.loads(run(PROBE, str(path), small))
        size = path.stat().st_size
        row = {"file": name, "mb": size / 1e6, "load_s": load, **said}
        rows.append(
            {**row, "scan_of_load": said["scan_s"] / load, "checksums_s_per_gb": said["checksums_s"] / size * 1e9}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), asked.megabytes)
    if asked.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(line(row))


def line(row: dict[str, object]) -> str:
    """What was found of one file."""
    return (
        f"{row['file']:20} {row['mb']:6.0f} MB  recognise {1e3 * row['recognise_s']:6.1f} ms  "
        f"scan {1e3 * row['scan_s']:6.1f} ms = {100 * row['scan_of_load']:4.1f} % of {row['load_s']:.2f} s, "
        f"{row['scan_mb']:.0f} MB  checksums {row['checksums_s_per_gb']:.2f} s/GB, {row['checksums_mb']:.0f} MB"
    )


if __name__ == "__main__":
    main()
