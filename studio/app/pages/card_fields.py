"""The fields of the card as one table: the form, its counters and its tests are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from studio.app.state import HostRow
    from studio.document.limits import HostLimits

MANY = 3  # hosts: more names than two do not fit beside a field


@dataclass(frozen=True)
class CardField:
    """One field of the form. `kind` is text, list, links, number, choices or flag."""

    key: str
    title: str
    kind: str = "text"
    help: str = ""
    lines: int = 1


FIELDS: Final = (
    CardField("name", "Name", help="As hosts list it"),
    CardField("authors", "Authors", "list", "Ada Lovelace, Grace Hopper"),
    CardField("short_description", "Short description", help="One sentence on what it does to sound", lines=2),
    CardField("long_description", "Long description", help="What it is for, how to set its knobs", lines=4),
    CardField("tags", "Tags", "list", "distortion, clipper"),
    CardField("domain_tags", "Made for", "choices"),
    CardField("version", "Version", help="1.0.0"),
    CardField("sample_rate", "Model's sample rate", "number", "Empty where it works at any, in Hz"),
    CardField("labels", "Output labels", "list", "drums, bass, vocals"),
    CardField("license", "Licence", help="MIT"),
    CardField("technical_description", "Technical description", help="Network, training, data", lines=3),
    CardField("technical_links", "Links", "links", "Paper: https://…, one a line", lines=2),
    CardField("citation", "Citation", help="How to cite it", lines=2),
    CardField("experimental", "Experimental", "flag", "Hosts warn before they load it"),
)


def shown(field: CardField, value: Any) -> str:
    """A value of the document as it is typed."""
    if field.kind == "list":
        return ", ".join(value)
    if field.kind == "links":
        return "\n".join(link if name == link else f"{name}: {link}" for name, link in value.items())
    return "" if value is None else str(value)


def typed(field: CardField, text: str) -> Any:
    """What was typed as a value of the document. Raises: ValueError with the reason."""
    if field.kind == "list":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if field.kind == "links":
        return dict(_link(line) for line in text.splitlines() if line.strip())
    if field.kind == "number":
        plain = text.replace(" ", "")
        if plain and not (plain.isascii() and plain.isdigit() and int(plain) > 0):
            raise ValueError("Write a rate in Hz as a whole number, for example 48000.")
        return int(plain) if plain else None
    return text


def counted(field: CardField, value: Any, rows: Sequence[HostRow]) -> tuple[str, bool]:
    """The count against the tightest limit of the ticked hosts, and whether it is over."""
    from studio.document.limits import tightest  # not before the first card: pydantic would delay the first frame

    limits = [(row, row.limits.fields.get(field.key)) for row in rows if row.ticked]
    bound = tightest(field.key, [row.limits.host for row, _ in limits])
    missing = [short(row.limits) for row, limit in limits if limit is not None and limit.required and not value]
    if missing:
        who = " and ".join(missing) if len(missing) < MANY else f"{len(missing)} hosts"
        return f"{who} need{'s' if len(missing) == 1 else ''} it", False
    if bound is None or isinstance(value, int):
        return "", False
    name, limit = bound
    most = limit.max_length or limit.max_items or 0
    host = next(short(row.limits) for row, _ in limits if row.limits.host == name)
    return (f"{len(value)} / {most} {host}", len(value) > most) if value else (f"up to {most}", False)


def troubles(field: CardField, value: Any, rows: Sequence[HostRow]) -> str:
    """What ticked hosts would refuse in this field; an empty field is no mistake yet, its counter says who needs it."""
    if not value:
        return ""
    said = {
        f"{each.sentence} {each.hint}": short(row.limits)
        for row in rows
        if row.ticked
        for each in row.problems
        if each.field == field.key
    }
    return "\n".join(f"{host}: {sentence}" for sentence, host in said.items())


def short(limits: HostLimits) -> str:
    """The host's name without what it writes."""
    return limits.title.partition(" (")[0]


def _link(line: str) -> tuple[str, str]:
    name, colon, link = line.partition(":")
    if colon and not link.startswith("//"):
        return name.strip(), link.strip()
    return line.strip(), line.strip()
