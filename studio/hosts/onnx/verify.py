"""Run a written ONNX file in onnxruntime and compare it with what was heard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from studio.document.check import Check
from studio.errors import HostError
from studio.hosts.onnx.convert import require_onnx
from studio.hosts.packaging import Sound
from studio.hosts.reference import Reference, farthest
from studio.wrappers.archive import first_line

TOLERANCE = 1e-4  # of the peak: other kernels add up in another order
ADVICE = "This is a fault of the export: please report it with the model."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify NAME.onnx. Meant for a fresh process: nothing of the export is left there."""
    try:
        session, said = opened(path)
    except HostError as error:
        return [_check("loads", "fail", error.sentence, title="onnxruntime loads it", advice=error.hint)]
    except Exception as error:  # onnxruntime raises its own, one for each fault
        return [_check("loads", "fail", first_line(error), title="onnxruntime loads it", advice="Export it again.")]
    checks = [_check("loads", "pass", title="onnxruntime loads it"), _contract(session, said)]
    try:
        return [*checks, _same(session, reference), _lengths(session, said, reference)]
    except Exception as error:
        return [*checks, _check("calls", "fail", first_line(error), title="onnxruntime runs it", advice=ADVICE)]


def opened(path: Path) -> tuple[Any, dict[str, Any]]:
    """A session on one thread, and what the metadata says. Raises: HostError without onnxruntime."""
    require_onnx()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    held = session.get_modelmeta().custom_metadata_map
    return session, {key: json.loads(value) for key, value in held.items()}


def _contract(session: Any, said: dict[str, Any]) -> Check:
    found = [] if [each.name for each in session.get_inputs()] == ["x"] else ["something beside x has to be fed"]
    found += [f"the metadata has no {key}" for key in ("card", "call", "latency") if key not in said]
    states = [each for each in _optional(session) if each.startswith("state_")]
    outputs = [each.name for each in session.get_outputs()]
    found += [] if outputs == ["y", *(f"next_{name}" for name in states)] else [f"it gives {', '.join(outputs)}"]
    title = "Sound alone is enough, and what it remembers comes back"
    return _check("contract", "fail" if found else "pass", "; ".join(found) or None, title=title)


def _same(session: Any, reference: Reference) -> Check:
    """Block by block, what it remembers fed back."""
    distance = farthest(reference.expected, play(session, reference.audio, reference.block, reference.positions))
    good = distance <= TOLERANCE
    title = f"It sounds as it was heard, within {TOLERANCE:g} of the peak"
    return _check("same-sound", "pass" if good else "fail", float(f"{distance:.3g}"), "of the peak", title,
                  "" if good else ADVICE)  # fmt: skip


def play(session: Any, audio: Sound, block: int, positions: tuple[float, ...]) -> Sound:
    """The whole of `audio` `[channels, blocks·block]` through a session."""
    optional = _optional(session)
    fed: dict[str, Any] = {}
    if "params" in optional:
        fed["params"] = np.array(positions, np.float32).reshape(-1, 1)
    states = [name for name in optional if name.startswith("state_")]
    made = []
    for start in range(0, audio.shape[1], block):
        part, *after = session.run(None, {"x": np.ascontiguousarray(audio[:, start : start + block]), **fed})
        fed.update(zip(states, after, strict=True))
        made.append(part)
    return np.concatenate(made, 1)


def _lengths(session: Any, said: dict[str, Any], reference: Reference) -> Check:
    """Other lengths that the model takes; one size for a model that has one."""
    call = said["call"]
    sizes = call["block_sizes"] or [-(-max(each, call["min_block"]) // call["multiple"]) * call["multiple"]
                                    for each in (64, 333, 10007)]  # fmt: skip
    up, down = call["ratio"]
    bad = []
    for size in dict.fromkeys(sizes):
        x = np.zeros((reference.audio.shape[0], size), np.float32)
        x[:, : min(size, reference.audio.shape[1])] = reference.audio[:, :size]
        made = session.run(None, {"x": x})[0]
        if made.shape[1] != size * up // down or not np.isfinite(made).all():
            bad.append(f"{size} samples give {made.shape[1]}")
    return _check("lengths", "fail" if bad else "pass", "; ".join(bad) or None, title="It takes what the model takes",
                  advice=ADVICE if bad else "")  # fmt: skip


def _optional(session: Any) -> list[str]:
    """Inputs that may be left away: the knobs, and the states by their number."""
    names = [each.name for each in session.get_overridable_initializers()]
    return sorted(names, key=lambda name: (len(name), name))


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"onnx.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
