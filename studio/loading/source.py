"""Import a user's Python file under a clean name, as if it were run from its own folder."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import keyword
import linecache
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import torch

from studio.document.neighbours import Neighbours, neighbours
from studio.document.outline import imported_names, parse
from studio.errors import FileError
from studio.loading.blame import absent_imports, blame
from studio.loading.shim import stand_in_for


def clean_name(path: Path) -> str:
    """A module name for any file name: TorchScript writes it into archives and cannot read a dash there."""
    name = re.sub(r"\W", "_", path.stem, flags=re.ASCII)
    taken = name in sys.modules and getattr(sys.modules[name], "__file__", None) != str(path)
    if keyword.iskeyword(name) or not name.isidentifier() or taken or name in sys.stdlib_module_names:
        return f"model_{name}"
    return name


def import_file(path: Path) -> ModuleType:
    """Run a Python file as a module; what stands under `if __name__ == "__main__"` does not run.

    Raises: FileError where it is not valid Python, ModelError with the user's line where it fails.
    """
    path = path.resolve()
    tree, around = parse(path), neighbours(path)
    stand_in_for(each for file in (path, *around.files) for each in _imported_by(file))
    name = clean_name(path)
    if around.depth:
        name = f"{_package_around(path, around.depth)}.{name}"
    loader = SourceFileLoader(name, str(path))  # whatever the file's name ends in
    spec = importlib.util.spec_from_loader(name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    _forget_namesakes(around)
    linecache.checkcache()
    with _as_if_run_from(around.folders):
        sys.modules[name] = module  # inspect.getsource, and with it torch.jit, looks there
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loader.exec_module(module)
        except (Exception, SystemExit) as error:
            sys.modules.pop(name, None)
            absent = absent_imports(path, tree) if isinstance(error, ModuleNotFoundError) else []
            raise blame(error, f"Importing {path.name}", path.name, absent) from error
    return module


def _imported_by(file: Path) -> list[str]:
    """What a neighbour imports; one that cannot be read says so when it is imported."""
    try:
        return imported_names(parse(file))
    except FileError:
        return []


def _package_around(path: Path, depth: int) -> str:
    """The folders above as packages, so that leading dots lead to neighbours; their own `__init__.py` do not run."""
    name = f"folder_of_{clean_name(path)}"
    for known in [each for each in sys.modules if each.partition(".")[0] == name]:
        del sys.modules[known]
    folders = list(reversed([path.parent, *path.parent.parents][:depth]))
    for index, folder in enumerate(folders):
        if index:
            name = f"{name}.{folder.name}"
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name


def _forget_namesakes(around: Neighbours) -> None:
    """A neighbour may be called like a module of another model that was opened before."""
    for neighbour in around.files:
        for folder in around.folders:
            if not neighbour.is_relative_to(folder):
                continue
            name = ".".join(neighbour.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")
            known = sys.modules.get(name)
            if known is not None and name.partition(".")[0] != "studio" and _is_foreign(known):
                del sys.modules[name]
    importlib.invalidate_caches()


def _is_foreign(module: ModuleType) -> bool:
    """Whether a module is neither Python's own nor installed."""
    file = getattr(module, "__file__", None) or ""
    return bool(file) and "site-packages" not in file and not file.startswith(str(Path(re.__file__).parents[1]))


@contextlib.contextmanager
def _as_if_run_from(folders: Sequence[Path]) -> Iterator[None]:
    """These folders first on sys.path; what an import changes for everybody is put back.

    Afterwards they stay last on the path: a forward may import a neighbour when it is first called.
    """
    dtype, device, writes = torch.get_default_dtype(), torch.get_default_device(), sys.dont_write_bytecode
    names = [str(each) for each in folders]
    sys.path[:0] = names
    sys.dont_write_bytecode = True  # nothing is written into the user's folder
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:
            torch.set_default_device(device)
        sys.dont_write_bytecode = writes
        for each in names:
            with contextlib.suppress(ValueError):
                sys.path.remove(each)
        sys.path += [each for each in names if each not in sys.path]
