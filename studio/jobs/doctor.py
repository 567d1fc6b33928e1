"""What only a child process should try: to open devices, to load libraries, to become urgent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.document.check import Check
from studio.jobs.foreign_parts import SECTIONS
from studio.jobs.system_libraries import is_there, library_rows, this_system
from studio.link import awake
from studio.link.precedence import describe
from studio.link.shared import Priority

UNLOCKED = True  # it opens no foreign file, and looks at devices that a locked process cannot see
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer one section of `flows.doctor.examine`. Each imports what it asks for: any of it may be what is broken."""
    section = request["section"]
    sections: dict[str, Callable[[], list[Check]]] = {
        "sound": lambda: _sound(request),
        "priority": _priority,
        "libraries": lambda: library_rows(is_there, this_system()),
        **SECTIONS,
    }
    report(None, f"Looking at {section}")
    return {"checks": [each.model_dump(mode="json") for each in sections[section]()]}


def _sound(request: dict[str, Any]) -> list[Check]:
    from studio.engine.survey import survey_sound

    return survey_sound(request["device"], request["sample_rate"], request["block"], request["opens"])


def _priority() -> list[Check]:
    from studio.engine.priority import probe_priority, standing

    rows = [priority_row(probe_priority(), standing())]
    return [*rows, awake_row(is_granted=awake.is_granted())] if awake.is_known() else rows


def priority_row(granted: Priority, said: str) -> Check:
    """What this user's threads are granted; `said` is what the system allows."""
    sentence, hint = describe(granted)
    words = {Priority.ORDINARY: "none", Priority.RAISED: "raised", Priority.REAL_TIME: "real time"}
    verdict = "pass" if granted == Priority.REAL_TIME else "warn"
    advice = " ".join(filter(None, [sentence, f"Here {said}." if said else "", hint]))
    value = words.get(granted, "unknown")
    return Check(id="priority.granted", verdict=verdict, value=value, title="Priority of sound", advice=advice)


def awake_row(*, is_granted: bool) -> Check:
    """Whether the processors may be kept from sleeping deeply while sound plays."""
    title = "Processors kept awake"
    if is_granted:
        return Check(id="priority.awake", verdict="pass", value="while sound plays", title=title)
    costs = "Between two blocks a processor may sleep deeply; waking it costs time that small blocks do not have."
    return Check(id="priority.awake", verdict="warn", value="no", title=title, advice=f"{costs} {awake.HINT}")
