"""Do archives load where we say they do? Asked of the real torch 1.9.0, 1.12.1 and 2.5.1.

    python tests/benchmarks/old_libtorch.py [--json] [--cache FOLDER]      needs Python 3.9 and 3.11, and 6 GB once

Installs each release in an environment of its own (kept in the cache), then loads and runs there: a set of networks,
compiled, traced, and lowered for 1.9; and every bundled example, exported by the real command, in the release that
its host carries. Prints what was foretold and what happened; the exit code is 1 where they differ, or where a result
differs from our own torch by more than 1e-4 of the peak. "closed" is a process that died without a Python error.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "hosts"))
RELEASES = {  # ours to say: the release, the Python it runs on, what is installed
    "1.9": ("3.9", ["torch==1.9.0", "numpy==1.26.4"]),
    "1.12": ("3.9", ["torch==1.12.1", "numpy==1.26.4"]),
    "2.5": ("3.11", ["torch==2.5.1", "numpy==1.26.4"]),
}
CARRIED = {"audacity": "1.9", "nn": "2.5", "neutone": "2.5"}
TOLERANCE = 1e-4  # of the peak; older releases add up in another order
RUNNER = """
import json, sys, warnings
warnings.simplefilter("ignore")
import torch

def sound(channels, n):
    return (torch.arange(channels * n, dtype=torch.float32) * 0.137).sin().reshape(channels, n) * 0.5

def network(module):
    return module(sound(1, 512))

def audacity(module):
    return module(sound(1, 44100))

def nn(module):
    channels = int(module.forward_params[0])
    return torch.cat([module(sound(channels, 2048).unsqueeze(0)) for _ in range(3)], 2)

def neutone(module):
    module.set_daw_sample_rate_and_buffer_size(48000, 512)
    module.reset()
    return torch.cat([module(sound(2, 512), torch.full((4, 512), 0.5)) for _ in range(3)], 1)

for line in sys.stdin:
    path, how = json.loads(line)
    print("trying", flush=True)
    try:
        module = torch.jit.load(path)
        module.eval()
        with torch.no_grad():
            made = globals()[how](module)
        print(json.dumps(made.flatten().tolist()), flush=True)
    except Exception as error:
        print(json.dumps(str(error)[-200:]), flush=True)
"""


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--json", action="store_true")
    kept = platformdirs.user_cache_path("neural-audio-studio-tests") / "libtorch"
    words.add_argument("--cache", type=Path, default=kept)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder), {release: python_with(release, given.cache) for release in RELEASES})
    if given.json:
        print(json.dumps(rows))
    else:
        print("\n".join(shown(rows)))
    return 0 if all(row["right"] for row in rows) else 1


def measured(folder: Path, pythons: dict[str, str]) -> list[dict[str, object]]:
    """One row for each archive and release: what was foretold, what happened, how far the result is off."""
    archives = [*network_archives(folder), *example_archives(folder)]
    ours = run_all(sys.executable, [(path, how) for _, path, how, _, _ in archives])
    rows = []
    for release, python in pythons.items():
        asked = [each for each in archives if release in each[3]]
        made = run_all(python, [(path, how) for _, path, how, _, _ in asked])
        for name, path, _, _, since in asked:
            foretold = since <= number(release)
            distance = farthest(ours[path], made[path]) if isinstance(made[path], list) else None
            happened = "runs" if distance is not None else made[path]
            right = foretold == (distance is not None) and (distance is None or distance <= TOLERANCE)
            rows.append({"archive": name, "release": release, "foretold": "runs" if foretold else "does not",
                         "happened": happened, "distance": distance, "right": right})  # fmt: skip
    return rows


def network_archives(folder: Path):
    import torch
    from old_host_networks import networks

    from studio.hosts import libtorch
    from studio.hosts.lowering import lower
    from studio.wrappers import torchscript
    from studio.wrappers.archive import save_archive

    everywhere = tuple(RELEASES)
    for name, module in networks().items():
        for how in ("compiled", "traced", "lowered"):
            path = folder / f"{name}, {how}.pt"
            x = torch.rand(1, 512) - 0.5
            made = torchscript.trace(module, (x,))[0] if how == "traced" else torchscript.script(module)
            save_archive(made, path, {})
            if how == "lowered":
                lower(path, (1, 9))
            yield path.stem, str(path), "network", everywhere, libtorch.needs(path)[0]


def example_archives(folder: Path):
    """What the real command exports of each bundled example, for each host that carries a known release."""
    from studio.hosts import libtorch

    for example in sorted((ROOT / "resources" / "examples").glob("*.py")):
        for host, release in CARRIED.items():
            out = folder / example.stem / host
            command = [sys.executable, "-m", "studio", "export", str(example), "--trust", "--host", host,
                       "--out", str(out), "--card", str(card_for(example, folder)), "--json"]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
            if json.loads(done.stdout or "{}").get("error", {}).get("fields") == ["host"]:
                continue  # a model that has no place in this host
            found = [path for path in out.rglob("*") if path.suffix in (".pt", ".nm", ".ts")]
            if done.returncode or len(found) != 1:
                raise SystemExit(f"{example.name} for {host}: {done.stdout}{done.stderr}")
            yield f"{example.stem} for {host}", str(found[0]), host, (release,), libtorch.needs(found[0])[0]


def card_for(example: Path, folder: Path) -> Path:
    """A card that every host takes."""
    path = folder / f"{example.stem}.json"
    said = {"name": example.stem, "authors": ["A"], "short_description": "Short.", "long_description": "Long.",
            "domain_tags": ["music"], "sample_rate": 48000}  # fmt: skip
    path.write_text(json.dumps(said), "utf-8")
    return path


def run_all(python: str, asked: list[tuple[str, str]]) -> dict[str, object]:
    """What each archive gave: samples, the end of an error, or "closed"; a child that dies is started again."""
    found: dict[str, object] = {}
    waiting = list(asked)
    while waiting:
        given = "".join(json.dumps(each) + "\n" for each in waiting)
        done = subprocess.run([python, "-c", RUNNER], input=given, capture_output=True, text=True)
        lines = [line for line in done.stdout.splitlines() if line != "trying"]
        if not lines and "trying" not in done.stdout:
            raise SystemExit(f"{python} does not start: {done.stderr[-500:]}")
        answers = [json.loads(line) for line in lines]
        answers += ["closed"] if len(answers) < len(waiting) else []
        for (path, _), answer in zip(waiting, answers, strict=False):
            found[path] = answer if answer == "closed" or isinstance(answer, list) else "refused"
        waiting = waiting[len(answers) :]
    return found


def farthest(expected: object, made: object) -> float:
    if not isinstance(expected, list) or not isinstance(made, list) or len(expected) != len(made):
        return float("inf")
    peak = max(max(map(abs, expected)), 1e-6)
    return max(abs(a - b) for a, b in zip(expected, made, strict=True)) / peak


def python_with(release: str, cache: Path) -> str:
    """A Python with that release, installed where it is not there yet."""
    version, wanted = RELEASES[release]
    python = cache / release / "bin" / "python"
    ready = cache / release / "ready"
    if not ready.exists():
        shutil.rmtree(cache / release, ignore_errors=True)
        subprocess.run([find_python(version), "-m", "venv", str(cache / release)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True)
        ready.touch()
    return str(python)


def find_python(version: str) -> str:
    """A Python that starts: on the path, or one of pyenv's."""
    places = [shutil.which(f"python{version}"), *(Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")]
    for place in filter(None, places):
        if subprocess.run([place, "-c", "import venv"], capture_output=True).returncode == 0:
            return place
    raise SystemExit(f"Python {version} is needed and was not found.")


def number(release: str) -> tuple[int, int]:
    major, _, minor = release.partition(".")
    return int(major), int(minor)


def shown(rows: list[dict[str, object]]) -> list[str]:
    names = list(dict.fromkeys(row["archive"] for row in rows))
    table = {(row["archive"], row["release"]): row for row in rows}
    lines = [f"{'archive':34}" + "".join(f"{f'torch {release}':>22}" for release in RELEASES)]
    for name in names:
        cells = [table.get((name, release)) for release in RELEASES]
        lines.append(f"{name:34}" + "".join(f"{cell_of(each):>22}" for each in cells))
    wrong = sum(not row["right"] for row in rows)
    return [*lines, f"{len(rows)} tried, {wrong} otherwise than foretold."]


def cell_of(row: dict[str, object] | None) -> str:
    if row is None:
        return ""
    said = f"runs, off by {row['distance']:.0e}" if row["happened"] == "runs" else str(row["happened"])
    return said if row["right"] else f"{said} (!)"


if __name__ == "__main__":
    sys.exit(main())
