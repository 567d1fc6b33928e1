"""Talk to Hugging Face: the only job with a network, and the only one that sees the token."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

from huggingface_hub import CommitOperationAdd, HfApi, get_token
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.hf_api import RepoFile

from studio.errors import FileError, HostError
from studio.jobs.refusals import LOGIN, told
from studio.storage import sha256

ATTRIBUTES = ".gitattributes"
UNLOCKED = True  # it needs the network, and opens no model
Report = Callable[[float | None, str], None]


def run(request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Answer `flows.publishing`: look at a repository (`action` look), or send files to it (send)."""
    token = get_token()
    with told(request["repo"], token):
        hub = _Hub(HfApi(token=token), request["repo"], "space" if request["sdk"] else "model")
        if request["action"] == "look":
            report(None, "Asking Hugging Face")
            return hub.look(request["files"], logged_in=token is not None)
        if token is None:
            raise HostError("You are not logged in to Hugging Face.", LOGIN, about=request["repo"])
        return _send(hub, request, report)


class _Hub:
    """One repository, there or not."""

    def __init__(self, api: HfApi, repo: str, kind: str) -> None:
        self.api, self.repo, self.kind = api, repo, kind

    def look(self, files: list[dict[str, Any]], logged_in: bool) -> dict[str, Any]:
        """Who asks, and what is there: visibility, the state of each file, and how many others."""
        who = self.api.whoami() if logged_in else {}
        role = who.get("auth", {}).get("accessToken", {}).get("role", "")
        found = {
            "user": who.get("name", ""),
            "owners": [who.get("name", ""), *(each.get("name", "") for each in who.get("orgs", []))],
            "may_write": logged_in and role != "read",
            "url": self.url(),
        }
        try:
            info = self.api.repo_info(self.repo, repo_type=self.kind)
        except RepositoryNotFoundError:
            nothing = {each["path"]: "new" for each in files}
            return found | {"exists": False, "private": None, "states": nothing, "others": 0}
        there = self.there()
        states = {each["path"]: _state(each, there.get(each["path"])) for each in files}
        others = len(set(there) - set(states))
        return found | {"exists": True, "private": bool(info.private), "states": states, "others": others}

    def there(self) -> dict[str, dict[str, Any]]:
        """Digests of every file."""
        listed = self.api.list_repo_tree(self.repo, recursive=True, repo_type=self.kind)
        files = [each for each in listed if isinstance(each, RepoFile)]
        return {each.path: {"oid": each.blob_id, "lfs": each.lfs.sha256 if each.lfs else ""} for each in files}

    def url(self) -> str:
        return f"{self.api.endpoint}/{'spaces/' if self.kind == 'space' else ''}{self.repo}"


def _send(hub: _Hub, request: dict[str, Any], report: Report) -> dict[str, Any]:
    """Make the repository where it is missing and commit what it does not hold yet."""
    report(None, f"Looking at {request['repo']}")
    sdk = request["sdk"] or None
    private = True if request["private"] else None
    hub.api.create_repo(request["repo"], repo_type=hub.kind, private=private, exist_ok=True, space_sdk=sdk)
    there = hub.there()
    additions = [_addition(each) for each in request["files"] if _state(each, there.get(each["path"])) != "same"]
    message, commit = request["message"], ""
    first = [each for each in additions if each.path_in_repo == ATTRIBUTES]
    rest = [each for each in additions if each.path_in_repo != ATTRIBUTES]
    if first:  # which files are large ones is read from what is there before
        commit = hub.api.create_commit(
            hub.repo, first, commit_message="Keep models as large files", repo_type=hub.kind
        ).oid
    for number, each in enumerate(rest):
        report(number / (len(rest) + 1), f"Sending {each.path_in_repo}")
        hub.api.preupload_lfs_files(hub.repo, [each], repo_type=hub.kind, free_memory=False)
    if rest:
        report(len(rest) / (len(rest) + 1), "Committing")
        commit = hub.api.create_commit(hub.repo, rest, commit_message=message, repo_type=hub.kind).oid
    large = {path for path, held in hub.there().items() if held["lfs"]}
    return {
        "url": hub.url(),
        "commit": commit,
        "sent": [each.path_in_repo for each in additions],
        "not_large": sorted(path for path in request["large"] if path not in large),
    }


def _addition(file: dict[str, Any]) -> CommitOperationAdd:
    """One file of the plan. Raises: FileError where it is another one than when the plan was made."""
    if file["text"]:
        return CommitOperationAdd(file["path"], file["text"].encode())
    if sha256(Path(file["place"])) != file["sha256"]:
        said = f"{file['path']} has changed since the plan was made."
        raise FileError(said, "Publish it again.", about=file["path"])
    return CommitOperationAdd(file["path"], file["place"])


def _state(file: dict[str, Any], held: dict[str, Any] | None) -> str:
    """Whether a file of the plan is there already: a large one by its SHA-256, another by git's name of it."""
    if held is None:
        return "new"
    same = held["lfs"] == file["sha256"] if held["lfs"] else held["oid"] == file["blob"]
    return "same" if same else "changed"
