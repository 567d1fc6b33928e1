"""What experiments say about a model, as a `Call` and in sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.document.call import Call
from studio.loading.behaviour import Lengths, Reach, find_lengths, find_reach, is_random, is_stateful
from studio.loading.fit import Fit, fit, reaches_far_enough
from studio.loading.found import Found
from studio.loading.seams import seamless
from studio.loading.trial import Runner


@dataclass(frozen=True)
class Traits:
    """How a model behaves in time."""

    lengths: Lengths
    reach: Reach | None
    stateful: bool
    random: bool
    fit: Fit


def find_traits(runner: Runner, found: Found, has_state: bool, may_cut: bool = True) -> Traits:
    """Experiments on time; `has_state` says that state goes in and out, `may_cut` that its answer may be cut."""
    random = is_random(runner, found)
    stateful = has_state or is_stateful(runner, found)
    lengths = find_lengths(runner, found)
    reach = find_reach(runner, found, lengths.multiple)
    if reach is not None and not stateful and not random and not lengths.sizes:
        better = seamless(runner, found, reach, lengths.multiple)
        if better is not None and (may_cut or not better[1].end):
            reach, fitted, multiple = better
            return Traits(replace(lengths, multiple=multiple), reach, stateful, random, fitted)
        reach = replace(reach, whole=True)
    forgets = random and not stateful and not lengths.sizes and may_cut
    return Traits(lengths, reach, stateful, random, fit(found.sound, reach, lengths.multiple, forgets))


def call_of(found: Found, traits: Traits) -> Call:
    """What was found, as a Call."""
    lengths, sound = traits.lengths, found.sound
    least = max(lengths.multiple, lengths.least - traits.fit.look_behind)
    return Call(
        layout=found.way.layout,
        output_layout=sound.layout,
        channels_in=found.way.channels,
        outputs=sound.outputs,
        min_block=1 if lengths.sizes else least,
        multiple=lengths.multiple,
        block_sizes=lengths.sizes,
        ratio=(sound.ratio.numerator, sound.ratio.denominator),
        latency=traits.fit.latency,
        look_behind=traits.fit.look_behind,
        stateful=traits.stateful,
        random=traits.random,
        arguments=found.way.arguments,
    )


def surprises(found: Found, traits: Traits) -> list[str]:
    """What a user should know beside the call."""
    fitted, reach = traits.fit, traits.reach
    if reach is None:
        return ["Its output does not depend on its input."]
    if traits.stateful:
        return []
    if traits.lengths.sizes:
        edges = reach.last > 0 or reach.first < 0
        return ["It treats each block on its own, so the edges of blocks may be heard."] if edges else []
    if not reaches_far_enough(found.sound, reach):
        return ["Its answer depends on the whole block, so the sound changes with the block size."]
    if not fitted.look_behind:
        return []
    again = "last sample is" if fitted.look_behind == 1 else f"last {fitted.look_behind} samples are"
    facts = [f"It keeps no state, so the {again} given to it again with each block."]
    if fitted.end and reach.first < 0:
        facts.append("It looks ahead, and the delay is what it waits for.")
    return facts
