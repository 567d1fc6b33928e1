"""Open a TorchScript archive."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from studio.errors import FileError, ModelError
from studio.wrappers import torchscript


def load_scripted(path: Path) -> nn.Module:
    """The module inside. Raises: FileError for a damaged archive, ModelError for one without `forward`."""
    try:
        module = torchscript.load(str(path))
    except (RuntimeError, ValueError, OSError) as error:
        if any(each in str(error) for each in ("PytorchStreamReader", "pickle archive")):
            hint = "Download it again, or save it again with torch.jit.save."
            raise FileError(f"{path.name} is a damaged TorchScript archive.", hint, about=path.name) from error
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]
        hint = "Save it again with torch.jit.save."
        raise FileError(f"{path.name} cannot be opened as TorchScript: {said}.", hint, about=path.name) from error
    methods = list(module._c._method_names())
    if "forward" not in methods:
        has = f"it has {', '.join(methods)}" if methods else "it has no method at all"
        hint = "Give the model a forward method and save it again."
        raise ModelError(f"{path.name} has no forward; {has}.", hint, about=path.name)
    return module
