"""Say where in the user's own code something went wrong."""

from __future__ import annotations

import ast
import importlib.util
import traceback
from collections.abc import Sequence
from pathlib import Path

import torch

from studio.document.neighbours import neighbours
from studio.errors import ModelError, StudioError
from studio.loading.shim import TOPS as STOOD_IN
from studio.loading.shim import missing_name

PACKAGES = {  # what pip calls a module whose name differs
    "Crypto": "pycryptodome",
    "IPython": "ipython",
    "PIL": "pillow",
    "attr": "attrs",
    "audiotools": "descript-audiotools",
    "bs4": "beautifulsoup4",
    "cached_conv": "cached-conv",
    "cv2": "opencv-python",
    "dac": "descript-audio-codec",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "git": "GitPython",
    "hydra": "hydra-core",
    "mir_eval": "mir-eval",
    "neutone_sdk": "neutone-sdk",
    "pl_bolts": "lightning-bolts",
    "pytorch_lightning": "pytorch-lightning",
    "pywt": "PyWavelets",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "torch_audiomentations": "torch-audiomentations",
    "torch_complex": "torch-complex",
    "umap": "umap-learn",
    "vector_quantize_pytorch": "vector-quantize-pytorch",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
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


def require_packages(names: Sequence[str], path: Path) -> None:
    """Raise ModelError with one pip line for the packages of a list that neither are here nor are stood in for."""
    folders = neighbours(path).folders
    absent = [name for name in names if name.partition(".")[0] not in STOOD_IN and not _is_here(folders, name)]
    if absent:
        said = (
            f"{path.name} depends on {' and '.join(absent)}, which {'is' if len(absent) == 1 else 'are'} not installed."
        )
        pip = " ".join(PACKAGES.get(name, name) for name in absent)
        raise ModelError(said, f"Install what it needs: pip install {pip}.", about=path.name)


def _is_here(folders: Sequence[Path], name: str) -> bool:
    top = name.partition(".")[0]
    beside = any((each / f"{top}.py").is_file() or (each / top).is_dir() for each in folders)
    try:
        return beside or importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return False


def absent_imports(path: Path, tree: ast.Module) -> list[str]:
    """Modules that the top level of a file imports and that neither are here nor are stood in for."""
    names: list[str] = []
    for each in tree.body:
        if isinstance(each, ast.Import):
            names += [alias.name for alias in each.names]
        elif isinstance(each, ast.ImportFrom) and each.module and not each.level:
            names.append(each.module)
    tops = dict.fromkeys(name.partition(".")[0] for name in names)
    folders = neighbours(path).folders
    return [top for top in tops if top not in STOOD_IN and not _is_here(folders, top)]


def blame(error: BaseException, doing: str, about: str, absent: Sequence[str] = ()) -> StudioError:
    """The error for something that failed in foreign code while `doing`; `absent` are modules it lacks as well."""
    if isinstance(error, StudioError):
        return error
    if lacking := missing_name(error, about):
        return lacking
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        tops = list(dict.fromkeys([top, *absent]))
        line, several = " ".join(PACKAGES.get(each, each) for each in tops), len(tops) > 1
        hint = f"Install {'them' if several else 'it'} (pip install {line}) or put {top}.py beside the file."
        named = f"modules {', '.join(tops)}, which are" if several else f"module {top}, which is"
        return ModelError(f"{about} needs the {named} not installed.", hint, about=about)
    if isinstance(error, SystemExit):
        where = place(error)
        return ModelError(f"{doing} ended the program ({where}).", "Remove that exit.", about=about)
    return ModelError(f"{doing} failed: {reason(error)}.", "Mend that line and open it again.", about=about)
