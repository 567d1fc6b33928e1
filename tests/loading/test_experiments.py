"""What the experiments find, held against what the networks were written to want."""

import little_networks as networks
import pytest
import torch

from studio.errors import ModelError
from studio.loading.probe import experiment
from studio.loading.tidy import tidy


def probe(cls, **options):
    torch.manual_seed(3)
    return experiment(tidy(cls()), cls.__name__, **options)


def names(call):
    return [output.name for output in call.outputs]


@pytest.mark.parametrize(
    "cls, layout, output_layout, channels_in, channels_out",
    [
        (networks.Same, "BCT", "BCT", 1, 1),
        (networks.Recurrent, "BTC", "BTC", 1, 1),
        (networks.TimeFirst, "TBC", "TBC", 1, 1),
        (networks.BatchTime, "BT", "BT", 2, 2),
        (networks.Samples, "T", "T", 1, 1),
        (networks.MidSide, "CT", "CT", 2, 2),
        (networks.InPlace, "BCT", "BCT", 2, 2),
        (networks.Separator, "BT", "BST", 1, 3),
        (networks.StemAxis, "BCT", "BSCT", 2, 8),
        (networks.Clipper, "BCT", "BCT", 2, 2),
    ],
)
def test_the_layout_is_found(cls, layout, output_layout, channels_in, channels_out):
    call = probe(cls).call
    assert (call.layout, call.output_layout) == (layout, output_layout)
    assert (call.channels_in, call.channels_out) == (channels_in, channels_out)


@pytest.mark.parametrize(
    "cls, latency, look_behind",
    [
        (networks.Same, 4, 8),  # sees four samples ahead, so it is heard four later
        (networks.Causal, 0, 12),
        (networks.Valid, 0, 12),
        (networks.WideValid, 0, 4094),  # twice the sum of the dilations
        (networks.Tail, 0, 16),
        (networks.Delay, 64, 64),
        (networks.KeptDelay, 64, 0),
        (networks.LinearPhase, 63, 125),  # its outermost taps are not heard
        (networks.Strided, 0, 0),
    ],
)
def test_delay_and_past_are_measured(cls, latency, look_behind):
    call = probe(cls).call
    assert (call.latency, call.look_behind) == (latency, look_behind)


@pytest.mark.parametrize(
    "cls, min_block, multiple, sizes",
    [
        (networks.Causal, 1, 1, ()),
        (networks.Strided, 16, 16, ()),
        (networks.PaddedStride, 16, 16, ()),
        (networks.Frames480, 480, 480, ()),
        (networks.Blocks512, 1, 1, (512,)),
        (networks.Blocks1024Or2048, 1, 1, (1024, 2048)),
    ],
)
def test_the_lengths_it_takes_are_found(cls, min_block, multiple, sizes):
    call = probe(cls).call
    assert (call.min_block, call.multiple, call.block_sizes) == (min_block, multiple, sizes)


@pytest.mark.parametrize("cls, ratio", [(networks.Doubler, (2, 1)), (networks.Halver, (1, 2)), (networks.Same, (1, 1))])
def test_the_ratio_of_rates_is_found(cls, ratio):
    assert probe(cls).call.ratio == ratio


@pytest.mark.parametrize(
    "cls, stateful, random",
    [
        (networks.KeptDelay, True, False),
        (networks.KeptState, True, False),
        (networks.GivenState, True, False),
        (networks.Random, False, True),
        (networks.Recurrent, False, False),
    ],
)
def test_state_and_chance_are_told_apart(cls, stateful, random):
    call = probe(cls).call
    assert (call.stateful, call.random) == (stateful, random)


@pytest.mark.parametrize(
    "cls, shapes, positions",
    [
        (networks.GivenState, {"h": (1, 1, 8)}, (1,)),
        (networks.NeededPair, {"hc_0": (1, 1, 8), "hc_1": (1, 1, 8)}, (1, 2)),
        (networks.TwoStates, {"h": (1, 1, 8), "c": (1, 1, 8)}, (1, 2)),
        (networks.Cache, {"cache": (1, 1, 4)}, (1,)),
    ],
)
def test_state_that_goes_in_and_out_is_carried(cls, shapes, positions):
    call = probe(cls).call
    assert {each.name: each.shape for each in call.arguments} == shapes
    assert {each.role for each in call.arguments} == {"state"}
    assert call.output_key == (0,) and call.state_outputs == positions


@pytest.mark.parametrize(
    "cls, drives",
    [
        (networks.Conditioned, ["element:p[0]", "element:p[1]", "element:p[2]"]),
        (networks.MaybeConditioned, ["element:p[0]", "element:p[1]", "element:p[2]"]),
        (networks.TwoVectors, [f"element:{name}[{at}]" for name, count in (("p", 2), ("q", 4)) for at in range(count)]),
        (networks.EverySample, ["element:c[0]", "element:c[1]"]),
        (networks.Clipper, ["argument:min", "argument:max", "argument:gain"]),
        (networks.Knobs, ["argument:drive", "argument:mix", "argument:bypass", "argument:cutoff_hz"]),
    ],
)
def test_arguments_become_knobs(cls, drives):
    assert [each.drives for each in probe(cls).card.parameters] == drives


def test_ranges_surround_the_defaults():
    drive, mix, bypass, cutoff = probe(networks.Knobs).card.parameters
    assert (drive.default, drive.min, drive.max) == (2.0, 0.0, 4.0)
    assert (mix.default, mix.min, mix.max) == (0.5, 0.0, 1.0)
    assert (bypass.kind, bypass.default) == ("toggle", False)
    assert (cutoff.min, cutoff.max, cutoff.curve, cutoff.unit) == (20.0, 20000.0, "logarithmic", "Hz")


def test_what_counts_or_names_stays_as_it_is():
    found = probe(networks.Knobs)
    constants = {each.name: each.value for each in found.call.arguments if each.role == "constant"}
    assert constants == {"stages": 2, "mode": "soft"}
    assert any("stages stays at 2" in fact for fact in found.facts)


def test_a_model_that_asks_for_its_rate_is_told():
    (argument,) = probe(networks.WantsRate, model_rate=32000).call.arguments
    assert (argument.role, argument.value) == ("constant", 32000)


@pytest.mark.parametrize(
    "cls, keys, outputs",
    [
        (networks.StemDict, ("vocals", "drums"), ["vocals", "drums"]),
        (networks.StemAxis, (), ["output 1", "output 2", "output 3", "output 4"]),
        (networks.WithExtras, (".audio",), ["output"]),
        (networks.Nested, (0,), ["output"]),
    ],
)
def test_the_sound_is_picked_out_of_the_answer(cls, keys, outputs):
    call = probe(cls).call
    if cls is networks.Nested:  # called through a layer that flattens it
        keys = ()
    assert call.output_key == keys and names(call) == outputs


@pytest.mark.parametrize(
    "cls, said",
    [
        (networks.NotANumber, "NaN"),
        (networks.Classifier, "[1, 5] for 2048 samples"),
        (networks.Whole, "gives no sound"),
        (networks.Fails, "not ready yet"),
    ],
)
def test_what_is_no_model_of_sound_is_refused_with_its_reason(cls, said):
    with pytest.raises(ModelError) as caught:
        probe(cls)
    assert said in caught.value.sentence and caught.value.hint and cls.__name__ in caught.value.sentence


def test_a_failure_names_the_user_s_line():
    with pytest.raises(ModelError, match=r"little_networks\.py, line \d+: RuntimeError: not ready yet"):
        probe(networks.Fails)


def test_the_user_can_correct_the_layout():
    assert probe(networks.Same, layout="CT").call.layout == "CT"
    with pytest.raises(ModelError, match="as \\[T\\]"):
        probe(networks.Same, layout="T")
    with pytest.raises(ModelError, match="XYZ is no layout"):
        probe(networks.Same, layout="XYZ")


@pytest.mark.parametrize(
    "cls, said",
    [
        (networks.Normalised, "whole block"),
        (networks.Blocks512, "edges of blocks"),
        (networks.Deaf, "does not depend on its input"),
        (networks.Causal, "last 12 samples"),
        (networks.Same, "looks ahead"),
    ],
)
def test_surprises_are_said(cls, said):
    found = probe(cls)
    assert found.facts[0] == found.call.sentence() and any(said in fact for fact in found.facts[1:])


def test_the_experiments_leave_no_trace():
    torch.manual_seed(5)
    network = tidy(networks.KeptDelay())
    before, dice = network.past.clone(), torch.random.get_rng_state()
    experiment(network, "KeptDelay")
    assert torch.equal(network.past, before) and torch.equal(torch.random.get_rng_state(), dice)


def test_each_trial_is_told_to_whoever_waits():
    beats = []
    experiment(tidy(networks.Doubler()), "Doubler", beat=lambda: beats.append(None))
    assert len(beats) > 10
