"""Things that are no ordinary files, and names nobody would give one: each ends in a sentence, and soon."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from studio.audio.files import probe_audio, read_noted, write_audio
from studio.audio.peaks import build_peaks
from studio.audio.raw import decode
from studio.document.card import read_card
from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.document.project import load_project
from studio.document.trust import Trust, content_digest
from studio.errors import FileError, ModelError, StudioError, shown
from studio.flows.opening import open_model

TURNED = "gain\N{RIGHT-TO-LEFT OVERRIDE}ts.exe"
NAMES = ["two\nlines.pt", f"{TURNED}.pt", "x" * 252 + ".pt", "\udcff\udcfe.pt", "a\tb\x1b[31m.pt", "<b>bold.pt"]
NO_FILES = {
    "pipe.pt": os.mkfifo,
    "circle.pt": lambda path: path.symlink_to(path),
    "folder.pt": Path.mkdir,
    "lost.pt": lambda path: path.symlink_to(path.with_name("nothing")),
    "zero.wav": lambda path: path.symlink_to("/dev/zero"),
    "null.nam": lambda path: path.symlink_to("/dev/null"),
    "y" * 300 + ".ts": lambda path: None,
    "memory.pt": lambda path: path.symlink_to("/proc/self/mem"),
}
DOORS = [recognise, probe_audio, content_digest, load_project, read_card]


def opened(path, folder):
    return open_model(ModelSource(path=str(path)), folder, trust=Trust(folder=folder))


@pytest.mark.timeout(20)  # a pipe would be waited on for ever, a device read without end
@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_ordinary_file_is_named_and_never_waited_for(tmp_path, name):
    path = tmp_path / name
    NO_FILES[name](path)
    for door in [*DOORS, lambda path: opened(path, tmp_path)]:
        with pytest.raises(StudioError) as caught:
            door(path)
        assert caught.value.sentence and "Errno" not in caught.value.sentence


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_so_that_nothing_in_it_is_hidden(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"no model \xff\xfe")
    for door in (recognise, probe_audio, load_project, read_card):
        with pytest.raises(StudioError) as caught:
            door(path)
        said = caught.value.sentence
        assert said.encode("utf-8") and "\n" not in said and "\N{RIGHT-TO-LEFT OVERRIDE}" not in said
        assert "\x1b" not in said and len(said) < 200


@pytest.mark.parametrize(
    "text, seen",
    [
        ("plain ñ 音 \N{ZERO WIDTH JOINER} \N{NO-BREAK SPACE}", "plain ñ 音 \N{ZERO WIDTH JOINER} \N{NO-BREAK SPACE}"),
        ("a\nb", "a\\nb"),
        (TURNED, "gain\\u202ets.exe"),
        ("\udcff", "\\udcff"),
        ("see " + "z" * 250 + ".pt", "see " + "z" * 60 + "…" + "z" * 27 + ".pt"),
        ("/a/long" * 40, "/a/long" * 40),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text, seen):
    assert shown(text) == seen


@pytest.mark.parametrize("name", [*NAMES[:2], *NAMES[4:]])
def test_a_sound_of_any_name_can_be_heard(tmp_path, name):
    path, sound = tmp_path / name.replace(".pt", ".wav"), np.sin(np.arange(4800) / 9).astype(np.float32)[None]
    write_audio(path, sound, 48000)
    raw = decode(path, 48000, tmp_path)
    np.testing.assert_array_equal(raw.samples()[0], sound[0])


def test_a_sound_cut_while_it_is_read_is_heard_as_far_as_it_goes(tmp_path):
    path = tmp_path / "take.wav"
    write_audio(path, np.ones((1, 1 << 20), np.float32), 48000)

    def cut(progress, step):
        os.truncate(path, 1 << 19)

    raw = decode(path, 48000, tmp_path, cut)
    assert 0 < raw.frames <= 1 << 20 and "cut short" in raw.note
    assert build_peaks(raw).frames == raw.frames


def test_a_sound_removed_while_it_plays_goes_on(tmp_path):
    """What is heard lies in a file of our own."""
    path = tmp_path / "take.wav"
    write_audio(path, np.ones((1, 48000), np.float32), 48000)
    raw = decode(path, 48000, tmp_path)
    path.unlink()
    assert raw.samples()[:, ::1000].all()
    with pytest.raises(FileError, match=r"take.wav does not exist\."):
        read_noted(path)


@pytest.mark.parametrize("gone_at", ["content_digest", "refuse_damaged", "with_card_beside", "run_job"])
def test_a_model_removed_under_us_is_missed_in_a_sentence(tmp_path, monkeypatch, gone_at):
    from studio.flows import opening

    path = tmp_path / "amp.nam"
    config = {"receptive_field": 3, "bias": False}
    path.write_text(json.dumps({"version": "0.5.2", "architecture": "Linear", "config": config, "weights": [1, 2, 3]}))
    real = getattr(opening, gone_at)

    def gone(*words, **more):
        path.unlink()
        return real(*words, **more)

    monkeypatch.setattr(opening, gone_at, gone)
    with pytest.raises((FileError, ModelError), match=r"amp.nam (does not exist|cannot be read)"):
        opened(path, tmp_path)


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    path.write_bytes(b"PK")
    real = Path.open

    def refuse(self, *words, **more):  # root may read whatever its mode is
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, *words, **more)

    monkeypatch.setattr(Path, "open", refuse)
    for door in (recognise, content_digest, lambda path: opened(path, tmp_path)):
        with pytest.raises(FileError, match=r"net.pt cannot be read: Permission denied\."):
            door(path)
