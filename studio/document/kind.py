"""What a file was recognised as."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from studio.errors import FileError

MODEL_KINDS = (
    "python", "torchscript", "state_dict", "checkpoint", "pickled-module", "pt2", "safetensors",
    "neutone", "neutone_gen", "audacity", "nn", "harp", "plain", "nam", "guitarml", "openunmix",
    "huggingface", "run",
)  # fmt: skip
SCRIPTS = ("torchscript", "neutone", "neutone_gen", "audacity", "nn", "harp", "plain")
TORCH = (*SCRIPTS, "state_dict", "checkpoint", "pickled-module", "safetensors", "pt2")
SUFFIXES = {
    ".py": ("Python source", ("python",)),
    ".safetensors": ("safetensors", ("safetensors",)),
    ".onnx": ("ONNX", ("onnx",)),
    ".nm": ("a Neutone package", SCRIPTS),
    ".ts": ("TorchScript", SCRIPTS),
    ".jit": ("TorchScript", SCRIPTS),
    ".pt2": ("torch.export", ("pt2",)),
    ".nam": ("an amplifier", ("nam", "guitarml")),
    ".pt": ("a PyTorch file", TORCH),
    ".pth": ("a PyTorch file", TORCH),
    ".ckpt": ("a PyTorch file", TORCH),
    ".bin": ("weights", TORCH),
    ".studio": ("a project", ("project",)),
    **dict.fromkeys((".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".caf", ".au"), ("a sound", ("audio",))),
}


@dataclass(frozen=True)
class Kind:
    """What a file is.

    Attributes:
        name: `python`, `torchscript`, `state_dict`, `checkpoint`, `pickled-module`, `pt2`, `safetensors`, `onnx`,
            `neutone`, `neutone_gen`, `audacity`, `nn`, `harp`, `plain`, `nam`, `guitarml`, `openunmix`, `project` or
            `audio`; of folders whose weights stand for them, `huggingface` or `run`.
        size_bytes: of the file; of a folder's model.
        title: the kind in words.
        facts: sentences for the user.
        keys: names of weights, where the file holds weights alone.
    """

    name: str
    size_bytes: int
    title: str
    facts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_model(self) -> bool:
        return self.name in MODEL_KINDS

    @property
    def is_weights(self) -> bool:
        """Whether a network is missing around it."""
        return self.name in ("state_dict", "checkpoint", "safetensors", "huggingface", "run")


def misnamed(path: Path, kind: Kind) -> str:
    """What the name promises where the content is something else, else nothing."""
    said, kinds = SUFFIXES.get(path.suffix.lower(), ("", ()))
    return said if said and kind.name not in kinds else ""


def with_name_noted(path: Path, kind: Kind) -> Kind:
    """The kind with a sentence about a name that disagrees with it."""
    said = misnamed(path, kind)
    if not said:
        return kind
    return replace(kind, facts=(*kind.facts, f"Its name says it is {said}; its content decides: {kind.title}."))


def no_model(path: Path, what: str, hint: str = "", verb: str = "is") -> FileError:
    """The error that names what a file is instead."""
    return FileError(f"{path.name} {verb} {what}.", hint or "Open a model or a sound.", about=path.name)
