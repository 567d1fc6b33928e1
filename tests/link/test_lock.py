"""From inside the lock: its own folder and threads, and a sentence for everything else."""

import os
import sys
from pathlib import Path

import pytest

from studio.errors import JobError, ModelError
from studio.link.job import Access, run_job
from studio.link.lock import bubblewrap, mac
from studio.link.lock.seccomp import EVERY, instructions
from studio.link.lock.strength import strength

sys.path.insert(0, str(Path(__file__).parents[1] / "peers"))
from lock_probe import NOBODY, OWN, probe

pytestmark = [pytest.mark.usefixtures("foreign_jobs"), pytest.mark.timeout(60)]


def locked(do, access=None, **more):
    return run_job("locked", {"do": do, **more}, access=access or Access())


@pytest.mark.parametrize("user", [0, NOBODY] if os.getuid() == 0 else [0])
def test_nothing_gets_through_but_its_own_folder_and_threads(user):
    found = probe(user)
    assert found["possible"] == OWN and found["kept"]
    assert found["user"] == (user or os.getuid())


def test_without_the_lock_all_of_it_gets_through():
    found = probe(locked=False)
    assert len(found["possible"]) > 30 and not found["kept"]


def test_this_system_has_a_strong_lock_and_says_which():
    assert strength().name == "landlock" and strength().is_strong
    assert "no network" in strength().sentence and not strength().hint


def test_a_job_reads_what_it_was_given_and_no_neighbour(tmp_path):
    for name in ("given", "neighbour"):
        (tmp_path / name).write_text(name)
    access = Access(read=(tmp_path / "given",))
    assert locked("read", access, path=str(tmp_path / "given")) == {"said": "given"}
    with pytest.raises(ModelError, match=r"tried to reach the file neighbour; it was not let"):
        locked("read", access, path=str(tmp_path / "neighbour"))


def test_a_job_that_is_given_nothing_is_locked_all_the_same(tmp_path):
    with pytest.raises(ModelError, match="not let"):
        run_job("locked", {"do": "write", "path": str(tmp_path / "marker")})
    assert not (tmp_path / "marker").exists()


def test_a_job_writes_whole_files_in_its_folder_with_the_usual_mode(tmp_path):
    (tmp_path / "usual").write_text("x")
    (tmp_path / "private").write_text("x")
    (tmp_path / "private").chmod(0o600)
    for name in ("made", "private"):
        locked("save", Access(write=(tmp_path,)), path=str(tmp_path / name))
    modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir() if each.is_file()}
    assert modes["made"] == modes["usual"] and modes["private"] == 0o600
    assert (tmp_path / "private").read_text() == "whole"


def test_inside_it_computes_imports_and_has_a_home_that_is_gone_afterwards(monkeypatch):
    for name in ("HF_TOKEN", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    seen = locked("look_around")
    assert seen["home"] == seen["temporary"] != os.environ.get("HOME") and not Path(seen["home"]).exists()
    assert seen["tokens"] == [] and seen["sum"] > 0


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("write", "tried to reach the file marker; it was not let"),
        ("write_wrapped", "tried to reach the file marker; it was not let"),
        ("connect", "tried to open a network connection; it was not let"),
        ("start", "tried to start a program; it was not let"),
        ("fork", "tried to start a program; it was not let"),
        ("shoot", "tried to signal another program; it was not let"),
    ],
)
def test_what_was_refused_is_told_in_words(do, said, tmp_path):
    with pytest.raises(ModelError, match=said) as caught:
        locked(do, path=str(tmp_path / "marker"))
    assert "without the network" in caught.value.hint


@pytest.mark.parametrize(
    ("do", "said"),
    [
        ("compute_for_ever", "computed for longer than it may"),
        ("write_a_lot", "larger than it may be"),
        ("forbidden_call", "something that is not allowed"),
    ],
)
def test_each_bound_of_the_system_has_its_sentence(do, said):
    with pytest.raises(JobError, match=said):
        locked(do)


def test_every_jump_of_the_filter_stays_inside_it():
    made = instructions(set(EVERY))
    assert len(made) < 4096 and made[-1][0] == 0x06
    assert all(at + 1 + max(yes, no) < len(made) for at, (_, yes, no, _) in enumerate(made[:-1]))


def test_a_program_around_the_job_is_given_the_same_files(tmp_path):
    access = Access((tmp_path / "model.ts",), (tmp_path / "job",))
    words = bubblewrap.wrapped(["python", "-m", "job"], access)
    assert words[-3:] == ["python", "-m", "job"] and "--unshare-all" in words
    bound = {words[at + 1]: word for at, word in enumerate(words) if word.startswith(("--ro-bind", "--bind"))}
    assert bound[str(tmp_path / "model.ts")] == "--ro-bind-try" and bound[str(tmp_path / "job")] == "--bind"
    assert str(Path.home()) not in bound and "/" not in bound


def test_the_profile_for_macos_denies_first_and_quotes_paths(tmp_path):
    said = mac.profile(Access((tmp_path / 'a"b',), (tmp_path / "job",)), sys.executable)
    assert said.index("(deny default)") < said.index("(allow")
    assert 'a\\"b' in said and "(allow network" not in said
    assert f'(allow file-read* file-write* (subpath "{tmp_path / "job"}"))' in said
