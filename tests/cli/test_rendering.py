"""A rendered file against arithmetic."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile


def read(path):
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return audio.T, rate


@pytest.mark.parametrize(("channels", "block"), [(1, 64), (2, 1000)])
def test_a_gain_is_a_gain_sample_by_sample(studio, model, sound, channels, block, tmp_path):
    path, audio = sound(channels=channels)
    said = studio(
        "render", model("volume"), path, "out.wav", "--set", "gain=0.25", "--block-size", block, "--trust", "--json"
    )
    made, rate = read(tmp_path / "out.wav")
    assert said.code == 0 and rate == 44100 and said.json["frames"] == audio.shape[1] == made.shape[1]
    np.testing.assert_allclose(made, audio * 0.25, atol=1e-6)
    assert said.json["latency"] == 0 and said.json["realtime_factor"] > 1


@pytest.mark.parametrize("rate", [22050, pytest.param(48000, marks=pytest.mark.slow)])
def test_a_simulated_host_has_its_own_rate_and_length(studio, model, sound, rate, tmp_path):
    path, _ = sound(frames=12345)
    said = studio("render", model("volume"), path, "out.wav", "--sample-rate", rate, "--trust", "--json")
    made, made_rate = read(tmp_path / "out.wav")
    assert made_rate == rate and made.shape[1] == round(12345 * rate / 44100) == said.json["frames"]


@pytest.mark.slow
def test_a_model_of_another_rate_stays_in_time(studio, model, tmp_path):
    """A slow sine has to come back where it was, through 48 → 16 → 48 kHz and out of the delay that is reported."""
    wave = (0.5 * np.sin(2 * np.pi * 440 * np.arange(48000) / 48000)).astype("float32")
    soundfile.write(tmp_path / "in.wav", wave, 48000, subtype="FLOAT")
    words = ["--set", "gain=1", "--model-rate", "16000", "--trust", "--json"]
    said = studio("render", model("volume"), "in.wav", "out.wav", *words)
    made, _ = read(tmp_path / "out.wav")
    assert said.json["latency"] > 0 and np.abs(made[0, 2000:-2000] - wave[2000:-2000]).max() < 1e-3


def test_every_output_gets_a_file(studio, model, sound, tmp_path):
    path, audio = sound(channels=1)
    said = studio("render", model("stems"), path, "out.wav", "--trust", "--json")
    low, _ = read(tmp_path / "out_low.wav")
    high, _ = read(tmp_path / "out_high.wav")
    assert [name.rpartition("_")[2] for name in said.json["outputs"]] == ["low.wav", "high.wav"]
    assert said.json["output"] == said.json["outputs"][0]
    np.testing.assert_allclose(low[:1] + high[:1], audio, atol=1e-6)


@pytest.mark.parametrize("setting", ["volume=1", "gain=9", "gain=loud", "gain"])
def test_a_wrong_knob_is_refused(studio, model, sound, setting):
    path, _ = sound()
    said = studio("render", model("volume"), path, "out.wav", "--set", setting, "--trust", "--json")
    assert said.code == 2 and said.json["error"]["fields"] == ["set"]


@pytest.mark.parametrize("frames", [1, pytest.param(100, marks=pytest.mark.slow)])
def test_very_short_sounds_keep_their_length(studio, model, sound, frames, tmp_path):
    path, audio = sound(frames=frames)
    said = studio("render", model("volume"), path, "out.wav", "--trust", "--json")
    assert said.code == 0 and read(tmp_path / "out.wav")[0].shape == audio.shape


def test_a_folder_that_cannot_be_written_is_said_and_left_alone(studio, model, sound, tmp_path):
    path, _ = sound()
    (tmp_path / "taken").write_text("a file, not a folder")
    said = studio("render", model("volume"), path, "taken/out.wav", "--trust", "--json")
    assert said.code == 2 and said.json["error"]["code"] == "file"


def test_what_is_read_is_not_written_over(studio, model, sound):
    path, audio = model("volume"), sound()[0]
    before = path.read_bytes(), audio.read_bytes()
    for target in (path, audio):
        said = studio("render", path, audio, target, "--trust", "--json")
        assert said.code == 2 and "would be lost" in said.json["error"]["message"]
    assert (path.read_bytes(), audio.read_bytes()) == before


def test_what_was_wrong_with_the_sound_is_said(studio, model, tmp_path):
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, (4800, 4)).astype(np.float32)
    audio[100:200] = np.nan
    soundfile.write(tmp_path / "odd.wav", audio, 48000, subtype="FLOAT")
    said = studio("render", model("volume"), "odd.wav", "out.wav", "--trust", "--json")
    facts = " ".join(said.json["facts"])
    assert said.code == 0 and "4 channels" in facts and "not numbers" in facts, facts


@pytest.mark.parametrize(
    ("options", "factor"),
    [
        (["--input-db", "6"], 0.25 * 10 ** (6 / 20)),
        (["--gain-db", "-90"], 0.0),
        (["--wet", "0.5"], 0.5 * 0.25 + 0.5),
        (["--wet", "0", "--gain-db", "-6"], 10 ** (-6 / 20)),
        (["--limit", "0"], 0.25),
    ],
)
def test_levels_are_those_of_the_window(studio, model, sound, options, factor, tmp_path):
    path, audio = sound(channels=2)
    said = studio("render", model("volume"), path, "out.wav", "--set", "gain=0.25", *options, "--trust", "--json")
    assert said.code == 0
    np.testing.assert_allclose(read(tmp_path / "out.wav")[0], audio * factor, atol=1e-6)


@pytest.mark.slow
def test_a_mix_of_outputs_is_written_beside_them(studio, model, sound, tmp_path):
    path, audio = sound(channels=1)
    said = studio("render", model("stems"), path, "out.wav", "--stem", "low=-90", "--trust", "--json")
    assert said.json["output"] == said.json["outputs"][0] and len(said.json["outputs"]) == 3
    np.testing.assert_allclose(read(tmp_path / "out.wav")[0], 0.75 * audio, atol=1e-6)
    np.testing.assert_allclose(read(tmp_path / "out_low.wav")[0], 0.25 * audio, atol=1e-6)


@pytest.mark.parametrize("option", ["mid=0", "low=loud", "low=99", "low"])
def test_a_wrong_stem_is_refused(studio, model, sound, option):
    said = studio("render", model("stems"), sound()[0], "out.wav", "--stem", option, "--trust", "--json")
    assert said.code == 2 and said.json["error"]["fields"] == ["stem"] and said.json["error"]["hint"]


@pytest.mark.parametrize("rate", [None, pytest.param(22050, marks=pytest.mark.slow)])
def test_a_test_sound_needs_no_file(studio, model, rate, tmp_path):
    words = ["--sample-rate", rate] if rate else []
    said = studio("render", model("volume"), "tone:sine:500", "out.wav", "--set", "gain=1", *words, "--trust", "--json")
    made, made_rate = read(tmp_path / "out.wav")
    assert said.code == 0 and made_rate == (rate or 48000) and made.shape[1] == 10 * made_rate
    expected = 10 ** (-12 / 20) * np.sin(2 * np.pi * 500 * np.arange(made.shape[1]) / made_rate)
    np.testing.assert_allclose(made[0, 1000:-1000], expected[1000:-1000], atol=1e-4)


def test_an_unknown_test_sound_names_those_there_are(studio, model):
    said = studio("render", model("volume"), "tone:organ", "out.wav", "--trust", "--json")
    assert said.code == 2 and "tone:pink" in said.json["error"]["hint"]


def test_a_project_brings_its_levels_and_its_moves(studio, model, tmp_path):
    soundfile.write(tmp_path / "ones.wav", np.ones(96000, np.float32), 48000, "FLOAT")
    moves = {"gain": {"points": [[0.5, 0.0], [1.5, 1.0]]}}
    said = {"studio": 1, "model": {"path": str(model("volume"))}, "mixer": {"input_db": -6.0}, "automation": moves}
    (tmp_path / "song.studio").write_text(json.dumps(said))
    assert studio("render", "song.studio", "ones.wav", "moved.wav", "--trust").code == 0
    typed = ["--set", "gain=1", "--input-db", "0"]
    assert studio("render", "song.studio", "ones.wav", "still.wav", "--trust", *typed).code == 0
    moved, still = (read(tmp_path / name)[0][0] for name in ("moved.wav", "still.wav"))
    seconds = np.arange(96000) / 48000
    np.testing.assert_allclose(moved, np.clip(seconds - 0.5, 0, 1) * 10 ** (-6 / 20), atol=0.04)
    np.testing.assert_allclose(still, 1.0, atol=1e-6)
