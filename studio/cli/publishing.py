"""`studio publish`: a package to Hugging Face."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import plain, show, table, write
from studio.cli.program import app, finish
from studio.cli.progress import reporting
from studio.errors import AnswerNeeded, HostError
from studio.flows.publishing import Plan, Published, plan_publish
from studio.flows.publishing import publish as send


@app.command()
def publish(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="The folder that an export wrote.")],
    to: Annotated[str, typer.Option("--to", metavar="hf:USER/REPO", help="Where it goes.")],
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
    message: Annotated[str, typer.Option("--message", metavar="TEXT", help="Of the commit.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send it without asking.")] = False,
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """Publish a package to Hugging Face. The token comes from HF_TOKEN or `hf auth login`, never from here."""
    with reporting("Looking") as report:
        plan = plan_publish(Path(package), to, private=private, message=message, report=report)
    outcome = {"plan": plan.model_dump(mode="json", exclude={"files": {"__all__": {"text"}}})}
    obstacle = HostError(plan.obstacle, plan.hint, about=plan.repo) if plan.obstacle else None
    if dry_run or obstacle is not None:
        return finish(outcome, _planned(plan), None if dry_run and plan.exists is not None else obstacle, as_json)
    if not yes and not _agreed(plan, as_json):
        needed = AnswerNeeded("Nothing was sent yet.", "Look at the plan and add --yes.", fields=["yes"])
        return finish(outcome, _planned(plan), needed, as_json)
    with reporting("Publishing") as report:
        done = send(plan, report=report)
    show({**outcome, **done.model_dump(mode="json")}, _done(plan, done), as_json)
    return 0


def _agreed(plan: Plan, as_json: bool) -> bool:
    """Ask whoever sits there; nobody does where the answer would not be seen."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    write(plain(_planned(plan)))
    return typer.confirm(f"Send this to {plan.repo}?")


def _planned(plan: Plan) -> str:
    what = f"Space ({plan.sdk})" if plan.sdk else "model"
    rows = [[each.path, each.size, each.state] for each in plan.files]
    lines = [f"{plan.package} → {plan.url or plan.repo}, a {what} for {plan.host}", f"Message: {plan.message}"]
    if plan.user:
        lines.append(f"As {plan.user}.")
    lines += [*plan.facts, "", table(["file", "bytes", "state"], rows), "", f"{plan.bytes_to_send} bytes to send."]
    return "\n".join(lines)


def _done(plan: Plan, done: Published) -> str:
    if not done.sent:
        return f"{done.url} holds all of it already; nothing was sent."
    kept = len(plan.files) - len(done.sent)
    rest = f", {kept} were there already" if kept else ""
    return "\n".join([f"{done.url}: {len(done.sent)} files sent{rest}.", *done.facts])
