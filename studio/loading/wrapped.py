"""Experiments with a wrapper class: it says most of itself, the rest is found by calling it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.errors import ModelError, StudioError
from studio.loading.arguments import Wanted
from studio.loading.behaviour import is_random, is_stateful
from studio.loading.blame import blame, reason
from studio.loading.found import Found
from studio.loading.outputs import rows_of
from studio.loading.search import channel_guesses, search
from studio.loading.traits import call_of, find_traits, surprises
from studio.loading.trial import Runner, TrialError, Way, noise
from studio.wrappers.base import WaveformToLabels, WaveformToWaveformBase, Wrapper, describe
from studio.wrappers.shell import core_of

MOST_RATE = 768_000
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
    ) -> None:
        numeric = [each for each in card.parameters if each.is_numeric]
        labels = isinstance(wrapper, WaveformToLabels)
        super().__init__(core_of(wrapper, numeric, labels).eval(), channels=channels, lengths=lengths, beat=beat)
        self.positions = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)

    def wanted(self) -> list[Wanted]:
        return []

    def call(self, module: nn.Module, way: Way, sound: Tensor) -> Any:  # noqa: ARG002 - there is one way
        return module(sound.clone(), self.positions.expand(-1, sound.shape[1]).contiguous())


def probe_wrapper(wrapper: Wrapper, name: str, beat: Callable[[], None]) -> tuple[Call, ModelCard, list[str]]:
    """Call, card and facts of a wrapper. Raises: ModelError where calling it fails."""
    call, card = _described(wrapper, name)
    if isinstance(wrapper, WaveformToLabels):
        return call.model_copy(update=_try_labels(WrapperRunner(wrapper, card, beat=beat), name)), card, []
    if not isinstance(wrapper, WaveformToWaveformBase):
        runner = WrapperRunner(wrapper, card, beat=beat)
        found = search(runner, name, ("CT",), None)
        traits = find_traits(runner, found, False, may_cut=False)
        opened = call_of(found, traits)
        update: dict[str, Any] = {each: getattr(opened, each) for each in LEFT_OPEN}
        facts = surprises(found, traits)
    else:
        runner = WrapperRunner(wrapper, card, (call.channels_in,), call.block_sizes, beat)
        found = search(runner, name, ("CT",), None)
        update, facts = _as_declared(runner, found, call, name)
    update["stateful"], update["random"] = is_stateful(runner, found), is_random(runner, found)
    return call.model_copy(update=update), card, facts


def _described(wrapper: Wrapper, name: str) -> tuple[Call, ModelCard]:
    """What a wrapper's own methods say of it. Raises: ModelError where they fail or cannot be right."""
    try:
        call, card = describe(wrapper)
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


def _try_labels(runner: Runner, name: str) -> dict[str, Any]:
    """Channels of a labeller. Raises: ModelError where it fails or returns something else."""
    failed: Exception | None = None
    for channels in channel_guesses(runner.module):
        try:
            made = runner.run(Way("CT", channels), noise(channels, 16384))
        except TrialError as error:
            failed = failed or error.why
            continue
        if not (isinstance(made, tuple) and len(made) == 2 and made[1].dim() == 2 and made[1].shape[1] == 2):
            said = f"{name} should return class indexes [n] and times [n, 2]."
            raise ModelError(said, "Return these two tensors from do_forward_pass.", about=name)
        return {"channels_in": channels}
    said = f"{name} could not be called with sound: {reason(failed) if failed else 'it failed'}."
    raise ModelError(said, "Mend do_forward_pass and open it again.", about=name)
