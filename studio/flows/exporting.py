"""Export: refuse what hosts would refuse, package, verify in a fresh process, and only then move into place."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from studio.document.card import ModelCard
from studio.document.check import Check, passed
from studio.document.limits import limits_of, misfits, problems
from studio.document.opened import OpenedModel
from studio.document.trust import Trust, content_digest
from studio.errors import CardError, HostError
from studio.link.job import Limits, Report, run_job
from studio.storage import move_folder_into_place, staging_beside

LIMITS = Limits(seconds=1800.0, silence=300.0)


class Package(BaseModel):
    """What became of one host's package.

    `path` is what the host opens, empty where the package was not verified and therefore not written.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    path: str
    verified: bool
    checks: tuple[Check, ...]


def export_model(
    opened: OpenedModel,
    card: ModelCard,
    knobs: dict[str, float],
    hosts: Sequence[str],
    target: Path,
    *,
    sounds: Sequence[Path] = (),
    trust: Trust | None = None,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> list[Package]:
    """Export a model to several hosts.

    Args:
        opened: the model as it is heard.
        card: what is said about it.
        knobs: present positions 0…1 by name, for hosts without knobs.
        hosts: names of hosts.
        target: folder that gets `HOST/NAME/` for each of them.
        sounds: up to three sounds for the samples in a package that holds some.
        trust: remembers what was made here.
        report: told of progress.
        cancel: set it to stop; nothing is left at `target` then.

    Raises: CardError with everything on the card that a host would refuse; HostError; FileError for `target`.
    """
    wanted = list(dict.fromkeys(hosts))
    refuse_unfit(opened, card, wanted)
    with staging_beside(target / "packages") as staging:
        request = {
            "captured": opened.captured,
            "card": card.model_dump(mode="json"),
            "knobs": knobs,
            "hosts": wanted,
            "sounds": [str(each) for each in sounds],
            "folder": str(staging),
        }
        made = run_job("export", request, report=report, cancel=cancel, limits=LIMITS)["packages"]
        return [_settle(each, target, trust or Trust(), report, cancel) for each in made]


def refuse_unfit(opened: OpenedModel, card: ModelCard, hosts: Sequence[str]) -> None:
    """Raise with every reason why one of `hosts` would not take this model with this card."""
    found = [problem for host in hosts for problem in problems(card, host)]
    if found:
        said = " ".join(f"{limits_of(each.host).title}: {each.sentence}" for each in found)
        hints = " ".join(dict.fromkeys(each.hint for each in found))
        raise CardError(said, hints, fields=list(dict.fromkeys(each.field for each in found)))
    unfit = [problem for host in hosts for problem in misfits(opened.call, host)]
    if unfit:
        hints = " ".join(dict.fromkeys(each.hint for each in unfit))
        raise HostError(" ".join(each.sentence for each in unfit), hints, fields=["host"])


def _settle(
    made: dict[str, Any], target: Path, trust: Trust, report: Report | None, cancel: threading.Event | None
) -> Package:
    """Verify one staged package in a fresh process and move it into place when it passed."""
    host, folder = made["host"], Path(made["folder"])
    found = run_job(
        "verify",
        {"host": host, "path": made["path"], "reference": made["reference"]},
        report=report,
        cancel=cancel,
        limits=LIMITS,
    )
    checks = tuple(Check.model_validate(each) for each in found["checks"])
    if not passed(checks):
        return Package(host=host, path="", verified=False, checks=checks)
    place = target / host / folder.name
    move_folder_into_place(folder, place)
    path = place / Path(made["path"]).relative_to(folder)
    trust.remember_ours(content_digest(path), f"{host} {folder.name}")
    return Package(host=host, path=str(path), verified=True, checks=checks)
