"""What a job may reach beside its model, and how far its answers are believed."""

from pathlib import Path

import pytest

from studio.document.kind import Kind
from studio.document.opened import ModelSource
from studio.errors import JobError
from studio.flows.access import for_opening, require_inside


@pytest.fixture
def folder(tmp_path):
    """A project with a hidden file, a neighbour and a run."""
    for name in ("net.py", "weights.pt", ".ssh/key", ".netrc", "run/checkpoints/last.ckpt", "run/hparams.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def reaches(path, kind, staged, **more):
    """Whether a job that opens `path` may read a file, by its path."""
    access = for_opening(ModelSource(path=str(path), **more), Kind(kind, 1, kind), staged)
    assert access.write == (staged,)
    return lambda file: any(file == each or (each.is_dir() and file.is_relative_to(each)) for each in access.read)


def test_an_archive_is_opened_alone_and_python_with_its_folder(folder, tmp_path):
    alone = reaches(folder / "net.ts", "torchscript", tmp_path / "job")
    together = reaches(folder / "net.py", "python", tmp_path / "job")
    assert alone(folder / "net.ts") and not alone(folder / "weights.pt")
    assert together(folder / "weights.pt") and not together(folder.parent)


def test_of_a_home_only_files_that_show_belong_to_a_model(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    may = reaches(folder / "net.py", "python", tmp_path / "job")
    assert may(folder / "weights.pt")
    assert not any(may(folder / name) for name in (".netrc", ".ssh/key", "run/hparams.yaml"))


def test_the_settings_of_a_run_lie_above_its_checkpoints(folder, tmp_path):
    may = reaches(folder / "run/checkpoints/last.ckpt", "checkpoint", tmp_path / "job", source=str(folder / "net.py"))
    assert may(folder / "run/hparams.yaml") and may(folder / "net.py")


@pytest.mark.parametrize("answer", ["../secret", "job/../../secret", "/etc/passwd", "job/link"])
def test_a_job_is_not_believed_about_files_elsewhere(tmp_path, answer):
    job = tmp_path / "job"
    job.mkdir()
    (job / "made.wav").write_text("x")
    (job / "link").symlink_to(Path.home())
    require_inside(job, job / "made.wav")
    with pytest.raises(JobError, match="not its own"):
        require_inside(job, job / "made.wav", tmp_path / answer)
