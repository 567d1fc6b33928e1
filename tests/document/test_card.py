"""Cards of ours and of the hosts, and the limits that every field is held against."""

from __future__ import annotations

import json

import pytest

from studio.document.card import ModelCard, card_from, read_card
from studio.document.limits import hosts, limits_of, problems, tightest
from studio.document.parameter import Parameter
from studio.errors import CardError, HostError

FULL = ModelCard(
    name="Warm", authors=("A",), short_description="s", long_description="l", domain_tags=("music",), sample_rate=48000
)


def test_neutones_metadata_is_a_card():
    knob = {"name": "g", "description": "d", "default_value": "0.5", "used": True, "type": "continuous"}
    said = {
        "model_name": "Amp",
        "model_authors": ["X"],
        "native_sample_rates": [44100],
        "neutone_parameters": {"p1": knob},
    }
    card = card_from(said)
    assert (card.name, card.authors, card.sample_rate) == ("Amp", ("X",), 44100)
    assert card.parameters[0].default == 0.5


def test_audacitys_metadata_is_a_card():
    card = card_from(
        {"effect_type": "waveform-to-waveform", "sample_rate": 16000, "domains": ["music"], "labels": ["a"]}
    )
    assert card.sample_rate == 16000 and card.domain_tags == ("music",) and card.labels == ("a",)


@pytest.mark.parametrize("text", ["[]", "{", "7"])
def test_what_is_no_card_is_said(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(CardError, match=r"card\.json"):
        read_card(tmp_path / "card.json")


def test_every_unknown_field_is_named(tmp_path):
    (tmp_path / "card.json").write_text(json.dumps({"nme": "x", "authors": 3}))
    with pytest.raises(CardError) as refused:
        read_card(tmp_path / "card.json")
    assert set(refused.value.fields) == {"nme", "authors"}


@pytest.mark.parametrize("host", ["neutone", "audacity"])
def test_a_good_card_has_no_problems(host):
    assert problems(FULL, host) == []


@pytest.mark.parametrize(
    ("change", "host", "field"),
    [
        ({"name": "x" * 31}, "neutone", "name"),
        ({"short_description": "x" * 151}, "neutone", "short_description"),
        ({"short_description": "x" * 61}, "audacity", "short_description"),
        ({"long_description": "x" * 281}, "audacity", "long_description"),
        ({"tags": tuple("abcdef")}, "audacity", "tags"),
        ({"tags": tuple("abcdefgh")}, "neutone", "tags"),
        ({"domain_tags": ("jazz",)}, "audacity", "domain_tags"),
        ({"sample_rate": None}, "audacity", "sample_rate"),
        ({"sample_rate": 192000}, "neutone", "sample_rate"),
        ({"authors": ()}, "neutone", "authors"),
        ({"parameters": tuple(Parameter(f"k{i}") for i in range(5))}, "neutone", "parameters"),
    ],
)
def test_each_limit_is_found_and_named(change, host, field):
    found = problems(FULL.model_copy(update=change), host)
    assert [each.field for each in found] == [field] and found[0].hint


def test_all_problems_are_listed_at_once():
    card = FULL.model_copy(update={"name": "x" * 40, "short_description": "", "tags": ("a", "a")})
    assert {each.field for each in problems(card, "neutone")} == {"name", "short_description", "tags"}


def test_the_counter_shows_the_tightest_host():
    assert tightest("short_description", ["neutone", "audacity"])[0] == "audacity"
    assert tightest("citation", ["audacity"]) is None


def test_an_unknown_host_lists_the_known_ones():
    with pytest.raises(HostError) as refused:
        limits_of("vst")
    assert all(name in refused.value.hint for name in hosts())


@pytest.mark.parametrize(
    "text, said",
    [
        ("[" * 100_000, "nested too deeply"),
        ("[1]", "one JSON object"),
        ('{"authors": "Ada"}', "authors: write a list"),
        ('{"sample_rate": "fast"}', "sample_rate: write a whole number"),
        ('{"parameters": [{"name": "on", "kind": "toggle", "default": "maybe"}]}', "on or off"),
        (
            '{"parameters": [{"name": "m", "kind": "choice", "choices": ["a", "b"], "default": 7}]}',
            "none of its choices",
        ),
        ('{"parameters": [{"name": "m", "kind": "choice", "choices": ["a", "a"], "default": 0}]}', "a choice twice"),
    ],
)
def test_a_bad_card_is_refused_with_a_way_out(text, said, tmp_path):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(CardError, match=said) as raised:
        read_card(tmp_path / "card.json")
    assert raised.value.hint


def test_a_number_is_taken_as_neutones_version():
    assert card_from({"model_name": "Amp", "model_version": 2}).version == "2"


@pytest.mark.parametrize(
    "name, said", [("   ", "The name is empty"), ("a\u202eb", "cannot be seen"), ("a\x07", "cannot be seen")]
)
def test_a_name_has_to_be_seen(name, said):
    assert any(said in each.sentence for each in problems(FULL.model_copy(update={"name": name}), "neutone"))
