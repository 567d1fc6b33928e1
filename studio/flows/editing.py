"""The card of a package or model: read without running anything, edited, and written back without another export."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from studio.document.card import ModelCard, card_from, read_card
from studio.document.check import Check, passed
from studio.document.kinds import recognise
from studio.document.limits import hosts, limits_of, problems
from studio.document.trust import Trust, content_digest, require_consent
from studio.errors import CardError, FileError, HostError
from studio.flows.access import for_package
from studio.link.job import Limits, Report, run_job
from studio.link.lock.strength import strength
from studio.storage import (
    move_file_into_place,
    move_folder_into_place,
    read_text,
    scratch_folder,
    staging_beside,
    write_text,
)

LIMITS = Limits(seconds=900.0, silence=300.0)
FACTS, METADATA = "extra/studio.json", "extra/metadata.json"
BESIDE = ("metadata.json", "card.json", "README.md")  # of a package that is one file


class CardOf(BaseModel):
    """A card and where it stands.

    Attributes:
        card: what is said.
        kind: of the file, as in `document.kinds`.
        place: the file that holds the card: the package itself, or `NAME.card.json` beside a model.
        host: whose package it is; empty for a model.
    """

    model_config = ConfigDict(frozen=True)

    card: ModelCard
    kind: str
    place: str
    host: str = ""


class Edited(BaseModel):
    """A package or model whose card was written.

    Attributes:
        path: of the package or the card.
        checks: what was asked of a package before it took the place of the old one.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    checks: tuple[Check, ...] = ()


def card_of(path: Path) -> CardOf:
    """The card of a package, or the one that lies beside a model. Nothing is run, so nobody is asked.

    Raises: FileError where it is neither; CardError where a card cannot be read.
    """
    kind = recognise(path)
    if not kind.is_model:
        raise FileError(
            f"{path.name} is a {kind.title}; it has no card.", "Name a package or a model.", about=path.name
        )
    if kind.name in hosts():
        return CardOf(card=_package_card(path), kind=kind.name, place=str(path), host=kind.name)
    beside = path.with_name(f"{path.stem}.card.json")
    card = read_card(beside) if beside.is_file() else ModelCard(name=path.stem)
    return CardOf(card=card, kind=kind.name, place=str(beside))


def edited_card(card: ModelCard, given: ModelCard | None, edits: Sequence[tuple[str, str]]) -> ModelCard:
    """The card with what another one says, and then with single fields as somebody typed them.

    Args:
        card: as it is.
        given: of another card only the fields that it names count.
        edits: field and value: text as it is, lists and objects as JSON or as words with commas between;
            `knob.NAME.description` and `knob.NAME.name` reach into a knob.

    Raises: CardError that names the field.
    """
    held = card.model_dump()
    if given is not None:
        held |= given.model_dump(include=given.model_fields_set)
    for field, text in edits:
        if field.startswith("knob."):
            _edit_knob(held, field, text)
        elif field not in ModelCard.model_fields or field == "parameters":
            known = ", ".join(name for name in ModelCard.model_fields if name != "parameters")
            raise CardError(f"A card has no {field}.", f"It has {known}, knob.NAME.description.", fields=[field])
        else:
            held[field] = _typed(held[field], text)
    return card_from(held)


def write_card(
    path: Path,
    card: ModelCard,
    *,
    out: Path | None = None,
    trust: Trust | None = None,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Edited:
    """Put another card into a package, or beside a model.

    A copy of the package is rewritten, compared with the old one bit by bit and verified in a fresh process; only
    then it takes its place.

    Args:
        path: the package or model.
        card: what is to be said.
        out: where the edited package goes; None for where it is.
        trust: what may run: a package is played to compare it.
        report: told of progress.
        cancel: set it to stop; the package is then as it was.

    Raises: CardError with everything new that the host would refuse, or that would change the sound; HostError where
        the package has to be exported again; ConsentNeeded.
    """
    known = card_of(path)
    if not known.host:
        place = out or Path(known.place)
        write_text(place, json.dumps(card.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
        return Edited(path=str(place))
    _refuse_new_problems(known, card)
    trust = trust or Trust()
    digest = content_digest(path)
    kind = recognise(path)
    is_locked = strength().is_strong and kind.name != "harp"  # whose app.py is run to verify it
    require_consent(path, kind, digest, trust, is_locked=is_locked)
    target = _target(path, out)
    with staging_beside(target) as staging:
        staged = _copied(path, staging / target.name)
        checks = _rewritten(known.host, path, staged, card, report, cancel)
        if not passed(checks):
            said = "; ".join(f"{each.title}: {each.value}" for each in checks if each.verdict == "fail")
            raise HostError(f"The edited package was not accepted ({said}); nothing was changed.", "Export it again.")
        _settle(staged, target)
    if trust.ours(digest):
        trust.remember_ours(content_digest(target), f"{known.host} {target.name}")
    return Edited(path=str(target), checks=checks)


def _rewritten(
    host: str, original: Path, staged: Path, card: ModelCard, report: Report | None, cancel: threading.Event | None
) -> tuple[Check, ...]:
    """Rewrite a copy, compare it with the original, and verify it as an export is verified."""
    with scratch_folder("card") as scratch:
        asked = {"host": host, "path": str(staged), "reference": str(scratch / "reference.npz")}
        request = {**asked, "original": str(original), "card": card.model_dump(mode="json")}
        folder = staged if staged.is_dir() else staged.parent
        access = for_package(original, write=[folder, scratch])
        made = run_job("rewrite", request, report=report, cancel=cancel, limits=LIMITS, access=access)["checks"]
        access = for_package(staged, read=[scratch])
        made += run_job("verify", asked, report=report, cancel=cancel, limits=LIMITS, access=access)["checks"]
    return tuple(Check.model_validate(each) for each in made)


def _package_card(path: Path) -> ModelCard:
    model = next(iter(sorted(path.glob("*.pt"))), path / "model.pt") if path.is_dir() else path
    described = _json(_member(model, METADATA))
    beside = model.with_name("metadata.json")
    if not described and beside.is_file():
        described = _json(read_text(beside, "metadata"))
    facts = _json(_member(model, FACTS))
    card = card_from(facts.get("card", described), path.name)
    return card if card.name else card.model_copy(update={"name": path.stem})


def _member(path: Path, tail: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            name = next((each for each in archive.namelist() if each.partition("/")[2] == tail), "")
            return archive.read(name).decode() if name else ""
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError, EOFError) as error:
        raise FileError(f"{path.name} is damaged.", "Export it again.", about=path.name) from error


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _typed(now: Any, text: str) -> Any:
    """A value as it was typed, for a field that holds `now`."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = text
    if isinstance(now, str):
        return said if isinstance(said, str) else text
    if isinstance(now, (list, tuple)) and not isinstance(said, list):
        return [each.strip() for each in text.split(",") if each.strip()]
    return said


def _edit_knob(held: dict[str, Any], field: str, text: str) -> None:
    name, _, what = field.removeprefix("knob.").rpartition(".")
    knob = next((each for each in held["parameters"] if each["name"] == name), None)
    if knob is None or what not in ("name", "description"):
        names = ", ".join(each["name"] for each in held["parameters"]) or "none"
        hint = f"Write knob.NAME.description=… or knob.NAME.name=…; the knobs are {names}."
        raise CardError(f"{field} is nothing that can be edited.", hint, fields=[field])
    at = held["parameters"].index(knob)
    held["parameters"] = [*held["parameters"][:at], {**knob, what: text}, *held["parameters"][at + 1 :]]


def _refuse_new_problems(known: CardOf, card: ModelCard) -> None:
    """What was wrong before may stay: an edit is not the time to ask for all else."""
    old = {each.sentence for each in problems(known.card, known.host)}
    found = [each for each in problems(card, known.host) if each.sentence not in old]
    if found:
        said = " ".join(each.sentence for each in found)
        hints = " ".join(dict.fromkeys(each.hint for each in found))
        title = limits_of(known.host).title
        raise CardError(f"{title}: {said}", hints, fields=list(dict.fromkeys(each.field for each in found)))


def _target(path: Path, out: Path | None) -> Path:
    if out is None:
        return path.resolve()
    target = out / path.name if out.is_dir() and not path.is_dir() else out
    if target.exists() and not target.samefile(path):
        raise FileError(f"{target} is there already.", "Choose another name.", about=target.name, fields=["out"])
    return target


def _copied(path: Path, staged: Path) -> Path:
    """A copy of a package: of a folder all of it, of a file also what may be its own beside it."""
    if path.is_dir():
        shutil.copytree(path, staged)
        return staged
    shutil.copyfile(path, staged)
    for name in BESIDE:
        if path.with_name(name).is_file():
            shutil.copyfile(path.with_name(name), staged.with_name(name))
    return staged


def _settle(staged: Path, target: Path) -> None:
    if staged.is_dir():
        move_folder_into_place(staged, target)
        return
    move_file_into_place(staged, target)
    for name in BESIDE:
        beside, own = staged.with_name(name), target.with_name(name)
        if beside.is_file() and own.is_file():
            move_file_into_place(beside, own)
