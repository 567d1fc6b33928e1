"""Every write goes through the one atomic writer; what is allowed to be otherwise is listed here with its reason."""

import ast
import os
import shutil
import time
from pathlib import Path

import pytest

from studio import storage
from studio.errors import FileError
from studio.storage import move_file_into_place, move_folder_into_place, replacing, staging_beside, sweep

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "storage.py": "is the writer",
    "document/journal.py": "appends; begins anew through the writer",
    "document/claim.py": "a lock, of which only the lock counts",
    "app/theme/theme.py": "pictures in the scratch folder of a session",
    "audio/files.py": "encodes into a stream of the writer",
    "audio/growing.py": "a recording grows, and can be played at any moment",
    "audio/raw.py": "scratch of a session",
    "hosts/harp/verify.py": "scratch of a check",
    "hosts/harp/template": "goes to users, who have no studio",
    "flows/editing.py": "copies into a staged folder, which is moved into place",
    "link": "pipes and shared memory between processes",
    "diagnostics": "logs, which are appended to and rotated",
}
METHODS = {"write_text", "write_bytes", "rename", "savez", "savetxt", "symlink_to", "hardlink_to"}
CALLS = {"os.rename", "os.replace", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"}
CALLS |= {"np.save", "torch.save", "os.open", "soundfile.write", "sf.write", "os.truncate"}
WRITES = frozenset("wax+")
STREAMS = {"stream", "held", "buffer", "target"}  # of our own writer, or in memory


def writes(path):
    """Places of a module that write to a file by themselves."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            to_stream = bool(node.args) and ast.unparse(node.args[0]) in STREAMS
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if (name in CALLS or method in METHODS) and not to_stream:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"
            if name == "open" or method in ("open", "fdopen") or name.endswith("SoundFile"):
                modes = [each.value for each in [*node.args, *(key.value for key in node.keywords)] if _is_text(each)]
                if any(len(mode) <= 4 and WRITES & set(mode) and set(mode) <= set("wax+bt") for mode in modes):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_nothing_else_writes_files():
    found = []
    for path in sorted((ROOT / "studio").rglob("*.py")):
        inside = path.relative_to(ROOT / "studio").as_posix()
        if not any(inside == each or inside.startswith(f"{each}/") for each in ALLOWED):
            found += writes(path)
    assert found == [], "write with studio.storage, or give a reason in this test"


@pytest.mark.parametrize(
    "text", ["path.write_text('')", "open(p, 'w')", "p.open('xb+')", "os.replace(a, b)", "sf.write(path, x, 1)"]
)
def test_the_search_finds_a_careless_write(tmp_path, monkeypatch, text):
    monkeypatch.setattr("test_writing.ROOT", tmp_path)
    (tmp_path / "a.py").write_text(text)
    assert len(list(writes(tmp_path / "a.py"))) == 1


def folder(path, *texts):
    path.mkdir(parents=True)
    for number, text in enumerate(texts):
        (path / f"{number}.txt").write_text(text)
    return path


def texts(path):
    return sorted(each.read_text() for each in path.iterdir())


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path, monkeypatch, can_exchange):
    if not can_exchange:
        monkeypatch.setattr(storage, "_exchange", lambda one, other: False)
    folder(tmp_path / "package", "old", "older", "oldest")
    with staging_beside(tmp_path / "package") as staged:
        move_folder_into_place(folder(staged / "made", "new"), tmp_path / "package")
    assert texts(tmp_path / "package") == ["new"] and [each.name for each in tmp_path.iterdir()] == ["package"]


def test_a_folder_that_was_set_aside_when_the_app_ended_comes_back(tmp_path):
    """Where two names cannot change places there is such a moment."""
    folder(tmp_path / ".package.4711.old", "old")
    sweep(tmp_path)
    assert texts(tmp_path / "package") == ["old"]


def test_what_killed_writers_left_is_swept_when_it_is_old_and_only_that(tmp_path):
    with replacing(tmp_path / "a.json") as stream:
        stream.write(b"a")
        young = next(tmp_path.glob(".*.part"))
        shutil.copy(young, tmp_path / ".a.json.abcdefgh.part")
    folder(tmp_path / ".package.abcd_123.part", "half")
    for name in (".mine.part", "b.abcdefgh.part", ".a.json.ABCDEFGH.part"):
        (tmp_path / name).write_text("not ours")
    assert sweep(tmp_path) == 0
    for each in tmp_path.iterdir():
        os.utime(each, (time.time() - 100_000,) * 2)
    assert sweep(tmp_path) == 2
    assert len(list(tmp_path.iterdir())) == 4


def test_a_link_named_like_ours_costs_only_itself(tmp_path):
    folder(tmp_path / "music", "song")
    (tmp_path / ".a.abcdefgh.part").symlink_to(tmp_path / "music")
    assert sweep(tmp_path, older_than_s=-1) == 1 and texts(tmp_path / "music") == ["song"]


def test_all_of_a_package_is_on_the_disk_before_its_name_counts(tmp_path, monkeypatch):
    """Otherwise a power cut leaves a folder of empty files."""
    said, fsync = [], os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (said.append(str(Path(f"/proc/self/fd/{handle}").readlink())), fsync(handle))
    )
    made = folder(tmp_path / "made", "one", "two")
    folder(made / "samples", "three")
    move_folder_into_place(made, tmp_path / "package")
    names = [Path(each).relative_to(tmp_path).as_posix() for each in said]
    assert {"made/0.txt", "made/1.txt", "made/samples/0.txt", "made/samples", "made"} <= set(names) and names[-1] == "."


def test_a_place_that_takes_nothing_is_said_and_nothing_has_changed(tmp_path):
    (tmp_path / "file").write_text("mine")
    made = folder(tmp_path / "made", "new")
    for move in (move_folder_into_place, move_file_into_place):
        with pytest.raises(FileError, match="cannot be written"):
            move(made, tmp_path / "file" / "package")
    assert texts(made) == ["new"] and (tmp_path / "file").read_text() == "mine"
