"""What a folder is: a package of ours, or a model as other programs leave it, with the file to open in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.kind import Kind
from studio.document.outline import describe_python
from studio.errors import FileError
from studio.storage import read_text

MOST = 200  # entries of a folder that are looked at
MAX_TEXT = 8 << 20
MODELS = (".ts", ".nm", ".pt", ".pth", ".ckpt", ".safetensors", ".pt2", ".nam", ".bin", ".jit")
HF_WEIGHTS = (
    "model.safetensors", "pytorch_model.bin", "model.safetensors.index.json", "pytorch_model.bin.index.json",
    "diffusion_pytorch_model.safetensors", "adapter_model.safetensors",
)  # fmt: skip


def folder_kind(path: Path) -> Kind:
    """Tell what a folder is. Raises: FileError that names the files to open, where it is no package."""
    model = path / "model.pt"
    if model.is_file() and (path / "app.py").is_file() and (path / "controls.json").is_file():
        return Kind("harp", model.stat().st_size, "HARP app")
    if model.is_file() and (path / "metadata.json").is_file():
        return Kind("audacity", model.stat().st_size, "Audacity package")
    try:
        found = _hugging_face(path) or _open_unmix(path) or _run(path)
        if found:
            return found
        inside = _candidates(path)
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error
    shown = [each.relative_to(path).as_posix() for each in inside]
    hint = f"Open {' or '.join(shown[:3])} inside it." if shown else "Open the model file inside it."
    sentence = f"{path.name or path} is a folder, not a model."
    raise FileError(sentence, hint, about=path.name, choices=shown[:20])


def _hugging_face(path: Path) -> Kind | None:
    weights = [path / name for name in HF_WEIGHTS if (path / name).is_file()]
    said = _object(path / "config.json")
    if not weights or not said:
        return None
    names = said.get("architectures")
    named = [str(each) for each in names] if isinstance(names, list) else []
    model = ", ".join(named) or str(said.get("model_type") or said.get("_class_name") or "an unnamed network")
    facts = [f"Holds the weights of {model}, described in config.json."]
    rate = said.get("sampling_rate") or said.get("sample_rate")
    facts += [f"Its sample rate is {rate} Hz."] if isinstance(rate, int) else []
    sources = sorted(path.glob("*.py"))[:3]
    beside = f" with {sources[0].name}" if sources else " together with the Python file that defines the network"
    facts.append(f"Open {weights[0].name}{beside}.")
    size = sum(each.stat().st_size for each in sorted(path.glob("*" + weights[0].suffix))[:MOST])
    return Kind("huggingface", size, "Hugging Face folder", tuple(facts))


def _open_unmix(path: Path) -> Kind | None:
    said = _object(path / "separator.json")
    weights = sorted(path.glob("*.pth"))[:MOST]
    if not said or not weights:
        return None
    targets = [each.stem.rpartition("-")[0] or each.stem for each in weights]
    facts = [f"Separates {', '.join(targets[:8])}, one file of weights each."]
    rate = said.get("sample_rate")
    facts += [f"Its sample rate is {rate:g} Hz."] if isinstance(rate, (int, float)) else []
    facts.append(f"Open {weights[0].name} together with the Python file that defines its network.")
    return Kind("openunmix", sum(each.stat().st_size for each in weights), "Open-Unmix folder", tuple(facts))


def _run(path: Path) -> Kind | None:
    """A training run as Lightning leaves it, or Weights & Biases."""
    checkpoints = sorted((path / "checkpoints").glob("*.ckpt"))[:MOST]
    described = [name for name in ("hparams.yaml", "files/config.yaml", "config.yaml") if (path / name).is_file()]
    if not checkpoints and not (path / "files" / "wandb-metadata.json").is_file():
        return None
    facts = [f"{len(checkpoints)} checkpoints."]
    facts += [f"Its settings are in {described[0]}."] if described else []
    facts += [f"Open checkpoints/{checkpoints[-1].name}."] if checkpoints else []
    return Kind("run", sum(each.stat().st_size for each in checkpoints), "training run", tuple(facts))


def _candidates(path: Path) -> list[Path]:
    """Files of a folder that may be opened: projects, models, then Python files that hold one."""
    entries = [each for each in sorted(path.iterdir())[:MOST] if each.is_file()]
    found = [each for each in entries if each.suffix == ".studio"]
    found += [each for each in entries if each.suffix.lower() in MODELS]
    return found + [each for each in entries if each.suffix == ".py" and _holds_model(each)]


def _holds_model(path: Path) -> bool:
    try:
        outline = describe_python(path)
    except FileError:
        return False
    return bool(outline.classes or outline.factories)


def _object(path: Path) -> dict[str, Any]:
    """The JSON object in a file, empty where there is none."""
    try:
        if path.stat().st_size > MAX_TEXT:
            return {}
        found = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError, FileError):
        return {}
    return found if isinstance(found, dict) else {}
