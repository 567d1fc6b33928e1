"""Find out by experiment how a model wants to be called, and what it does to sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from studio.document.call import LAYOUTS, Call
from studio.document.card import ModelCard
from studio.errors import ModelError
from studio.loading.blame import blame
from studio.loading.fit import Fit, Flattened, Trimmed
from studio.loading.found import Found, name_outputs
from studio.loading.knobs import extend_with_optional, propose
from studio.loading.outputs import state_keys
from studio.loading.prime import prime
from studio.loading.search import ORDER, search
from studio.loading.traits import call_of, find_traits, surprises
from studio.loading.trial import Runner, TrialError
from studio.loading.wrapped import probe_wrapper
from studio.wrappers.base import Wrapper


@dataclass(frozen=True)
class Findings:
    """What the experiments found.

    Attributes:
        module: the model, inside a thin layer of ours where its answers are nested or have to be cut.
        call: how to call it.
        card: what a wrapper says of itself; for other models their name and the proposed parameters.
        facts: sentences for the user, the first of them the call.
    """

    module: nn.Module
    call: Call
    card: ModelCard
    facts: tuple[str, ...]


def experiment(
    module: nn.Module,
    name: str,
    layout: str = "",
    model_rate: int | None = None,
    method: str = "forward",
    beat: Callable[[], None] = lambda: None,
) -> Findings:
    """Call a model in every likely way and describe the best that works.

    Args:
        module: in evaluation mode, as `load_model` returns it; it is left as it is, but for
            state that it would make itself when first called.
        name: for messages.
        layout: of the input, as the user said it.
        model_rate: its sample rate in Hz, where it is known: some models take it as an argument.
        method: what is called.
        beat: called before each trial: the model still answers.

    Raises: ModelError that says what was tried.
    """
    if layout and layout not in LAYOUTS:
        hint = f"Write one of {', '.join(LAYOUTS)}."
        raise ModelError(f"{layout} is no layout.", hint, fields=["layout"], choices=LAYOUTS)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many small calls: threads would only wait for one another
    try:
        if isinstance(module, Wrapper):
            call, card, facts = probe_wrapper(module, name, beat)
            return Findings(module, call, card, (call.sentence(), *facts))
        runner = Runner(module, method, beat=beat)
        return _probe(runner, name, (layout,) if layout else ORDER, model_rate)
    except TrialError as error:
        raise blame(error.why, f"Calling {name}", name) from error
    finally:
        torch.set_num_threads(threads)


def _probe(runner: Runner, name: str, layouts: Sequence[str], model_rate: int | None) -> Findings:
    module = runner.module
    found = name_outputs(module, extend_with_optional(runner, search(runner, name, layouts, model_rate)))
    traits = find_traits(runner, found, any(each.role == "state" for each in found.way.arguments))
    if traits.stateful:
        prime(runner, found)
    parameters, facts = propose(runner, found)
    inside, keys, states = _around(module, found, traits.fit)
    call = call_of(found, traits).model_copy(
        update={"method": runner.method if inside is module else "forward", "output_key": keys, "state_outputs": states}
    )
    card = ModelCard(name=name, parameters=parameters, sample_rate=model_rate)
    return Findings(inside, call, card, (call.sentence(), *facts, *surprises(found, traits)))


def _around(module: nn.Module, found: Found, fitted: Fit) -> tuple[nn.Module, tuple[int | str, ...], tuple[int, ...]]:
    """The model as an adapter can call it, the keys of its sounds and the places of its states."""
    sound = found.sound
    states = state_keys(sound, found.way.arguments)
    cut = fitted.end > 0 or sound.offset > 0 or (sound.offset < 0 and fitted.look_behind != -sound.offset)
    start, end = (fitted.start, fitted.end) if cut else (0, 0)
    flat = all(len(key) <= 1 for key in (*sound.keys, *states)) and not found.way.tuples and not found.way.spread
    if flat and not cut:
        return module, tuple(key[0] for key in sound.keys if key), tuple(int(key[0]) for key in states)
    if not found.way.arguments and sound.keys == ((),) and sound.layout.endswith("T"):
        return Trimmed(module, start, end), (), ()
    keys = (*sound.keys, *states)
    inside = Flattened(module, found.way, keys, len(sound.keys), sound.layout.index("T"), start, end)
    places = tuple(range(len(keys)))
    return inside, places[: len(sound.keys)] if len(keys) > 1 else (), places[len(sound.keys) :]
