"""What scripts rely on: one JSON object, exit codes, refusals that name the option."""

from __future__ import annotations

import pytest

KEYS = {"kind", "name", "layout", "channels_in", "channels_out", "outputs", "min_block", "parameters", "stateful"}


@pytest.mark.parametrize(
    "words",
    [
        ["inspect"],
        ["inspect", "missing.py", "--nonsense"],
        ["inspect", "missing.py"],
        ["render", "volume.py", "in.wav"],
        ["render", "volume.py", "in.wav", "out.wav", "--block-size", "many"],
        ["export", "volume.py", "--out", "x"],
        ["frobnicate"],
    ],
)
def test_every_refusal_is_one_object_and_exit_2(studio, model, words):
    model("volume")
    said = studio(*words, "--json")
    assert said.code == 2
    assert set(said.json["error"]) >= {"code", "message", "hint", "fields"} and said.json["error"]["message"]
    assert "Traceback" not in said.err


def test_foreign_python_does_not_run_unasked(studio, tmp_path):
    (tmp_path / "evil.py").write_text(
        "open('marker', 'w').write('ran')\nfrom torch import nn\nclass M(nn.Module): pass\n"
    )
    said = studio("inspect", "evil.py", "--json")
    assert said.code == 2 and said.json["error"]["code"] == "consent-needed" and "trust" in said.json["error"]["fields"]
    assert said.json["kind"] == "python" and not (tmp_path / "marker").exists()


def test_inspect_tells_how_a_model_is_called(studio, model):
    said = studio("inspect", model("volume"), "--trust", "--json")
    assert said.code == 0 and set(said.json) >= KEYS | {"size_bytes", "facts"}
    assert [each["name"] for each in said.json["parameters"]] == ["gain"]
    assert said.json["stateful"] is False and said.json["min_block"] == 1


def test_inspect_knows_sounds_and_projects(studio, sound, tmp_path):
    path, _ = sound()
    (tmp_path / "p.studio").write_text('{"studio": 1}')
    for file, kind in ((path, "audio"), ("p.studio", "project")):
        said = studio("inspect", file, "--json")
        assert said.code == 0 and said.json["kind"] == kind and set(said.json) >= KEYS


def test_a_needed_class_and_argument_name_their_option(studio, model):
    path = model("two")
    assert studio("inspect", path, "--trust", "--json").json["error"]["fields"] == ["class"]
    assert studio("inspect", path, "--trust", "--class", "Two", "--json").json["error"]["fields"] == ["arg"]
    said = studio("inspect", path, "--trust", "--class", "Two", "--arg", "factor=2", "--json")
    assert said.code == 0 and said.json["name"] == "Two"


def test_text_is_short_and_harmless_whatever_a_file_is_called(studio, tmp_path):
    name = "a\x1b[31m\u202eb" + "x" * 180 + ".txt"
    (tmp_path / name).write_text("hello")
    said = studio("inspect", name)
    assert said.code == 2 and len(said.err.encode()) < 4096
    assert not any(ord(letter) < 32 and letter != "\n" for letter in said.err) and "\u202e" not in said.err


@pytest.mark.slow
def test_a_model_that_never_returns_is_ended(studio, model):
    said = studio("inspect", model("endless"), "--trust", "--json")
    assert said.code == 2 and "did not" in said.json["error"]["message"]
