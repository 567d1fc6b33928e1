"""A server on the loopback address that speaks as much of the Hub's API as publishing needs, and remembers all."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_secretSECRETsecret"
OTHERS = "hf_readersREADERSreaders"


@dataclass
class Repo:
    """One repository: contents by path, and which of them are large files, by their SHA-256."""

    private: bool = False
    sdk: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    large: dict[str, str] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)


class Hub(ThreadingHTTPServer):
    """`repos` by (kind, USER/NAME); `fault` answers requests whose path begins so with a status and headers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[tuple[str, str], Repo] = {}
        self.stored: dict[str, bytes] = {}
        self.seen: list[tuple[str, str]] = []
        self.uploaded: list[str] = []
        self.fault: tuple[str, int, dict[str, str]] | None = None
        self.drop_uploads_after: int | None = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline().strip(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _answer(self, said: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _serve(self) -> None:
        body, path = self._body(), self.path.split("?")[0]
        self.server.seen.append((self.command, path))
        fault = self.server.fault
        if fault is not None and path.startswith(fault[0]):
            self._answer({"error": "as asked"}, fault[1], fault[2])
        elif path.startswith("/lfs/"):
            self._store(path, body)
        elif path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        elif self._user() is None and self.headers.get("authorization"):
            self._answer({"error": "Invalid credentials"}, 401)
        elif path == "/api/whoami-v2":
            role = "read" if self._user() == "reader" else "write"
            who = {"type": "user", "name": self._user(), "orgs": [{"name": "choir"}]}
            self._answer(who | {"auth": {"accessToken": {"role": role}}})
        elif path == "/api/repos/create":
            self._create(json.loads(body))
        elif path.endswith("/info/lfs/objects/batch"):
            self._batch(json.loads(body))
        else:
            self._repo(path, body)

    do_GET = do_POST = do_PUT = do_HEAD = _serve

    def _user(self) -> str | None:
        known = {f"Bearer {TOKEN}": "anna", f"Bearer {OTHERS}": "reader"}
        return known.get(self.headers.get("authorization", ""))

    def _create(self, said: dict[str, Any]) -> None:
        owner = said.get("organization") or self._user()
        if owner not in ("anna", "choir") or self._user() != "anna":
            self._answer({"error": "no right"}, 403, {"x-error-message": f"You have no right to create under {owner}"})
            return
        key = said.get("type") or "model", f"{owner}/{said['name']}"
        if key in self.server.repos:
            self._answer({"url": f"{self.server.url}/{key[1]}", "error": "exists"}, 409)
            return
        private = said.get("private") or said.get("visibility") == "private"
        self.server.repos[key] = Repo(bool(private), said.get("sdk") or "")
        prefix = "spaces/" if key[0] == "space" else ""
        self._answer({"url": f"{self.server.url}/{prefix}{key[1]}", "name": key[1], "id": key[1]})

    def _batch(self, said: dict[str, Any]) -> None:
        objects = []
        for each in said["objects"]:
            entry: dict[str, Any] = {"oid": each["oid"], "size": each["size"], "authenticated": True}
            if each["oid"] not in self.server.stored:
                entry["actions"] = {"upload": {"href": f"{self.server.url}/lfs/{each['oid']}", "header": {}}}
            objects.append(entry)
        self._answer({"transfer": "basic", "objects": objects})

    def _store(self, path: str, body: bytes) -> None:
        left = self.server.drop_uploads_after
        if left is not None and len(self.server.uploaded) >= left:
            self._answer({"error": "broken"}, 400)
            return
        assert "authorization" not in self.headers  # storage is another company's: the token is not for it
        assert hashlib.sha256(body).hexdigest() == path.removeprefix("/lfs/")
        self.server.stored[path.removeprefix("/lfs/")] = body
        self.server.uploaded.append(path.removeprefix("/lfs/"))
        self._answer({})

    def _repo(self, path: str, body: bytes) -> None:
        parts = path.strip("/").split("/")
        key = parts[1].removesuffix("s"), "/".join(parts[2:4])
        repo = self.server.repos.get(key)
        if repo is None or (repo.private and self._user() is None):
            self._answer({"error": "Repository not found"}, 404, {"x-error-code": "RepoNotFound"})
        elif len(parts) == 4:
            self._answer({"id": key[1], "private": repo.private, "sha": "0" * 40, "siblings": [], "tags": []})
        elif parts[4] == "tree":
            self._answer([_listed(name, data, repo.large.get(name)) for name, data in repo.files.items()])
        elif parts[4] == "preupload":
            self._preupload(repo, json.loads(body))
        elif parts[4] == "commit":
            self._commit(repo, body, f"{self.server.url}/{'spaces/' if key[0] == 'space' else ''}{key[1]}")
        else:
            self._answer({"error": "what?"}, 400)

    def _preupload(self, repo: Repo, said: dict[str, Any]) -> None:
        """Large are the files that .gitattributes names; it counts only once it is in the repository."""
        lines = repo.files.get(".gitattributes", b"").decode().splitlines()
        patterns = [line.split()[0] for line in lines if "filter=lfs" in line]
        answers = [
            {
                "path": each["path"],
                "uploadMode": "lfs" if any(fnmatch.fnmatch(each["path"], one) for one in patterns) else "regular",
                "shouldIgnore": False,
                "oid": None,
            }
            for each in said["files"]
        ]
        self._answer({"files": answers})

    def _commit(self, repo: Repo, body: bytes, page: str) -> None:
        lines = [json.loads(line) for line in body.splitlines() if line]
        for each in lines:
            value = each["value"]
            if each["key"] == "header":
                repo.commits.append(value["summary"])
            elif each["key"] == "file":
                repo.files[value["path"]] = base64.b64decode(value["content"])
            elif each["key"] == "lfsFile":
                repo.files[value["path"]] = self.server.stored[value["oid"]]
                repo.large[value["path"]] = value["oid"]
        number = f"{len(repo.commits):040x}"
        self._answer({"success": True, "commitOid": number, "commitUrl": f"{page}/commit/{number}"})


def _listed(name: str, data: bytes, large: str | None) -> dict[str, Any]:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(data), "oid": "f" * 40 if large else blob}
    if large:
        entry["lfs"] = {"oid": large, "size": len(data), "pointerSize": 130}
    return entry
