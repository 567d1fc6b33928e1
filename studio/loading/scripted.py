"""Open a TorchScript archive, and say which of its methods makes sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from studio.errors import AnswerNeeded, FileError, ModelError
from studio.loading.said import Said
from studio.wrappers import torchscript

USUAL = (
    "process", "render", "generate", "infer", "inference", "predict", "apply", "enhance", "denoise", "separate",
    "synthesize", "process_block", "do_forward_pass",
)  # fmt: skip
BOTH = "encode+decode"


def load_scripted(path: Path, wanted: str = "") -> tuple[nn.Module, Said]:
    """The module inside, and which method to call where that is not `forward`.

    Args:
        path: of the archive.
        wanted: a method that the user named; `encode+decode` is one after the other.

    Raises: FileError for a damaged archive, ModelError for one without a method for sound, AnswerNeeded for several.
    """
    module = _loaded(path)
    methods = [each for each in module._c._method_names() if not each.startswith("_")]
    known = [*methods, *([BOTH] if {"encode", "decode"} <= set(methods) else [])]
    if wanted and wanted not in known:
        said = f"{path.name} has no method called {wanted}."
        raise AnswerNeeded(said, f"It has {', '.join(known)}.", about=path.name, fields=["class"], choices=known)
    method = wanted or ("forward" if "forward" in methods else _only(module, path, methods, known))
    if method == BOTH:
        module.define("def forward(self, x):\n    return self.decode(self.encode(x))\n")
        return module, Said(facts=("Its encode is called, and its decode with what that gives.",))
    if method == "forward":
        return module, Said()
    return module, Said(call={"method": method}, facts=(f"It is called by its method {method}.",))


def _only(module: Any, path: Path, methods: list[str], known: list[str]) -> str:
    """The method that makes sound where there is no `forward`."""
    takes = [name for name in methods if _takes_sound(module, name)]
    usual = [name for name in USUAL if name in takes]
    if BOTH in known and not usual:
        return BOTH
    if len(usual or takes) == 1:
        return (usual or takes)[0]
    if not takes:
        has = f"it has {', '.join(methods)}" if methods else "it has no method at all"
        hint = "Give the model a forward method and save it again."
        raise ModelError(f"{path.name} has no forward; {has}.", hint, about=path.name)
    said = f"{path.name} has no forward, but {', '.join(takes)}."
    raise AnswerNeeded(
        said, "Say which makes the sound: --class METHOD.", about=path.name, fields=["class"], choices=takes
    )


def _takes_sound(module: Any, name: str) -> bool:
    """Whether a method wants a tensor first, and gives something back."""
    schema = getattr(module, name).schema
    tensor = len(schema.arguments) > 1 and schema.arguments[1].type.kind() == "TensorType"
    return tensor and any(each.type.kind() != "NoneType" for each in schema.returns)


def _loaded(path: Path) -> Any:
    try:
        return torchscript.load(str(path))
    except (RuntimeError, ValueError, LookupError, OSError) as error:
        if any(each in str(error) for each in ("PytorchStreamReader", "pickle archive")):
            hint = "Download it again, or save it again with torch.jit.save."
            raise FileError(f"{path.name} is a damaged TorchScript archive.", hint, about=path.name) from error
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]
        hint = "Save it again with torch.jit.save."
        raise FileError(f"{path.name} cannot be opened as TorchScript: {said}.", hint, about=path.name) from error
