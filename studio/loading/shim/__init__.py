"""Let a file that was written for another toolkit open: stand-in modules with our names under theirs.

Wrapper classes have to be ours, so that Neutone's and Audacity's kits are stood in for even where they are installed;
what their stand-ins do not have is still imported from them. Of torchaudio the real one is used wherever there is one.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from studio.errors import ModelError
from studio.loading.shim.table import ANYTHING, STAND_INS

TOPS = {name.partition(".")[0] for name in STAND_INS}
PIP = {"torchaudacity": "audacitorch"}
WRAPPERS = {"neutone_sdk", "audacitorch", "torchaudacity"}
FROM = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")


def stand_in_for(names: Iterable[str]) -> None:
    """From now on, in this process, imports of these top names find stand-ins."""
    for name in TOPS.intersection(names):
        if any(isinstance(each, _Finder) and each.top == name for each in sys.meta_path):
            continue
        finder = _Finder(name)
        if name in WRAPPERS:
            sys.meta_path.insert(0, finder)
        else:
            sys.meta_path.append(finder)  # asked last, for what nobody has


def stood_in(names: Iterable[str]) -> list[str]:
    """Which of these top names are imported as stand-ins."""
    return sorted(name for name in names if isinstance(getattr(sys.modules.get(name), "__loader__", None), _Loader))


def missing_name(error: BaseException, about: str) -> ModelError | None:
    """The error for a name that a stand-in lacks; None where `error` is another matter."""
    if isinstance(error, _Missing):
        name, module = error.name, error.module
    elif isinstance(error, ImportError) and (found := FROM.search(str(error))):
        name, module = found.groups()
    elif isinstance(error, ModuleNotFoundError) and error.name and "." in error.name:
        module, _, name = error.name.rpartition(".")
    else:
        return None
    top = module.partition(".")[0]
    if not stood_in([top]):
        return None
    known = ", ".join(sorted(STAND_INS.get(module, {}))) or "nothing"
    said = f"{about} uses {module}.{name}, which only the real {top} has; the stand-in knows {known}."
    return ModelError(said, f"Install the real one: pip install {PIP.get(top, top)}.", about=about)


class _Missing(AttributeError):
    """A stand-in was asked for a name it does not know."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(f"the stand-in for {module} has no {name}", name=name)
        self.module = module


class _Finder(MetaPathFinder):
    """Finds stand-ins below one top name."""

    def __init__(self, top: str) -> None:
        self.top = top

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in STAND_INS or fullname.partition(".")[0] != self.top:
            return None
        parent = fullname.rpartition(".")[0]
        if parent and not stood_in([parent]):
            return None  # the real package, of a version without this module
        package = not parent or any(each.startswith(f"{fullname}.") for each in STAND_INS)
        spec = ModuleSpec(fullname, _Loader(), origin="a stand-in of Neural Audio Studio", is_package=package)
        real = None if parent else PathFinder.find_spec(fullname)
        if real is not None and real.submodule_search_locations:
            spec.submodule_search_locations = list(real.submodule_search_locations)
        return spec


class _Loader(Loader):
    """Makes a module whose names are looked up when they are first used."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name, table = module.__name__, STAND_INS[module.__name__]
        below = [each.rpartition(".")[2] for each in STAND_INS if each.rpartition(".")[0] == name]

        def look_up(wanted: str) -> Any:
            if wanted in below:
                return importlib.import_module(f"{name}.{wanted}")
            if wanted not in table and (ANYTHING not in table or wanted.startswith("__")):
                raise _Missing(name, wanted)
            home, _, ours = table.get(wanted, table.get(ANYTHING, "")).partition(":")
            found = getattr(importlib.import_module(home), ours)
            setattr(module, wanted, found)
            return found

        public = [each for each in table if each.isidentifier() and not each.startswith("_")]
        module.__dict__.update(__getattr__=look_up, __all__=public)
