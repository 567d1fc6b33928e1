"""Experiments with a wrapper class: it says most of itself, the rest is found by calling it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.treatment import Decoding
from studio.errors import ModelError, StudioError
from studio.loading.amplifier import Amplifier
from studio.loading.arguments import Wanted
from studio.loading.behaviour import is_random, is_stateful
from studio.loading.blame import blame, reason
from studio.loading.found import Found
from studio.loading.labelling import Wish, describe_frames, find_wrapped
from studio.loading.outputs import rows_of
from studio.loading.search import channel_guesses, search
from studio.loading.traits import call_of, find_traits, surprises
from studio.loading.trial import Runner, TrialError, Way, noise
from studio.wrappers.base import FrameLabels, WaveformToLabels, WaveformToWaveformBase, Wrapper, describe
from studio.wrappers.generative import NonRealtimeBase, describe_generative
from studio.wrappers.neutone_model import NeutoneModel
from studio.wrappers.shell import ANY_RATE, core_of

MOST_RATE = 768_000
TRIED = 16384  # samples of sound for a labeller
SIZES = (128, 256, 512, 1024, 2048, 4096)
RANGES_SHOWN = (
    "The ranges of its knobs are only shown: the model gets 0…1, as from Neutone's SDK, for which it was written."
)
LEFT_OPEN = ("channels_in", "outputs", "min_block", "multiple", "block_sizes", "ratio", "latency", "look_behind")


class WrapperRunner(Runner):
    """Calls a wrapper as its hosts will, with every knob at its default."""

    def __init__(
        self,
        wrapper: Wrapper,
        card: ModelCard,
        channels: tuple[int, ...] = (),
        lengths: tuple[int, ...] = (),
        beat: Callable[[], None] = lambda: None,
        rate: int = ANY_RATE,
        look_behind: int = 0,
    ) -> None:
        numeric = [each for each in card.parameters if each.is_numeric]
        super().__init__(core_of(wrapper, numeric).eval(), channels=channels, lengths=lengths, beat=beat)
        self.positions = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)
        self.rate, self.look_behind = rate, look_behind

    def wanted(self) -> list[Wanted]:
        return []

    def call(self, module: nn.Module, way: Way, sound: Tensor) -> Any:  # noqa: ARG002 - there is one way
        self.announce(module, sound.shape[1] - self.look_behind)
        return module(sound.clone(), self.positions.expand(-1, sound.shape[1]).contiguous())

    def announce(self, module: Any, block: int) -> None:
        """Tell rate and block to a model that wants to know, as hosts do when they change."""
        if hasattr(module, "tell") and getattr(module, "told_block", 0) != block:
            module.tell(self.rate, block)
            module.told_block = block

    def takes_only_what_was_told(self, found: Found) -> bool:
        """Whether blocks of another length than announced make it fail."""
        module: Any = self.fresh()
        if not hasattr(module, "tell"):
            return False
        module.tell(self.rate, found.length - self.look_behind)
        longer = found.length + 171
        module.told_block = longer - self.look_behind  # which is not true
        try:
            made = self.run(found.way, noise(found.way.channels, longer), module)
            return rows_of(made, found.sound).shape[1] < longer
        except (TrialError, ValueError):
            return True


def probe_wrapper(
    wrapper: Wrapper, name: str, beat: Callable[[], None], wish: Wish
) -> tuple[Call, ModelCard, list[str]]:
    """Call, card and facts of a wrapper. Raises: ModelError where calling it fails."""
    call, card = _described(wrapper, name)
    if isinstance(wrapper, NonRealtimeBase):
        return call, card, []  # it is tried when it is compiled
    if isinstance(wrapper, Amplifier):
        return call.model_copy(update={"stateful": True}), card, []  # made here: nothing is left to be found out
    if isinstance(wrapper, FrameLabels):
        return _try_frames(WrapperRunner(wrapper, card, beat=beat), call, card, wish, name)
    if isinstance(wrapper, WaveformToLabels):
        found_out = _try_labels(WrapperRunner(wrapper, card, beat=beat), name, call.decoding)
        return call.model_copy(update=found_out), card, []
    if not isinstance(wrapper, WaveformToWaveformBase):
        runner = WrapperRunner(wrapper, card, beat=beat)
        found = search(runner, name, ("CT",), None)
        traits = find_traits(runner, found, False, may_cut=False)
        opened = call_of(found, traits)
        update: dict[str, Any] = {each: getattr(opened, each) for each in LEFT_OPEN}
        facts = surprises(found, traits)
    else:
        lengths = tuple(each + call.look_behind for each in call.block_sizes)
        rate = call.sample_rates[0] if call.sample_rates else ANY_RATE
        runner = WrapperRunner(wrapper, card, (call.channels_in,), lengths, beat, rate, call.look_behind)
        found = search(runner, name, ("CT",), None)
        update, facts = _as_declared(runner, found, call, name)
        if not call.block_sizes and not call.look_behind and runner.takes_only_what_was_told(found):
            update["block_sizes"] = SIZES
            facts.append("It takes only blocks of the size it was told; hosts with others are queued.")
        if any(not each.maps and (each.min, each.max) != (0.0, 1.0) for each in card.parameters):
            facts.append(RANGES_SHOWN)
    update["stateful"], update["random"] = is_stateful(runner, found), is_random(runner, found)
    return call.model_copy(update=update), card, facts


def _described(wrapper: Wrapper, name: str) -> tuple[Call, ModelCard]:
    """What a wrapper's own methods say of it. Raises: ModelError where they fail or cannot be right."""
    try:
        if isinstance(wrapper, NeutoneModel):
            wrapper.prepare_for_inference()  # authors switch layers to their caches there
        call, card = describe_generative(wrapper) if isinstance(wrapper, NonRealtimeBase) else describe(wrapper)
        card = ModelCard.model_validate(card.model_dump(warnings=False))
    except StudioError:
        raise
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0]) if fault["loc"] else "card"
        said = f"{name} says something of itself that cannot be read: {field.replace('_', ' ')} {fault['input']!r}."
        raise ModelError(said, "Correct the method that returns it.", about=name) from error
    except Exception as error:  # the methods are the user's
        raise blame(error, f"Asking {name} what it is", name) from error
    names = [each.name for each in card.parameters]
    wrong = (
        (bool(call.block_sizes) and min(call.block_sizes) < 1, "a block size below 1"),
        (any(not 1 <= each <= MOST_RATE for each in call.sample_rates), f"a sample rate outside 1 … {MOST_RATE} Hz"),
        (call.look_behind < 0, "a look-behind below 0"),
        (call.latency < 0, "a delay below 0"),
        (len(set(names)) < len(names), "two knobs of one name"),
    )
    for is_wrong, what in wrong:
        if is_wrong:
            raise ModelError(f"{name} declares {what}.", "Correct the method that returns it.", about=name)
    return call, card


def _as_declared(runner: Runner, found: Found, call: Call, name: str) -> tuple[dict[str, Any], list[str]]:
    made = rows_of(runner.run(found.way, noise(found.way.channels, found.length)), found.sound)
    (rows, samples), channels = made.shape, call.channels_out
    if not found.length - call.look_behind <= samples <= found.length:
        said = f"{name} gives {samples} samples for {found.length}."
        hint = "Return as many samples as came in, without those of the look-behind."
        raise ModelError(said, hint, about=name)
    if rows == channels:
        return {}, []
    said = f"{name} says that it gives {channels} channel{'s' * (channels > 1)}, and gives {rows}."
    return {"outputs": (Output(name="output", channels=rows),)}, [said]


def _try_frames(
    runner: Runner, call: Call, card: ModelCard, wish: Wish, name: str
) -> tuple[Call, ModelCard, list[str]]:
    """A wrapper that scores classes. Raises: ModelError where it gives no scores."""
    found = find_wrapped(runner, channel_guesses(runner.module))
    said = Wish(wish.labels or card.labels, frames=True)
    labelled = describe_frames(runner, found, None, said) if found else None
    if labelled is None:
        what = f"{name} should return scores of classes, [classes, frames]."
        raise ModelError(what, "Return them from do_forward_pass: one row for each class.", about=name)
    tried = labelled.call.model_dump(include={"channels_in", "min_block", "multiple", "block_sizes", "random"})
    update = {**tried, "stateful": labelled.call.stateful, "decoding": call.decoding or labelled.call.decoding}
    facts = [] if call.decoding else list(labelled.facts)
    return call.model_copy(update=update), card.model_copy(update={"labels": card.labels or labelled.names}), facts


def _try_labels(runner: Runner, name: str, decoding: Decoding | None) -> dict[str, Any]:
    """Channels of a labeller. Raises: ModelError where it fails or returns something else."""
    failed: Exception | None = None
    for channels in channel_guesses(runner.module):
        try:
            made = runner.run(Way("CT", channels), noise(channels, TRIED))
        except TrialError as error:
            failed = failed or error.why
            continue
        if not (isinstance(made, tuple) and len(made) == 2 and made[1].dim() == 2 and made[1].shape[1] == 2):
            said = f"{name} should return class indexes [n], or probabilities [n, classes], and times [n, 2]."
            raise ModelError(said, "Return these two tensors from do_forward_pass.", about=name)
        told: dict[str, Any] = {"channels_in": channels, "min_block": _shortest(runner, channels)}
        if made[0].dim() == 2 and decoding is None:  # probabilities of its rows, which have times of their own
            told["decoding"] = Decoding(frame_hop=1.0)
        return told
    said = f"{name} could not be called with sound: {reason(failed) if failed else 'it failed'}."
    raise ModelError(said, "Mend do_forward_pass and open it again.", about=name)


def _shortest(runner: Runner, channels: int) -> int:
    """The shortest sound a labeller takes: what is cut out of a selection may be tiny."""

    def works(length: int) -> bool:
        try:
            runner.run(Way("CT", channels), noise(channels, length))
        except TrialError:
            return False
        return True

    bad, good = 0, 1
    while good < TRIED and not works(good):
        bad, good = good, 2 * good
    while good - bad > 1 and not runner.late:
        middle = (good + bad) // 2
        bad, good = (bad, middle) if works(middle) else (middle, good)
    return good
