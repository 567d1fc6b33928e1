"""`studio publish` against a server that speaks the Hub's API."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hub import OTHERS, TOKEN, Hub, Repo

EXAMPLE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "clipper.py"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """One export of a bundled example for two hosts."""
    out = tmp_path_factory.mktemp("exported")
    command = [
        sys.executable,
        "-m",
        "studio",
        "export",
        EXAMPLE,
        "--host",
        "audacity",
        "--host",
        "neutone",
        "--out",
        out,
    ]
    subprocess.run([*map(str, command), "--trust"], check=True, capture_output=True, timeout=170)
    return out


@pytest.fixture
def package(exported, tmp_path):
    """A copy of the package of one host."""

    def copy(host):
        folder = tmp_path / host
        shutil.copytree(next((exported / host).iterdir()), folder)
        return folder

    return copy


@pytest.fixture
def hub(monkeypatch, tmp_path):
    server = Hub()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    yield server
    server.shutdown()
    server.server_close()


def contents(folder):
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_dry_run_tells_all_and_sends_nothing(studio, package, hub):
    folder = package("audacity")
    said = studio("publish", folder, "--to", "hf:anna/clipper", "--private", "--dry-run")
    assert said.code == 0 and all(
        name in said.out for name in ("model.pt", ".gitattributes", "anna/clipper", "private")
    )
    assert str((folder / "model.pt").stat().st_size) in said.out and "As anna." in said.out
    assert not hub.repos and all(method in ("GET", "HEAD") for method, _ in hub.seen)


def test_nothing_is_sent_without_a_yes(studio, package, hub):
    said = studio("publish", package("audacity"), "--to", "hf:anna/clipper", "--json")
    assert said.code == 2 and said.json["error"]["fields"] == ["yes"] and not hub.repos
    assert {each["state"] for each in said.json["plan"]["files"]} == {"new"}


@pytest.mark.parametrize("host", ["audacity", "neutone"])
def test_what_arrives_is_the_package_and_models_are_large_files(studio, package, hub, host):
    folder = package(host)
    said = studio("publish", folder, "--to", "hf:choir/clipper", "--yes", "--message", "First", "--json")
    repo = hub.repos["model", "choir/clipper"]
    assert said.code == 0 and not repo.private and repo.commits[-1] == "First"
    assert contents(folder).items() <= repo.files.items() and said.json["url"].endswith("choir/clipper")
    made = repo.files.keys() - contents(folder).keys()
    assert made == (set() if host == "audacity" else {"README.md", ".gitattributes"})
    assert {Path(each).suffix for each in repo.large} >= ({".pt"} if host == "audacity" else {".nm"})
    assert said.json["facts"] == []


@pytest.mark.slow
def test_only_what_changed_is_sent_again(studio, package, hub):
    folder = package("audacity")
    words = ["publish", folder, "--to", "hf:anna/clipper", "--yes", "--json"]
    assert len(studio(*words).json["sent"]) == 4
    assert studio(*words).json["sent"] == [] and len(hub.uploaded) == 1
    (folder / "README.md").write_text((folder / "README.md").read_text() + "\nMore.\n")
    assert studio(*words).json["sent"] == ["README.md"] and len(hub.uploaded) == 1
    assert b"More." in hub.repos["model", "anna/clipper"].files["README.md"]


def test_a_broken_upload_goes_on_where_it_stopped(studio, package, hub):
    folder = package("neutone")
    (folder / "more.wav").write_bytes(b"RIFF" + bytes(5000))
    hub.drop_uploads_after = 1
    words = ["publish", folder, "--to", "hf:anna/clipper", "--yes", "--json"]
    first = studio(*words)
    assert first.code == 2 and "Run it again" in first.json["error"]["hint"]
    hub.drop_uploads_after = None
    assert studio(*words).code == 0
    assert (
        len(hub.uploaded) == len(set(hub.uploaded))
        and contents(folder).items() <= hub.repos["model", "anna/clipper"].files.items()
    )


def test_what_is_there_is_said_before_it_is_replaced(studio, package, hub):
    hub.repos["model", "anna/clipper"] = Repo(files={"README.md": b"mine", "old.bin": b"x"})
    said = studio("publish", package("audacity"), "--to", "hf:anna/clipper", "--private", "--dry-run", "--json").json
    states = {each["path"]: each["state"] for each in said["plan"]["files"]}
    assert states["README.md"] == "changed" and states["model.pt"] == "new" and said["plan"]["exists"]
    facts = " ".join(said["plan"]["facts"])
    assert "stays public" in facts and "1 file there will be replaced" in facts and "1 other file there stays" in facts


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (("/api/whoami", 401, {}), "does not accept the token"),
        (("/api/repos/create", 403, {"x-error-message": "Storage is full"}), "Storage is full"),
        (("/api/models/anna/clipper/preupload", 404, {"x-error-code": "RepoNotFound"}), "There is no anna/clipper"),
        (("/api/repos/create", 418, {}), "refused anna/clipper (418)"),
        (("/api/whoami", 429, {"retry-after": "7"}), "no more requests"),
        (("/api/whoami", 500, {}), "fault of its own"),
    ],
)
def test_refusals_are_sentences_without_the_token(studio, package, hub, fault, words):
    hub.fault = fault
    said = studio("publish", package("audacity"), "--to", "hf:anna/clipper", "--yes", "--json", "--debug")
    assert said.code == 2 and words in said.json["error"]["message"] and said.json["error"]["hint"]
    assert TOKEN not in said.out + said.err


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        ({"HF_TOKEN": ""}, "hf:anna/clipper", "not logged in"),
        ({"HF_TOKEN": "hf_wrongWRONG"}, "hf:anna/clipper", "does not accept the token"),
        ({"HF_TOKEN": OTHERS}, "hf:anna/clipper", "may only read"),
        ({}, "hf:bach/clipper", "anna cannot make a repository for bach"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "hf:anna/clipper", "cannot be reached"),
        ({"HF_HUB_OFFLINE": "1"}, "hf:anna/clipper", "switched off"),
        ({}, "anna/clipper", "no place to publish"),
        ({}, "hf:anna", "no place to publish"),
        ({}, "hf:../etc", "no place to publish"),
    ],
)
def test_who_and_where_are_asked_before_anything_is_sent(studio, package, hub, monkeypatch, change, to, words):
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    said = studio("publish", package("audacity"), "--to", to, "--yes", "--json")
    assert said.code == 2 and words in said.json["error"]["message"] and not hub.repos
    assert change.get("HF_TOKEN") in (None, "") or change["HF_TOKEN"] not in said.out + said.err


def _no_size(folder):
    described = json.loads((folder / "metadata.json").read_text())
    (folder / "metadata.json").write_text(json.dumps(described | {"model_size": 1}))


def _no_tag(folder):
    (folder / "README.md").write_text("# Clipper\n")


def _cut(folder):
    (folder / "model.pt").write_bytes((folder / "model.pt").read_bytes()[:1000])


def _link(folder):
    (folder / "passwords").symlink_to("/etc/hostname")


def _gone(folder):
    (folder / "model.pt").unlink()


@pytest.mark.parametrize("damage", [_no_size, _no_tag, _cut, _link, _gone])
def test_a_damaged_package_is_not_published(studio, package, hub, damage):
    folder = package("audacity")
    damage(folder)
    said = studio("publish", folder, "--to", "hf:anna/clipper", "--yes", "--json")
    assert said.code == 2 and said.json["error"]["hint"] and not hub.seen


def test_a_space_is_made_of_what_says_that_it_is_one(studio, package, hub):
    folder = package("audacity")
    page = (folder / "README.md").read_text().replace("tags:", "sdk: gradio\nsdk_version: 5.0\ntags:", 1)
    (folder / "README.md").write_text(page)
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").write_text("x")
    said = studio("publish", folder, "--to", "hf:anna/clipper", "--yes", "--private", "--json")
    repo = hub.repos["space", "anna/clipper"]
    assert said.code == 0 and repo.sdk == "gradio" and repo.private and ".cache/x" not in repo.files


def test_models_do_not_see_the_token(studio, hub, sound, tmp_path):
    code = "import os\nfrom torch import nn\nclass M(nn.Module):\n    def forward(self, x):\n"
    (tmp_path / "m.py").write_text(code + "        assert 'HF_TOKEN' not in os.environ, 'seen'\n        return x\n")
    sound(channels=1)
    assert studio("inspect", "m.py", "--trust", "--json").json["channels_out"] is not None
