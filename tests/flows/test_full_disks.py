"""A disk that is full, a place that cannot be written, a clock that goes backwards: a sentence, and nothing is lost."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import resource
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio import storage
from studio.audio.files import write_audio
from studio.audio.growing import GrowingWav
from studio.audio.raw import decode
from studio.document import trust as trusting
from studio.document.card import ModelCard
from studio.document.journal import Journal, read_files
from studio.document.project import Project, load_project, save_project
from studio.document.trust import Trust, content_digest
from studio.errors import FileError

LIMIT = 256 << 10
LONG = "words " * 100_000
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 200_000)).astype(np.float32)


@contextlib.contextmanager
def small_files(folder):
    """No file grows beyond the limit: a full disk for whoever may not mount one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def small_disk(folder):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={LIMIT}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


DISKS = {"limit": small_files, "tmpfs": small_disk}


@pytest.fixture(params=["limit", pytest.param("tmpfs", marks=pytest.mark.root)])
def full(request, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    with DISKS[request.param](folder):
        yield folder


def names(folder):
    return [each.name for each in folder.iterdir()]


WRITERS = {
    "work.studio": lambda folder: save_project(Project(card=ModelCard(long_description=LONG)), folder / "work.studio"),
    "out.wav": lambda folder: write_audio(folder / "out.wav", NOISE, 48000),
    "out.flac": lambda folder: write_audio(folder / "out.flac", NOISE, 48000),
    "consents.json": lambda folder: Trust(folder=folder).remember("a" * 64, LONG),
    "settings.json": lambda folder: storage.write_text(folder / "settings.json", LONG),
}


@pytest.mark.parametrize("name", WRITERS)
def test_on_a_full_disk_what_was_there_stays_and_nothing_is_left_over(full, name):
    (full / name).write_bytes(before := b"{}")
    with pytest.raises(FileError, match=r"cannot be written: (File too large|No space left on device)\.") as caught:
        WRITERS[name](full)
    assert caught.value.hint
    assert (full / name).read_bytes() == before and names(full) == [name]


def test_a_sound_that_does_not_fit_when_it_is_decoded(full, tmp_path):
    sound = tmp_path / "silence.flac"
    soundfile.write(sound, np.zeros(400_000, np.float32), 48000)  # squeezed to little
    with pytest.raises(FileError, match="cannot be written"):
        decode(sound, None, full)
    assert not names(full)


def test_a_recording_keeps_what_the_disk_could_hold(full):
    take = GrowingWav(full / "take.wav", 2, 48000, 24)
    with pytest.raises(OSError) as caught:
        while True:
            take.write(NOISE[:, :4800])
    assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)
    take.close()
    kept, rate = soundfile.read(full / "take.wav")
    assert rate == 48000 and len(kept) == take.frames > 30_000
    np.testing.assert_allclose(kept[:4800].T, NOISE[:, :4800], atol=2**-23)


def test_a_journal_on_a_full_disk_keeps_every_record_it_took(full):
    journal, taken = Journal(full / "work.journal", b"first"), [b"first"]
    with pytest.raises(OSError):
        while True:
            journal.append(record := b"%08d" % len(taken) * 1000)
            taken.append(record)
    journal.close()
    assert list(read_files(full / "work.journal").records) == taken and len(taken) > 20


@pytest.mark.parametrize("failing", ["write", "fsync", "rename"])
def test_a_fault_at_any_step_of_saving_leaves_the_project_as_it_was(tmp_path, monkeypatch, failing):
    path = tmp_path / "work.studio"
    save_project(Project(card=ModelCard(name="Before")), path)

    def fail(*words, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    places = {"write": (storage.os, "fdopen"), "fsync": (storage.os, "fsync"), "rename": (storage.Path, "replace")}
    with monkeypatch.context() as patch:
        patch.setattr(*places[failing], fail)
        with pytest.raises(FileError, match="No space left on device") as caught:
            save_project(Project(card=ModelCard(name="After")), path)
    assert "Free some space" in caught.value.hint
    assert load_project(path).card.name == "Before" and names(tmp_path) == ["work.studio"]


@pytest.mark.parametrize("name", ["work.studio", "out.wav", "out.flac", "settings.json", "consents.json"])
def test_a_place_that_cannot_be_written_is_named(name):
    with pytest.raises(FileError, match=r"cannot be written: .*\.") as caught:  # not even by root
        WRITERS[name](Path("/sys"))
    assert "Choose another folder" in caught.value.hint


def test_consents_hold_when_the_clock_goes_backwards(tmp_path, monkeypatch):
    trust = Trust(folder=tmp_path)
    monkeypatch.setattr(trusting, "today", lambda: "2031-01-01")
    trust.remember("a" * 64, "early.py")
    monkeypatch.setattr(trusting, "today", lambda: "1970-01-01")
    trust.remember("b" * 64, "late.py")
    assert [each.name for each in trust.consents()] == ["early.py", "late.py"]
    assert trust.is_trusted("a" * 64) and trust.is_trusted("b" * 64)
    assert [each.name for each in trust.revoke("early.py")] == ["early.py"] and not trust.is_trusted("a" * 64)


def test_a_change_is_noticed_whatever_its_date(tmp_path):
    path = tmp_path / "net.pt"
    path.write_bytes(b"one")
    before, status = content_digest(path), path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10**18))  # of the same length, thirty years older
    assert content_digest(path) != before


def test_what_comes_from_the_future_is_not_swept_away(tmp_path, monkeypatch):
    left = tmp_path / ".work.studio.abcdefgh.part"
    left.write_bytes(b"")
    yesterday = datetime.datetime.now().timestamp() - 86_400
    monkeypatch.setattr(time, "time", lambda: yesterday - 1e9)
    assert storage.sweep(tmp_path) == 0 and left.exists()
