"""Amplifier files are opened as models and sound as their published definition says."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from amplifier_files import FILES, guitarml, nam, put, sounds_like

from studio.document.amplifier import check_guitarml, check_nam
from studio.document.card import ModelCard
from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.document.trust import needs_consent
from studio.errors import FileError
from studio.jobs.probe import run
from studio.wrappers.captured import load_captured

CUTS = [1, 7, 311, 40, 2, 239]
MADE = {**{name: nam(name) for name in FILES}, "gru": guitarml("GRU", skip=0), "json-lstm": guitarml()}


@pytest.fixture
def opened(tmp_path):
    """Open a file as the app does; returns what was found and the captured wrapper."""

    def make(said, name="thing.bin", **source):
        path = put(tmp_path / name, said)
        asked = ModelSource(path=str(path), **source).model_dump(mode="json")
        found = run({"source": asked, "folder": str(tmp_path), "digest": "0"}, lambda *_: None)
        return found, load_captured(tmp_path / "captured.pt")

    return make


@pytest.mark.parametrize("name", MADE)
def test_a_file_sounds_as_published_however_its_sound_is_cut(opened, name):
    _, captured = opened(MADE[name])
    x = np.random.default_rng(2).uniform(-0.9, 0.9, sum(CUTS))
    parts = torch.split(torch.tensor(x, dtype=torch.float32)[None], CUTS, 1)
    captured.module(torch.zeros(1, 600), torch.zeros(0, 600))
    cut = torch.cat([captured.module(each, torch.zeros(0, each.shape[1])) for each in parts], 1)[0].numpy()
    expected = sounds_like(MADE[name], x)
    assert np.abs(cut - expected).max() <= 1e-5 * np.abs(expected).max()  # −100 dB


@pytest.mark.parametrize("name", ["convnet", "wavenet-gated", "linear"])
def test_the_first_sound_finds_the_network_settled(opened, name):
    _, captured = opened(nam(name))
    x = np.random.default_rng(3).uniform(-0.9, 0.9, 50)
    made = captured.module(torch.tensor(x, dtype=torch.float32)[None], torch.zeros(0, 50))[0].numpy()
    np.testing.assert_allclose(made, sounds_like(nam(name), x), atol=1e-5)


@pytest.mark.parametrize(("said", "kind"), [(nam("lstm"), "nam"), (guitarml(), "guitarml")])
def test_a_file_is_told_by_its_content_and_runs_nothing(tmp_path, said, kind):
    found = recognise(put(tmp_path / "model.pt", said))
    assert found.name == kind and found.is_model and not found.is_weights
    assert not needs_consent(tmp_path / "model.pt", found, is_locked=False)


def test_the_card_says_what_the_file_says(opened):
    found, captured = opened(nam("convnet"))
    card = captured.card
    assert (card.name, card.authors, card.sample_rate) == ("Small amp", ("Ada",), 44100)
    assert card.short_description == "Acme Ten (amp, hi gain)" and "-18.2 dB" in card.technical_description
    assert captured.call.sample_rates == (44100,) and captured.call.stateful
    assert found["kind"] == "nam" and "reaches back 7 samples" in " ".join(found["facts"])


def test_a_file_that_says_nothing_is_named_after_itself_and_runs_at_48_khz(opened):
    said = nam("linear-plain", metadata=None)
    del said["sample_rate"]
    card = opened(said, "my-amp.nam")[1].card
    assert (card.name, card.sample_rate) == ("my-amp", 48000)


def test_what_the_user_says_counts_more(opened):
    card = opened(nam("linear"), card=ModelCard(name="Mine"))[1].card
    assert (card.name, card.authors, card.sample_rate) == ("Mine", ("Ada",), 44100)


ARRAYS = FILES["wavenet"][1]["layers"]
NAN = json.loads("[NaN]") + nam("linear")["weights"][1:]
BAD = [
    (nam("wavenet", weights=nam("wavenet")["weights"][:-1]), "holds 126 weights; its WaveNet has 127"),
    (nam("lstm", weights=None), "holds 0 weights"),
    (nam("linear", architecture="Transformer"), "architecture 'Transformer'"),
    (nam("linear", weights=NAN), "weights number 1 is NaN"),
    (nam("linear", weights=["a"] * 10), "is not a number"),
    (nam("linear", version="0.7.0"), "version 0.7.0, newer than 0.5"),
    (nam("linear", version="0.4.1"), "version 0.4.1, older than 0.5"),
    (nam("linear", version=None), "does not say which version"),
    (nam("linear", config={"bias": True}), "config.receptive_field is missing"),
    (nam("lstm", config={"input_size": 1, "hidden_size": 3, "num_layers": 1 << 19}), "num_layers cannot be '524288'"),
    (nam("linear", config=None), "config cannot be 'None'"),
    (nam("linear", config={"receptive_field": 1 << 20, "bias": True}), "reaches back 1048576 samples"),
    (nam("convnet", config={**FILES["convnet"][1], "activation": "Snake"}), "activation cannot be 'Snake'"),
    (nam("wavenet", config={"layers": ARRAYS[1:]}), "layer array 1 does not fit"),
    (nam("wavenet", config={"layers": ARRAYS[:1]}), "makes 2 channels of sound"),
]


@pytest.mark.parametrize(("said", "sentence"), BAD)
def test_a_bad_nam_file_is_refused_in_a_sentence(said, sentence):
    with pytest.raises(FileError, match=sentence) as refused:
        check_nam(said, "bad.nam")
    assert refused.value.sentence.startswith("bad.nam") and refused.value.hint


def test_a_norm_of_negative_variance_is_refused(opened):
    weights = nam("convnet-norm")["weights"]
    weights[9] = -3.0
    with pytest.raises(FileError, match="variance below 0"):
        opened(nam("convnet-norm", weights=weights))


@pytest.mark.parametrize(
    ("part", "changes", "sentence"),
    [
        ("model_data", {"input_size": 2}, "input_size cannot be '2'"),
        ("model_data", {"unit_type": "RNN"}, "unit_type cannot be 'RNN'"),
        ("model_data", {"hidden_size": 4}, "should hold 16 × 1 numbers and holds 12 × 1"),
        ("state_dict", {"lin.weight": None}, "lin.weight should hold 1 × 3 numbers and holds nothing"),
        ("state_dict", {"lin.bias": [float("inf")]}, "lin.bias number 1 is NaN or infinite"),
        ("state_dict", {"other": [1.0]}, "no place: other"),
    ],
)
def test_a_bad_guitarml_file_is_refused_in_a_sentence(part, changes, sentence):
    said = guitarml()
    with pytest.raises(FileError, match=sentence):
        check_guitarml({**said, part: {**said[part], **changes}}, "bad.json")


def test_the_makers_file_is_asked_for_where_a_player_has_its_own(tmp_path):
    with pytest.raises(FileError, match="RTNeural") as refused:
        recognise(put(tmp_path / "aida.json", {"in_shape": [None, None, 1], "layers": []}))
    assert "state_dict" in refused.value.hint


@pytest.mark.parametrize("text", [json.dumps(nam("wavenet"))[:-20], '{"architecture": "WaveNet", "weights": [1,'])
def test_a_cut_file_is_said_to_be_cut(tmp_path, text):
    with pytest.raises(FileError, match="cut or damaged JSON"):
        recognise(put(tmp_path / "cut.nam", text))
