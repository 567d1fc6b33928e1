"""Publish a package to Hugging Face: say first what would be sent, then send it."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from studio.document.limits import limits_of
from studio.errors import HostError
from studio.flows.readiness import Package, ready_package
from studio.link.job import Limits, Report, run_job

TARGET = re.compile(r"hf:([A-Za-z0-9][\w.-]{0,95})/([A-Za-z0-9][\w.-]{0,95})")
LOGIN = "Make a token that may write at huggingface.co/settings/tokens and set HF_TOKEN, or run: hf auth login."
LOOK, SEND = Limits(seconds=120.0), Limits(seconds=None)
LARGE = (".pt", ".ts", ".nm", ".onnx", ".nam", ".mp3", ".wav", ".flac")


class FileToSend(BaseModel):
    """One file of a plan.

    Attributes:
        path: in the repository.
        place: on this disk; empty for a text that is made for the page.
        text: that text.
        size: in bytes.
        sha256: of the content.
        blob: git's own name of the content.
        state: `new`, `changed`, `same` (not sent again), or `unknown` where the repository could not be seen.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    place: str = ""
    text: str = ""
    size: int
    sha256: str
    blob: str
    state: Literal["new", "changed", "same", "unknown"] = "unknown"


class Plan(BaseModel):
    """What publishing would do.

    Attributes:
        package: the folder or file.
        host: whose package it is.
        repo: USER/NAME.
        sdk: of a Space; empty for a model.
        private: whether a repository that is made will be private.
        exists: whether it is there; None where nobody could be asked.
        is_private: whether it is private now.
        url: its page.
        user: who is logged in; empty where nobody is.
        files: all of them, also those that are there already.
        message: of the commit.
        facts: sentences for the user.
        obstacle: why it cannot be sent as things are; empty where it can.
        hint: what to do about the obstacle.
    """

    model_config = ConfigDict(frozen=True)

    package: str
    host: str
    repo: str
    sdk: str = ""
    private: bool = False
    exists: bool | None = None
    is_private: bool | None = None
    url: str = ""
    user: str = ""
    files: tuple[FileToSend, ...] = ()
    message: str = ""
    facts: tuple[str, ...] = ()
    obstacle: str = ""
    hint: str = ""

    @property
    def bytes_to_send(self) -> int:
        return sum(each.size for each in self.files if each.state != "same")


class Published(BaseModel):
    """What was sent.

    Attributes:
        url: of the page.
        commit: the last one; empty where nothing had changed.
        sent: paths in the repository.
        facts: sentences for the user.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    commit: str
    sent: tuple[str, ...]
    facts: tuple[str, ...] = ()


def plan_publish(
    package: Path,
    target: str,
    *,
    private: bool = False,
    message: str = "",
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Plan:
    """Look at the package and at the repository, and send nothing.

    Args:
        package: what an export wrote: the folder, or the file in it.
        target: `hf:USER/REPO`.
        private: make a new repository private.
        message: of the commit; by default the name and version of the model.
        report: told of progress.
        cancel: set it to stop.

    Raises: HostError for a target that is none, or a package that its host would refuse; FileError, CardError.
    """
    repo = _repo(target)
    ready = ready_package(package)
    files = _files(ready)
    plan = Plan(
        package=str(package),
        host=ready.host,
        repo=repo,
        sdk=ready.sdk,
        private=private,
        files=files,
        message=message.strip() or f"{ready.card.name} {ready.card.version}",
    )
    try:
        seen = run_job("publish", _request(plan, "look"), report=report, cancel=cancel, limits=LOOK)
    except HostError as error:
        return plan.model_copy(update={"obstacle": error.sentence, "hint": error.hint})
    return _compared(plan, seen)


def publish(plan: Plan, *, report: Report | None = None, cancel: threading.Event | None = None) -> Published:
    """Send what a plan names. Run again after a break it sends what is missing.

    Raises: HostError in words of the user for everything that Hugging Face, the network or the token refuses;
        FileError where a file has changed since the plan was made.
    """
    if plan.obstacle:
        raise HostError(plan.obstacle, plan.hint, about=plan.repo)
    done = run_job("publish", _request(plan, "send"), report=report, cancel=cancel, limits=SEND)
    facts = []
    if done["not_large"] and plan.host == "audacity":
        facts.append("Audacity cannot read the size of model.pt, which is not kept as a large file (LFS).")
    return Published(url=done["url"], commit=done["commit"], sent=tuple(done["sent"]), facts=tuple(facts))


def _repo(target: str) -> str:
    found = TARGET.fullmatch(target.strip())
    if found is None or ".." in target or "--" in target:
        raise HostError(
            f"{target} is no place to publish to.", "Write hf:USER/REPO, for example hf:anna/warm-tape.", fields=["to"]
        )
    return f"{found[1]}/{found[2]}"


def _files(ready: Package) -> tuple[FileToSend, ...]:
    """The package's own files, and the texts that a model page needs where it has none."""
    found = [_file(path, place, "") for place, path in ready.files]
    found += [_file(path, None, text) for path, text in _missing_texts(ready).items()]
    return tuple(sorted(found, key=lambda each: each.path))


def _file(path: str, place: Path | None, text: str) -> FileToSend:
    size = place.stat().st_size if place else len(text.encode())
    whole, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with place.open("rb") if place else io.BytesIO(text.encode()) as stream:
        while part := stream.read(1 << 20):
            whole.update(part)
            blob.update(part)
    told = {"size": size, "sha256": whole.hexdigest(), "blob": blob.hexdigest()}
    return FileToSend.model_validate({"path": path, "place": str(place or ""), "text": text, **told})


def _missing_texts(ready: Package) -> dict[str, str]:
    names = {path for _, path in ready.files}
    endings = sorted({Path(path).suffix for path in names if Path(path).suffix in LARGE})
    texts = {}
    if ".gitattributes" not in names and endings:
        texts[".gitattributes"] = "".join(f"*{each} filter=lfs diff=lfs merge=lfs -text\n" for each in endings)
    if "README.md" not in names:
        texts["README.md"] = _page(ready)
    return texts


def _page(ready: Package) -> str:
    """A model page: front matter by which it is found, and what the card says."""
    card = ready.card
    tags = dict.fromkeys(["audio", ready.host, *card.tags])
    front = ["---", "tags:", *(f"- {_yaml(each)}" for each in tags)]
    if card.license:
        front.append(f"license: {_yaml(card.license.lower())}")
    parts = ["\n".join([*front, "---"]), f"# {card.name}", card.short_description, card.long_description]
    parts.append(f"Made for {limits_of(ready.host).title}.")
    parts += [card.technical_description, *(f"- [{word}]({link})" for word, link in card.technical_links.items())]
    parts += [card.citation, f"By {', '.join(card.authors)}." if card.authors else ""]
    return "\n\n".join(part for part in parts if part) + "\n"


def _yaml(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][\w .+-]*", text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _request(plan: Plan, action: str) -> dict[str, Any]:
    return {
        "action": action,
        "repo": plan.repo,
        "sdk": plan.sdk,
        "private": plan.private,
        "message": plan.message,
        "files": [each.model_dump() for each in plan.files],
        "large": [each.path for each in plan.files if each.path.endswith((".pt", ".ts", ".nm"))],
    }


def _compared(plan: Plan, seen: dict[str, Any]) -> Plan:
    """The plan beside what is there."""
    files = tuple(each.model_copy(update={"state": seen["states"][each.path]}) for each in plan.files)
    update: dict[str, Any] = {"files": files, "exists": seen["exists"], "is_private": seen["private"]}
    update |= {"url": seen["url"], "user": seen["user"], "facts": tuple(_facts(plan, files, seen))}
    owner = plan.repo.partition("/")[0]
    if not seen["user"]:
        update |= {"obstacle": "You are not logged in to Hugging Face.", "hint": LOGIN}
    elif not seen["may_write"]:
        update |= {"obstacle": "The token may only read.", "hint": "Take one with the right to write."}
    elif not seen["exists"] and owner not in seen["owners"]:
        said = f"{seen['user']} cannot make a repository for {owner}, and there is no {plan.repo}."
        update |= {"obstacle": said, "hint": f"Publish to hf:{seen['user']}/{plan.repo.partition('/')[2]}."}
    return plan.model_copy(update=update)


def _facts(plan: Plan, files: tuple[FileToSend, ...], seen: dict[str, Any]) -> list[str]:
    if not seen["exists"]:
        return [f"{plan.repo} will be made, {'private' if plan.private else 'for everybody to see'}."]
    facts = [f"{plan.repo} is there and {'private' if seen['private'] else 'public'}."]
    if plan.private and not seen["private"]:
        facts.append("It stays public: whether everybody sees it is changed on its page.")
    changed = sum(each.state == "changed" for each in files)
    if changed:
        facts.append(f"{changed} file{'s' * (changed > 1)} there will be replaced.")
    others = seen["others"]
    if others:
        facts.append(f"{others} other file{'s' * (others > 1)} there stay{'s' * (others == 1)}.")
    return facts
