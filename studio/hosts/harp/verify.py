"""Ask a written HARP package what HARP will ask, and compare it with what was heard; Gradio is not needed for that."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import soundfile
import torch

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.errors import StudioError
from studio.hosts import libtorch
from studio.hosts.harp.controls import control_problems
from studio.hosts.harp.readme import GRADIO
from studio.hosts.operators import releases
from studio.hosts.packaging import Sound
from studio.hosts.reference import SEED, TOLERANCE, Reference, farthest
from studio.storage import read_text
from studio.wrappers.archive import first_line, load_archive
from studio.wrappers.captured import FACTS

SOUNDS = ((44100, 1, 30000), (48000, 2, 4801), (22050, 2, 1), (96000, 1, 50000))  # rate, channels, frames
ADVICE = "This is a fault of the export: please report it with the model."
MODEL_ADVICE = "Run the checks of the model: it gives invalid numbers or a wrong length there."


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify `path`, a package's folder, by calling the functions of its app. Meant for a fresh process."""
    title = "The package loads"
    try:
        _, facts = load_archive(path / "model.pt", FACTS)
        pages = {name: read_text(path / name, "page") for name in ("README.md", "requirements.txt")}
        app = load_app(path)
        card = ModelCard.model_validate(facts.get("card", {}))
    except (StudioError, OSError, ValueError, KeyError, RuntimeError, SyntaxError) as error:
        return [_check("loads", "fail", first_line(error), title=title, advice="Export it again.")]
    checks = [_check("loads", "pass", title=title), _page(pages)]
    found = control_problems(app.controls())
    title = "Card and controls are as HARP reads them"
    checks.append(_check("controls", "fail" if found else "pass", "; ".join(found) or None, title=title))
    if any(check.verdict == "fail" for check in checks):
        return checks
    questions = (partial(_same, app, reference, card), partial(_sounds, app), partial(_repeats, app, reference, card))
    checks += [_asked(each) for each in questions]
    return [*checks, libtorch.check("harp.libtorch", path / "model.pt", releases()[-1], "PyTorch loads it")]


def load_app(folder: Path) -> ModuleType:
    """The package's own app.py, imported without its page."""
    spec = importlib.util.spec_from_file_location(f"harp_{abs(hash(str(folder)))}", folder / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call_app(app: ModuleType, audio: Sound, sample_rate: int, values: list[Any]) -> Sound:
    """As the endpoint calls: a file in, and of the files that come out all rows; labels come back as `[3, labels]`."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.wav"
        soundfile.write(given, audio.T, sample_rate, subtype="FLOAT")
        torch.manual_seed(SEED)
        made = app.process(str(given), *values)
        if isinstance(made, dict):
            return _label_rows(app, made)
        rows = []
        for each in made:
            sound, rate = soundfile.read(each, dtype="float32", always_2d=True)
            if rate != sample_rate:
                raise ValueError(f"a sound of {sample_rate} Hz comes back at {rate} Hz")
            rows.append(sound.T)
        shutil.rmtree(Path(made[0]).parent)
        whole: Sound = np.concatenate(rows)
        return whole


def _label_rows(app: ModuleType, made: dict[str, Any]) -> Sound:
    classes = list(app.SAID["classes"])
    rows = [(classes.index(each["label"]), each["t"], each["t"] + each["duration"]) for each in made["labels"]]
    return np.array(rows, np.float32).reshape(-1, 3).T


def _values(card: ModelCard, reference: Reference) -> list[Any]:
    numeric = [each for each in card.parameters if each.is_numeric]
    return [each.value_at(at) for each, at in zip(numeric, reference.positions, strict=True)]


def _asked(question: partial[Check]) -> Check:
    """A question that breaks the package has its answer."""
    try:
        return question()
    except Exception as error:  # whatever the app raises: it is the answer
        name = question.func.__name__.removeprefix("_")
        return _check(name, "fail", first_line(error), title="The app answers", advice=ADVICE)


def _page(pages: dict[str, str]) -> Check:
    front = pages["README.md"].partition("\n---")[0].splitlines()
    wanted = ('sdk: "gradio"', f'sdk_version: "{GRADIO}"', 'app_file: "app.py"')
    found = [f"README.md does not say {each}" for each in wanted if each not in front]
    if f"gradio=={GRADIO}" not in pages["requirements.txt"].splitlines():
        found.append(f"requirements.txt does not ask for Gradio {GRADIO}")
    title = "It says with which Gradio it runs"
    return _check("page", "fail" if found else "pass", "; ".join(found) or None, title=title)


def _same(app: ModuleType, reference: Reference, card: ModelCard) -> Check:
    made = call_app(app, reference.audio, reference.sample_rate, _values(card, reference))
    title = "It finds the same labels" if app.SAID["classes"] else "It sounds as it was heard"
    return _distance("same-labels" if app.SAID["classes"] else "same-sound", reference.expected, made, title, ADVICE)


def _sounds(app: ModuleType) -> Check:
    """Files of any rate, length and number of channels; each result is as long as what went in."""
    bad = []
    values = [each["value"] for each in app.controls()["inputs"][1:]]
    for rate, channels, frames in SOUNDS:
        sound = np.random.default_rng(1).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)
        made = call_app(app, sound, rate, values)
        fits = bool(app.SAID["classes"]) or made.shape[1] == frames
        if not fits or not np.isfinite(made).all():
            bad.append(f"{rate} Hz, {channels} channels, {frames} samples: {' by '.join(map(str, made.shape))}")
    title = "It takes sounds of any length, rate and number of channels"
    advice = MODEL_ADVICE if bad else ""
    return _check("sounds", "fail" if bad else "pass", "; ".join(bad) or None, title=title, advice=advice)


def _repeats(app: ModuleType, reference: Reference, card: ModelCard) -> Check:
    values = _values(card, reference)
    one, other = (call_app(app, reference.audio, reference.sample_rate, values) for _ in range(2))
    advice = "The model keeps something that its reset does not clear."
    return _distance("repeats", one, other, "The same sound twice gives the same result", advice)


def _distance(name: str, expected: Sound, made: Sound, title: str, advice: str) -> Check:
    distance = farthest(expected, made)
    good = distance <= TOLERANCE
    value = float(f"{distance:.3g}")
    return _check(name, "pass" if good else "fail", value, "of the peak", title, "" if good else advice)


def _check(
    name: str, verdict: Any, value: float | int | str | None = None, unit: str = "", title: str = "", advice: str = ""
) -> Check:
    return Check(id=f"harp.{name}", verdict=verdict, value=value, unit=unit, title=title, advice=advice)
