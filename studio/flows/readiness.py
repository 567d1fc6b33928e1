"""Whether what an export wrote is whole: told by its content, before anybody else gets it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.document.kinds import recognise
from studio.document.limits import hosts, limits_of, problems
from studio.errors import CardError, FileError, HostError
from studio.flows.editing import card_of
from studio.storage import read_text

FRONT = re.compile(r"\ufeff?---\s*\n(.*?)\n---\s*(\n|$)", re.DOTALL)
SDK = re.compile(r"^sdk:\s*[\"']?(\w+)", re.MULTILINE)
LEFT_OUT = ("__pycache__", "Thumbs.db")
EXPORT_AGAIN = "Export it again."


@dataclass(frozen=True)
class Package:
    """A package that may be published.

    Attributes:
        host: whose it is.
        card: what it says of its model.
        sdk: of a Space, as its README's front matter names it; empty for a model.
        files: place on this disk and path in the package.
    """

    host: str
    card: ModelCard
    sdk: str
    files: tuple[tuple[Path, str], ...]


def ready_package(path: Path) -> Package:
    """Look at a package: the folder that was exported, or the file in it.

    Raises: FileError where there is no package; CardError with everything its host would refuse; HostError for one
        whose files do not belong together.
    """
    folder, opened = _opened(path)
    known = card_of(opened)
    found = problems(known.card, known.host)
    if found:
        said = " ".join(each.sentence for each in found)
        hints = " ".join(dict.fromkeys(each.hint for each in found))
        fields = list(dict.fromkeys(each.field for each in found))
        raise CardError(f"{limits_of(known.host).title}: {said}", f"{hints} Edit it with studio card.", fields=fields)
    files = _listed(folder) if path.is_dir() else ((path, path.name),)
    front = _front_matter(folder / "README.md") if path.is_dir() else ""
    if known.host == "audacity":
        _require_audacity(folder, front)
    sdk = SDK.search(front)
    return Package(known.host, known.card, sdk[1] if sdk else "", files)


def _opened(path: Path) -> tuple[Path, Path]:
    """The folder of a package and what its host opens in it."""
    if not path.is_dir():
        if recognise(path).name not in hosts():
            raise _no_package(path)
        return path.parent, path
    if ((path / "model.pt").is_file() and (path / "metadata.json").is_file()) or (path / "app.py").is_file():
        return path, path
    held = [each for each in sorted(path.iterdir()) if each.is_file() and each.suffix in (".nm", ".ts", ".pt", ".onnx")]
    packages = [each for each in held if recognise(each).name in hosts()]
    if len(packages) != 1:
        raise _no_package(path, [each.name for each in packages])
    return path, packages[0]


def _no_package(path: Path, several: list[str] | None = None) -> FileError:
    if several:
        said = f"{path.name} holds several packages: {', '.join(several[:4])}."
        return FileError(said, "Name one of them.", about=path.name)
    return FileError(f"{path.name} is no package of a host.", "Name the folder that an export wrote.", about=path.name)


def _listed(folder: Path) -> tuple[tuple[Path, str], ...]:
    """Every file of a package, but for what systems and programs leave behind. Raises: FileError for links."""
    found = []
    for each in sorted(folder.rglob("*")):
        parts = each.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts) and parts != (".gitattributes",)
        if hidden or any(part in LEFT_OUT for part in parts):
            continue
        if each.is_symlink():
            said = f"{'/'.join(parts)} points to another place and is not part of the package."
            raise FileError(said, "Put the file itself there, or remove the link.", about=folder.name)
        if each.is_file():
            found.append((each, "/".join(parts)))
    return tuple(found)


def _front_matter(page: Path) -> str:
    found = FRONT.match(read_text(page, "page")) if page.is_file() else None
    return found[1] if found else ""


def _require_audacity(folder: Path, front: str) -> None:
    """What Audacity reads before it loads anything."""
    model, described = folder / "model.pt", _object(folder / "metadata.json")
    if described.get("model_size") != model.stat().st_size:
        said = f"metadata.json of {folder.name} tells another size than model.pt has."
        raise HostError(said, EXPORT_AGAIN, about=folder.name)
    if not re.search(r"^\s*-\s*[\"']?audacity[\"']?\s*$", front, re.MULTILINE):
        said = f"README.md of {folder.name} has not the tag audacity, by which Audacity finds it."
        raise HostError(said, EXPORT_AGAIN, about=folder.name)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(path, "metadata"))
    except (ValueError, RecursionError) as error:
        raise HostError(f"{path.name} is not JSON.", EXPORT_AGAIN, about=path.name) from error
    if not isinstance(found, dict):
        raise HostError(f"{path.name} is not an object.", EXPORT_AGAIN, about=path.name)
    return found
