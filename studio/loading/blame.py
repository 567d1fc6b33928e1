"""Say where in the user's own code something went wrong."""

from __future__ import annotations

import traceback
from pathlib import Path

import torch

from studio.errors import ModelError, StudioError
from studio.loading.shim import missing_name

PACKAGES = {  # what pip calls a module whose name differs
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "skimage": "scikit-image",
    "neutone_sdk": "neutone-sdk",
    "pytorch_lightning": "pytorch-lightning",
    "git": "GitPython",
}
OURS = Path(__file__).parents[1]
TORCH = Path(torch.__file__).parent


def place(error: BaseException) -> str:
    """The innermost line that is neither torch's nor ours: `net.py, line 12`; empty where there is none."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{Path(error.filename).name}, line {error.lineno}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        foreign = path.is_absolute() and not path.is_relative_to(OURS) and not path.is_relative_to(TORCH)
        if foreign and "lib/python" not in path.as_posix():
            return f"{path.name}, line {frame.lineno}"
    return ""


def reason(error: BaseException, limit: int = 200) -> str:
    """The error in one line: the user's file and line, its type and what it says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # TorchScript says the reason last, after its own traceback
    said = lines[-1] if lines and "Traceback" in str(error) else " ".join(lines[:2])
    said = "".join(each if each.isprintable() else " " for each in said)[:limit]
    name = "" if isinstance(error, SyntaxError) else type(error).__name__
    where = place(error)
    return ": ".join(part for part in (where, name, said) if part)


def blame(error: BaseException, doing: str, about: str) -> StudioError:
    """The error for something that failed in foreign code while `doing`."""
    if isinstance(error, StudioError):
        return error
    if lacking := missing_name(error, about):
        return lacking
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        hint = f"Install it (pip install {PACKAGES.get(top, top)}) or put {top}.py beside the file."
        return ModelError(f"{about} needs the module {top}, which is not installed.", hint, about=about)
    if isinstance(error, SystemExit):
        where = place(error)
        return ModelError(f"{doing} ended the program ({where}).", "Remove that exit.", about=about)
    return ModelError(f"{doing} failed: {reason(error)}.", "Mend that line and open it again.", about=about)
