"""Our Neutone packages beside those of neutone_sdk 1.5.2: time, delay, purity and size, measured in one run.

    python tests/benchmarks/neutone_overhead.py [--json] [--rounds 60] [--venv DIR]

The first run makes an environment for the SDK (see peer.py). The packages of both are loaded into this process and
called in turn, 64 calls each, the bare scripted model among them. A time is the median call, and of those the median
over the rounds; overhead is what a package takes more than the bare model; the ratio is the median of the rounds'
ratios, for which it hardly matters how busy the machine is. One thread, inference mode, stereo, all four
knobs given, as the plugin calls.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peer import default_environment, sdk_packages
from torch import Tensor, nn

from studio import Parameter, WaveformToWaveformBase
from studio.document.card import ModelCard
from studio.hosts.neutone import package
from studio.hosts.packaging import Packaging
from studio.wrappers import torchscript
from studio.wrappers.base import describe
from studio.wrappers.capture import capture

CALLS = 64  # of one package before it is the next one's turn
BLOCKS = (64, 128, 512, 2048)
RATES = ((48000, 48000), (44100, 48000), (48000, 44100))  # of host and model
DELAY_BLOCKS = (64, 128, 480, 512, 2048)
SAME_RATE_GOAL = 0.5
RESAMPLING_GOALS = {64: 1.0, 128: 1.0, 512: 1.75, 2048: 1.75}
PURITY_GOAL_DB = 60.0
SIZE_GOAL = 0.1
TEXT = "short"


class Ident(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class Clip(nn.Module):
    def forward(self, x: Tensor, lo: Tensor, hi: Tensor, g: Tensor) -> Tensor:
        return torch.clip(x, min=-lo * g, max=hi * g)


class IdentWrapper(WaveformToWaveformBase):
    def is_input_mono(self) -> bool:
        return False

    def is_output_mono(self) -> bool:
        return False

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return self.model(x)


class ClipWrapper(IdentWrapper):
    def get_neutone_parameters(self) -> list[Parameter]:
        return [Parameter(name, "d", default=value) for name, value in (("lo", 0.5), ("hi", 0.5), ("g", 1.0))]

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:
        return self.model(x, params["lo"], params["hi"], params["g"])


def our_package(name: str, folder: Path) -> Path:
    """The same model as the SDK's of this name, through our own export."""
    kind, rate, block = name.split("_")
    wrapper = IdentWrapper(Ident()) if kind == "ident" else ClipWrapper(Clip())
    wrapper.get_native_sample_rates = lambda: [] if rate == "any" else [int(rate)]
    wrapper.get_native_buffer_sizes = lambda: [] if block == "any" else [int(block)]
    call, said = describe(wrapper)
    card = ModelCard(
        name="reference", authors=("A",), short_description=TEXT, long_description=TEXT, technical_description=TEXT,
        technical_links={"x": "https://example.org"}, tags=("x",), citation=TEXT, license="MIT",
        parameters=said.parameters,
    )  # fmt: skip
    captured, _ = capture(wrapper, call, card)
    return package(captured, Packaging(folder / name, card))[0]


def bare(kind: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The scripted model without anything around it; its knobs are single numbers."""
    model = torchscript.script((Ident() if kind == "ident" else Clip()).eval())
    if kind == "ident":
        return lambda x, _: model(x)
    knobs = [torch.tensor([0.5])] * 3
    return lambda x, _: model(x, *knobs)


def opened(path: Path, rate: int, block: int) -> Any:
    root = torchscript.load(str(path))
    root.set_daw_sample_rate_and_buffer_size(rate, block)
    root.reset()
    return root


def times_us(called: list[Callable[[Tensor, Tensor], Tensor]], block: int, rounds: int) -> np.ndarray:
    """Microseconds of a call, `[rounds, called]`; each of `called` is timed once a round."""
    parts, params = list((torch.rand(CALLS, 2, block) - 0.5).unbind()), torch.full((4, block), 0.5)
    taken = np.zeros((rounds, len(called)))
    marks = np.zeros(CALLS + 1)
    for turn in range(-10, rounds):  # the first ten let TorchScript optimise itself
        for place, each in enumerate(called):
            marks[0] = time.perf_counter_ns()
            for number, x in enumerate(parts, 1):
                each(x, params)
                marks[number] = time.perf_counter_ns()
            taken[turn, place] = np.median(np.diff(marks)) / 1000
    return taken


def played(root: Any, audio: np.ndarray, block: int) -> np.ndarray:
    root.reset()
    params = torch.full((4, block), 0.5)
    blocks = torch.from_numpy(audio).split(block, dim=1)
    return np.concatenate([root(x.clone(), params).numpy().copy() for x in blocks if x.size(1) == block], axis=1)


def sinad_db(root: Any, rate: int, block: int, hertz: float = 10000.0) -> float:
    """Of a sine that went through an identity: its power against all that is not that sine."""
    at = np.arange(2 * rate)
    sine = (0.5 * np.sin(2 * np.pi * hertz * at / rate)).astype(np.float32)
    heard = played(root, np.stack([sine, sine]), block)[0, rate // 2 :].astype(np.float64)
    angle = 2 * np.pi * hertz * np.arange(heard.size) / rate
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    rest = heard - basis @ np.linalg.lstsq(basis, heard, rcond=None)[0]
    return float(10 * np.log10(np.mean(heard**2) / np.mean(rest**2)))


def speed_rows(theirs: dict[str, Path], ours: dict[str, Path], rounds: int) -> list[dict[str, Any]]:
    rows = []
    for kind in ("ident", "clip"):
        for host, model in RATES:
            for block in BLOCKS:
                name = f"{kind}_{'any' if host == model else model}_any"
                called = [bare(kind), opened(theirs[name], host, block), opened(ours[name], host, block)]
                taken = times_us(called, block, rounds)
                alone, sdk, own = (float(each) for each in np.median(taken, axis=0))
                ratio = float(np.median((taken[:, 2] - taken[:, 0]) / (taken[:, 1] - taken[:, 0])))
                goal = SAME_RATE_GOAL if host == model else RESAMPLING_GOALS[block]
                row = {"model": kind, "host": host, "rate": model, "block": block, "bare_us": alone}
                row |= {"sdk_us": sdk - alone, "our_us": own - alone, "ratio": ratio}
                rows.append({**row, "goal": goal, "met": ratio <= goal})
    return rows


def purity_rows(theirs: dict[str, Path], ours: dict[str, Path]) -> list[dict[str, Any]]:
    rows = []
    for host, model in RATES[1:]:
        for block in BLOCKS:
            name = f"ident_{model}_any"
            sdk, own = (sinad_db(opened(each[name], host, block), host, block) for each in (theirs, ours))
            row = {"host": host, "rate": model, "block": block, "sdk_db": sdk, "our_db": own}
            rows.append({**row, "better_db": own - sdk, "met": own - sdk >= PURITY_GOAL_DB})
    return rows


def delay_rows(theirs: dict[str, Path], ours: dict[str, Path]) -> list[dict[str, Any]]:
    """At equal rates with the least possible; when resampling beside each other, where ours has its filters'."""
    rows = []
    cases = [("ident_any_512", 48000, 48000), ("ident_any_2048", 48000, 48000)]
    cases += [("ident_44100_any", 48000, 44100), ("ident_48000_any", 44100, 48000), ("ident_44100_2048", 48000, 44100)]
    for name, host, model in cases:
        for block in DELAY_BLOCKS:
            roots = [opened(each[name], host, block) for each in (theirs, ours)]
            sdk, own = (int(each.calc_buffering_delay_samples()) for each in roots)
            native = name.rpartition("_")[2]
            least = int(native) - gcd(int(native), block) if host == model else None
            met = own <= sdk and own == least if least is not None else None
            row = {"native": native, "host": host, "rate": model, "block": block}
            rows.append({**row, "sdk": sdk, "our": own, "least": least, "met": met})
    return rows


def measure(venv: Path, rounds: int) -> dict[str, Any]:
    theirs = sdk_packages(venv)
    with tempfile.TemporaryDirectory() as folder:
        ours = {name: our_package(name, Path(folder)) for name in theirs}
        sizes = [each["ident_any_any"].stat().st_size for each in (theirs, ours)]
        torch.set_num_threads(1)
        with torch.inference_mode():
            return {
                "speed": speed_rows(theirs, ours, rounds),
                "purity": purity_rows(theirs, ours),
                "delay": delay_rows(theirs, ours),
                "size": {"sdk": sizes[0], "our": sizes[1], "ratio": sizes[1] / sizes[0],
                         "met": sizes[1] <= SIZE_GOAL * sizes[0]},
            }  # fmt: skip


def shown(found: dict[str, Any]) -> None:
    def said(met: bool | None) -> str:
        return "" if met is None else "met" if met else "NOT MET"

    print("overhead per block over the bare scripted model, microseconds")
    print("  model  host  model rate  block   bare    SDK   ours  ratio   goal")
    for row in found["speed"]:
        print("  {model:5s} {host:6d} {rate:9d} {block:7d} {bare_us:6.1f} {sdk_us:6.1f} {our_us:6.1f}"
              " {ratio:6.2f}  <= {goal:.2f} ".format(**row), said(row["met"]))  # fmt: skip
    print("SINAD of 10 kHz through an identity and back, dB (goal: 60 better)")
    for row in found["purity"]:
        print("  {host:6d} -> {rate:6d}  block {block:5d}  SDK {sdk_db:6.1f}  ours {our_db:6.1f}".format(**row),
              f" better {row['better_db']:6.1f} ", said(row["met"]))  # fmt: skip
    print("buffering delay, host samples (ours with its filters' when resampling)")
    for row in found["delay"]:
        least = "" if row["least"] is None else f"least {row['least']}"
        print("  native {native:4s} {host:6d} -> {rate:6d}  block {block:5d}".format(**row),
              f" SDK {row['sdk']:5d}  ours {row['our']:5d} ", least, said(row["met"]))  # fmt: skip
    size = found["size"]
    print("identity package, bytes: SDK {sdk}  ours {our}  ratio {ratio:.3f} ".format(**size), said(size["met"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--venv", type=Path, default=default_environment())
    wanted = parser.parse_args()
    found = measure(wanted.venv, wanted.rounds)
    if wanted.json:
        print(json.dumps(found))
    else:
        shown(found)


if __name__ == "__main__":
    main()
