"""Export: refuse what hosts would refuse, package, verify in a fresh process, and only then move into place."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.document.card import ModelCard
from studio.document.check import Check, passed
from studio.document.limits import limits_of, misfits, problems
from studio.document.opened import OpenedModel
from studio.document.trust import Trust, content_digest
from studio.errors import Cancelled, CardError, FileError, HostError, JobError, ModelError, StudioError
from studio.flows.access import for_captured, for_package, require_inside
from studio.flows.checking import check_model
from studio.flows.exported import Package, digests_of, kept, remember
from studio.flows.report import write_report
from studio.link.job import Limits, Report, run_job
from studio.storage import move_folder_into_place, staging_beside

LIMITS = Limits(seconds=1800.0, silence=300.0)
AT_ONCE = 2  # jobs side by side: each holds torch
DEADLY = {"blocks", "shape", "finite", "labels", "whole"}  # no host lives well with a model that fails one of these


@dataclass(frozen=True)
class Wanted:
    """One export: everything that all of its packages share."""

    opened: OpenedModel
    card: ModelCard
    knobs: dict[str, float]
    sounds: tuple[Path, ...]
    created: float


def export_model(
    opened: OpenedModel,
    card: ModelCard,
    knobs: dict[str, float],
    hosts: Sequence[str],
    target: Path,
    *,
    sounds: Sequence[Path] = (),
    anyway: bool = False,
    trust: Trust | None = None,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> list[Package]:
    """Export a model to several hosts, with a report of every check and plot.

    Each package appears whole or not at all. What an earlier run had finished, from the same model, card, knobs
    and sounds, is kept as it is: an export that was cut short goes on where it stopped. The same input gives the
    same bytes but for a date that some hosts demand; SOURCE_DATE_EPOCH sets that too.

    Args:
        opened: the model as it is heard.
        card: what is said about it.
        knobs: present positions 0…1 by name, for hosts without knobs.
        hosts: names of hosts.
        target: folder that gets `HOST/NAME/` for each of them, `report.html` and `export.json`.
        sounds: up to three sounds for the samples in a package that holds some.
        anyway: go on although a check failed, where hosts live with that.
        trust: remembers what was made here.
        report: told of progress.
        cancel: set it to stop; what was not finished leaves nothing at `target`.

    Raises: CardError with everything on the card that a host would refuse; HostError; ModelError where a check
        failed; FileError for `target`, and where a disk is full.
    """
    wanted = list(dict.fromkeys(hosts))
    refuse_unfit(opened, card, wanted)
    created = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    asked = Wanted(opened, card, knobs, tuple(sounds), created)
    stop = cancel or threading.Event()
    made_of = digests_of(opened, card, knobs, wanted, sounds)
    found = {host: kept(target, host, digest) for host, digest in made_of.items()}
    with staging_beside(target / "packages") as staging, ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            checking = pool.submit(check_model, opened, known=True, report=report, cancel=stop)
            making = {
                host: pool.submit(_make, asked, host, staging, report, stop) for host in wanted if found[host] is None
            }
            checks = checking.result()
            refuse_failed(checks, anyway=anyway)
            packages = []
            for host in wanted:
                package = found[host] or _place(making[host], host, target, made_of[host], trust or Trust())
                packages.append(package)
        except FileError as error:  # the disk is full, or gone: not a matter of hosts
            stop.set()
            said = error.sentence.replace(str(staging), str(target))
            raise FileError(said, error.hint, error.about) from error
        except BaseException:
            stop.set()  # the pool waits for its threads
            raise
    write_report(target, opened, card, checks, packages)
    return packages


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


def refuse_failed(checks: Sequence[Check], *, anyway: bool = False) -> None:
    """Raise with every check that failed; those that hosts live with are let through where that is wanted."""
    failed = [each for each in checks if each.verdict == "fail" and not (anyway and each.id not in DEADLY)]
    if not failed:
        return
    said = " ".join(f"{each.title}: {each.advice}" if each.title else each.advice for each in failed)
    mends = [f"{each.mend.label}." for each in failed if each.mend is not None]
    deadly = any(each.id in DEADLY for each in failed)
    hint = " ".join(mends) or ("Mend the model." if deadly else "Mend the model, or export it anyway.")
    choices = [] if deadly else ["anyway"]
    raise ModelError(
        f"The model failed its checks, so nothing was written. {said}", hint, fields=["checks"], choices=choices
    )


def _make(asked: Wanted, host: str, staging: Path, report: Report | None, cancel: threading.Event) -> dict[str, Any]:
    """Package for one host, and verify that in a fresh process.

    Each host has processes of its own, so that what one leaves in torch's tables of names never shows in the bytes
    of another.
    """
    request = {
        "captured": asked.opened.captured,
        "card": asked.card.model_dump(mode="json"),
        "knobs": asked.knobs,
        "host": host,
        "sounds": [str(each) for each in asked.sounds],
        "created": asked.created,
        "folder": str(staging),
    }
    access = for_captured(asked.opened.captured, write=[staging], read=asked.sounds)
    made = run_job("export", request, report=report, cancel=cancel, limits=LIMITS, access=access)
    require_inside(staging, *(Path(made[each]) for each in ("path", "folder", "reference")))
    question = {"host": host, "path": made["path"], "reference": made["reference"]}
    access = for_package(Path(made["path"]), read=[Path(made["folder"]), Path(made["reference"])])
    found = run_job("verify", question, report=report, cancel=cancel, limits=LIMITS, access=access)
    return {**made, "checks": tuple(Check.model_validate(each) for each in found["checks"])}


def _place(making: Future[dict[str, Any]], host: str, target: Path, made_of: str, trust: Trust) -> Package:
    """Move one staged package into place when it passed; a host that refuses does not stop the others."""
    try:
        made = making.result()
    except (Cancelled, FileError, JobError):
        raise
    except StudioError as error:
        said = f"{error.sentence} {error.hint}".strip()
        refused = Check(id=f"{host}.package", verdict="fail", title="The host takes this model", advice=said)
        return Package(host=host, path="", verified=False, checks=(refused,))
    checks, folder = made["checks"], Path(made["folder"])
    if not passed(checks):
        return Package(host=host, path="", verified=False, checks=checks)
    place = target / host / folder.name
    move_folder_into_place(folder, place)
    path = place / Path(made["path"]).relative_to(folder)
    trust.remember_ours(content_digest(path), f"{host} {folder.name}")
    remember(target, host, made_of, path, place, checks)
    return Package(host=host, path=str(path), verified=True, checks=checks)
