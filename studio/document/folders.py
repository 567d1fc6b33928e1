"""What a folder is: a package of ours, or a model as other programs leave it, with the file to open in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.document.kind import Kind
from studio.document.outline import describe_python
from studio.document.shards import INDEX, shards_of
from studio.errors import FileError
from studio.storage import is_folder, read_text

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


def opened_files(path: Path) -> list[Path]:
    """The files that are read where `path` is opened: itself, the model of a package, all parts of weights."""
    if path.name.endswith(INDEX) and path.is_file():
        return [path, *(path.with_name(name) for name in shards_of(path))]
    if not is_folder(path):
        return [path]
    if is_open_unmix(path):
        return [*targets_in(path), *sorted(path.glob("*.json"))[:MOST]]
    return [path / "model.pt"]


def file_inside(path: Path) -> Path | None:
    """The file that stands for a folder: the weights of a Hugging Face folder, the newest checkpoint of a run.

    None for anything that is opened as it is.
    """
    if not is_folder(path) or is_open_unmix(path) or (path / "model.pt").is_file():
        return None
    if weights := _hugging_face_weights(path):
        return weights[0]
    return max((path / "checkpoints").glob("*.ckpt"), key=_newest, default=None)


def is_open_unmix(path: Path) -> bool:
    return (path / "separator.json").is_file() and bool(targets_in(path))


def targets_in(path: Path) -> list[Path]:
    """The files of weights of an Open-Unmix folder."""
    return sorted(path.glob("*.pth"))[:MOST]


def target_of(file: Path) -> str:
    """`vocals-b62c91ce.pth` is of the target vocals."""
    return file.stem.rpartition("-")[0] or file.stem


def _newest(checkpoint: Path) -> tuple[bool, float, str]:
    """`last.ckpt` is a copy of one of the others; else by time, then by name."""
    return checkpoint.stem.startswith("last"), checkpoint.stat().st_mtime, checkpoint.name


def _hugging_face_weights(path: Path) -> list[Path]:
    return [path / name for name in HF_WEIGHTS if (path / name).is_file()] if (path / "config.json").is_file() else []


def _hugging_face(path: Path) -> Kind | None:
    weights = _hugging_face_weights(path)
    said = read_object(path / "config.json")
    if not weights or not said:
        return None
    names = said.get("architectures")
    named = [str(each) for each in names] if isinstance(names, list) else []
    model = ", ".join(named) or str(said.get("model_type") or said.get("_class_name") or "an unnamed network")
    facts = [f"Holds the weights of {model}, described in config.json."]
    rate = said.get("sampling_rate") or said.get("sample_rate")
    facts += [f"Its sample rate is {rate} Hz."] if isinstance(rate, int) else []
    facts.append(f"Its weights are in {weights[0].name}.")
    size = sum(each.stat().st_size for each in sorted(path.glob("*" + weights[0].suffix))[:MOST])
    return Kind("huggingface", size, "Hugging Face folder", tuple(facts))


def _open_unmix(path: Path) -> Kind | None:
    said, weights = read_object(path / "separator.json"), targets_in(path)
    if not said or not weights:
        return None
    targets = [target_of(each) for each in weights]
    facts = [f"Separates {', '.join(targets[:8])}, one file of weights each."]
    rate = said.get("sample_rate")
    facts += [f"Its sample rate is {rate:g} Hz."] if isinstance(rate, (int, float)) else []
    return Kind("openunmix", sum(each.stat().st_size for each in weights), "Open-Unmix folder", tuple(facts))


def _run(path: Path) -> Kind | None:
    """A training run as Lightning leaves it, or Weights & Biases."""
    checkpoints = sorted((path / "checkpoints").glob("*.ckpt"))[:MOST]
    described = [name for name in ("hparams.yaml", "files/config.yaml", "config.yaml") if (path / name).is_file()]
    if not checkpoints and not (path / "files" / "wandb-metadata.json").is_file():
        return None
    facts = [f"{len(checkpoints)} checkpoints."]
    facts += [f"Its settings are in {described[0]}."] if described else []
    if inside := file_inside(path):
        facts.append(f"The newest is checkpoints/{inside.name}.")
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


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file, empty where there is none."""
    try:
        if path.stat().st_size > MAX_TEXT:
            return {}
        found = json.loads(read_text(path))
    except (OSError, ValueError, RecursionError, FileError):
        return {}
    return found if isinstance(found, dict) else {}
