"""Odd files and names on the command line: exit 2 and a sentence, in letters that cannot turn a line round."""

from __future__ import annotations

import json
import os

import amplifier_files as amplifiers
import pytest

TURNED = "amp\N{RIGHT-TO-LEFT OVERRIDE}two\nlines.nam"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("target", ["", "net.pt", "/dev/zero"])
def test_no_ordinary_file_is_waited_for(studio, tmp_path, target):
    path = tmp_path / "net.pt"
    path.symlink_to(target) if target else os.mkfifo(path)
    said = studio("inspect", "net.pt", timeout=50)
    assert said.code == 2 and "net.pt" in said.err and "Traceback" not in said.err


def test_a_model_opens_under_any_name(studio, tmp_path):
    (tmp_path / TURNED).write_text(json.dumps(amplifiers.nam("linear")))
    said = studio("inspect", TURNED, "--json")
    assert said.code == 0, said.err
    plain = studio("inspect", TURNED)
    assert plain.code == 0 and "\N{RIGHT-TO-LEFT OVERRIDE}" not in plain.out + plain.err, plain.err


def test_an_unknown_file_is_named_in_visible_letters(studio, tmp_path):
    (tmp_path / TURNED).write_bytes(b"\xff\xfe nothing")
    said = studio("inspect", TURNED)
    assert said.code == 2 and "\\u202etwo\\nlines.nam" in said.err


def test_a_name_that_is_no_text_is_to_be_changed(studio, tmp_path):
    (tmp_path / "amp\udcff.nam").write_text(json.dumps(amplifiers.nam("linear")))
    said = studio("inspect", "amp\udcff.nam")
    assert said.code == 2 and "amp\\udcff.nam has a name" in said.err and "Rename it" in said.err


def test_a_sound_cannot_be_saved_where_nothing_may_be(studio, tmp_path, sound):
    (tmp_path / "amp.nam").write_text(json.dumps(amplifiers.nam("linear")))
    path, _ = sound(4000)
    said = studio("render", "amp.nam", path, "/sys/out.wav")
    assert said.code == 2 and "/sys/out.wav cannot be written" in said.err and "Choose another folder" in said.err
