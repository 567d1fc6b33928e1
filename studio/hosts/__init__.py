"""One folder per host: package, verify, read."""

from __future__ import annotations

from importlib.metadata import entry_points
from types import ModuleType

from studio.errors import HostError


def host(name: str) -> ModuleType:
    """The code of one host, by its entry point in the group `studio.hosts`.

    Returns: a module with
        `package(captured, work) -> list[Path]`: writes into `work.folder`; the first path is what the host opens,
        `reference(captured, audio, sample_rate, positions) -> Reference`: how the package has to sound,
        `verify(path, reference) -> list[Check]`: asks the written package, to be run in a fresh process,
        `read(path) -> Captured`: opens a package so that it plays through its own root,
        and perhaps `rewrite(path, card) -> list[Path]`: says something else about a package that sounds as before.
    Raises: HostError that lists the hosts there are.
    """
    found = {entry.name: entry for entry in entry_points(group="studio.hosts")}
    if name not in found:
        known = ", ".join(sorted(found))
        raise HostError(f"There is no host {name!r}.", f"The hosts are {known}.", fields=["host"])
    module: ModuleType = found[name].load()
    return module
