"""What every host minds when it rewrites what is said about a package: nothing that sounds may change."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.errors import CardError, HostError
from studio.storage import replacing
from studio.wrappers.archive import EPOCH
from studio.wrappers.captured import FACTS

SAID_OF_KNOBS = frozenset({"name", "description"})  # all else of a knob moves what is heard


def facts_of(path: Path, facts: Mapping[str, Any], title: str) -> tuple[Call, ModelCard]:
    """Call and card that our export put into a package. Raises: HostError for a package made elsewhere."""
    if "card" not in facts or "call" not in facts:
        raise HostError(
            f"{path.name} was not made by this app, so what it says of itself is fixed in its code.",
            f"Open the model it was made from and export it to {title} again.",
            about=path.name,
        )
    return Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])


def require_same_sound(old: ModelCard, new: ModelCard) -> None:
    """Raise CardError with every change that would have to change the model as well."""
    found: list[tuple[str, str]] = []
    if old.sample_rate != new.sample_rate:
        found.append(("sample_rate", f"the sample rate is {old.sample_rate} Hz"))
    if len(old.labels) != len(new.labels):
        found.append(("labels", f"the model has {len(old.labels)} labels"))
    if len(old.parameters) != len(new.parameters):
        found.append(("parameters", f"the model has {len(old.parameters)} knobs"))
    else:
        pairs = zip(old.parameters, new.parameters, strict=True)
        turned = [one.name for one, other in pairs if _heard(one) != _heard(other)]
        found += [("parameters", f"of the knob {name} only name and description can be edited") for name in turned]
    if found:
        said = "; ".join(what for _, what in found)
        hint = "Open the model and export it again."
        fields = list(dict.fromkeys(field for field, _ in found))
        raise CardError(f"This would change the sound: {said}.", hint, fields=fields)


def replace_members(path: Path, members: Mapping[str, str]) -> None:
    """Put texts in the place of members of a zip archive, named without its top folder; all else byte by byte.

    Raises: HostError where one of them is not there.
    """
    with zipfile.ZipFile(path) as archive:
        held = [(info, archive.read(info)) for info in archive.infolist()]
    tails = {info.filename.partition("/")[2] for info, _ in held}
    if missing := sorted(set(members) - tails):
        raise HostError(f"{path.name} holds no {', '.join(missing)}.", "Export it again.", about=path.name)
    with replacing(path) as stream, zipfile.ZipFile(stream, "w") as renewed:
        for info, data in held:
            text = members.get(info.filename.partition("/")[2])
            renewed.writestr(zipfile.ZipInfo(info.filename, EPOCH), data if text is None else text)


def read_member(path: Path, tail: str) -> str:
    """The text of a member of a zip archive, named without its top folder; empty where there is none."""
    with zipfile.ZipFile(path) as archive:
        name = next((each for each in archive.namelist() if each.partition("/")[2] == tail), "")
        return archive.read(name).decode() if name else ""


def with_card(facts: Mapping[str, Any], card: ModelCard) -> str:
    """The facts of an archive, `FACTS`, with another card."""
    return json.dumps({**facts, "card": card.model_dump(mode="json")})


def _heard(parameter: Parameter) -> dict[str, Any]:
    return parameter.model_dump(exclude=set(SAID_OF_KNOBS))


__all__ = ["FACTS", "facts_of", "read_member", "replace_members", "require_same_sound", "with_card"]
