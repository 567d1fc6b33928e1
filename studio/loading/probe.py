"""Find out by experiment how a model wants to be called, and what it does to sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from studio.document.call import LAYOUTS, Call, Nesting
from studio.document.card import ModelCard
from studio.document.treatment import Spectrum
from studio.errors import ModelError
from studio.loading.behaviour import is_lost_in_silence
from studio.loading.blame import blame
from studio.loading.fit import Fit, Flattened, Trimmed
from studio.loading.found import Found, name_outputs
from studio.loading.knobs import extend_with_optional, propose
from studio.loading.labelling import Labelled, Wish, describe_frames, find_scores
from studio.loading.outputs import state_keys
from studio.loading.prime import prime
from studio.loading.search import ORDER, search
from studio.loading.spectral import find_spectral
from studio.loading.spectral_guess import guess_spectrum, seems_spectral
from studio.loading.traits import call_of, find_traits, surprises
from studio.loading.trial import Runner, TrialError
from studio.loading.wrapped import probe_wrapper
from studio.wrappers.base import Wrapper

IF_SCORES = "If these are scores of classes say so: --call 'decoding={}'. Else return the sound."
LOST = "It answers silence with no numbers (NaN): here silence is played then, other hosts may click or fall silent."
DOUBLE = re.compile(r"\bdouble\b|\bDouble\b|float64|same dtype")
UNUSUAL = ("TC", "TBC")  # samples as a batch: a model that wants another layout may take them too


@dataclass(frozen=True)
class Findings:
    """What the experiments found.

    Attributes:
        module: the model, inside a thin layer of ours where its answers are nested or have to be cut.
        call: how to call it.
        card: what a wrapper says of itself; for other models their name and the proposed parameters.
        facts: sentences for the user, the first of them the call.
        timing: those of them that a treatment of the call would make untrue.
    """

    module: nn.Module
    call: Call
    card: ModelCard
    facts: tuple[str, ...]
    timing: tuple[str, ...] = ()


def experiment(
    module: nn.Module,
    name: str,
    layout: str = "",
    model_rate: int | None = None,
    method: str = "forward",
    beat: Callable[[], None] = lambda: None,
    wish: Wish | None = None,
    spectrum: Spectrum | None = None,
    lengths: tuple[int, ...] = (),
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
        wish: what the user said about labels.
        spectrum: the spectra it wants instead of waves, as the user said.
        lengths: block sizes it was made for, as the user said.

    Raises: ModelError that says what was tried.
    """
    if layout and layout not in LAYOUTS:
        hint = f"Write one of {', '.join(LAYOUTS)}."
        raise ModelError(f"{layout} is no layout.", hint, fields=["layout"], choices=LAYOUTS)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # many small calls: threads would only wait for one another
    try:
        if isinstance(module, Wrapper):
            call, card, facts = probe_wrapper(module, name, beat, wish or Wish())
            return Findings(module, call, card, (call.sentence(), *facts))
        if spectrum is not None:
            return _spectral(module, name, spectrum, method, model_rate, beat)
        layouts = (layout,) if layout else ORDER
        try:
            return _probe_either(
                Runner(module, method, lengths=lengths, beat=beat), name, layouts, model_rate, wish or Wish()
            )
        except ModelError as error:
            guessed = None if layout else guess_spectrum(module, method)
            if guessed is not None:
                found = _spectral(module, name, guessed, method, model_rate, beat)
                frames = f"frames of {guessed.n_fft} samples, {guessed.hop} apart"
                said = f"It wants {guessed.form} spectra: {frames}, by its layers"
                return replace(found, facts=(*found.facts, f"{said} (--call 'spectrum={{…}}' says otherwise)."))
            if not DOUBLE.search(error.sentence):
                raise
            module.double()  # it counts in double precision, and its weights have to
            return _probe_either(
                Runner(module, method, lengths=lengths, beat=beat), name, layouts, model_rate, wish or Wish()
            )
    except TrialError as error:
        raise blame(error.why, f"Calling {name}", name) from error
    finally:
        torch.set_num_threads(threads)


def _spectral(
    module: nn.Module, name: str, spectrum: Spectrum, method: str, rate: int | None, beat: Callable[[], None]
) -> Findings:
    call, parameters, facts = find_spectral(module, name, spectrum, method, rate, beat)
    card = ModelCard(name=name, parameters=parameters, sample_rate=rate)
    return Findings(module, call, card, (call.sentence(), *facts))


def _probe_either(runner: Runner, name: str, layouts: Sequence[str], model_rate: int | None, wish: Wish) -> Findings:
    """An effect, or a model that scores classes where that is said or nothing else works."""
    if wish.frames:
        way = find_scores(runner, name, layouts, model_rate)
        labelled = describe_frames(runner, way, model_rate, wish) if way else None
        if labelled is None:
            said = f"{name} gives no scores of classes frame by frame."
            hint = "Say how it wants its input (--layout), or take the decoding away."
            raise ModelError(said, hint, about=name, fields=["decoding"])
        return _labeller(runner, name, model_rate, labelled)
    try:
        first = search(runner, name, layouts, model_rate)
        certain = wish.frames is False or first.way.layout not in UNUSUAL
        refused = None
    except ModelError as error:
        first, certain, refused = None, wish.frames is False, error
    if first is not None and len(layouts) > 1 and seems_spectral(runner, first):
        raise ModelError(f"{name} wants spectra, not waves.", "Say which: --call 'spectrum={}'.", fields=["spectrum"])
    if not certain:
        other = Runner(runner.module, runner.method, beat=runner.beat)
        way = find_scores(other, name, [each for each in layouts if each not in UNUSUAL], model_rate)
        labelled = describe_frames(other, way, model_rate, wish) if way else None
        if labelled is not None:
            return _labeller(other, name, model_rate, labelled)
        if way is not None and refused is not None:
            raise ModelError(refused.sentence, IF_SCORES, refused.about, ["decoding"]) from refused
    if first is None:
        assert refused is not None
        raise refused
    return _probe(runner, name, first, model_rate)


def _labeller(runner: Runner, name: str, model_rate: int | None, labelled: Labelled) -> Findings:
    found = labelled.found
    parameters, facts = propose(runner, found)
    inside, keys, states = _around(runner.module, found, Fit(), runner.method)
    call = labelled.call
    if inside is not runner.module:
        update = {"output_key": keys, "state_outputs": states, "nesting": _nesting(inside)}
        call = call.model_copy(update=update)
    card = ModelCard(name=name, parameters=parameters, sample_rate=model_rate, labels=labelled.names)
    return Findings(inside, call, card, (call.sentence(), *labelled.facts, *facts))


def _probe(runner: Runner, name: str, first: Found, model_rate: int | None) -> Findings:
    module = runner.module
    found = name_outputs(module, extend_with_optional(runner, first))
    traits = find_traits(runner, found, any(each.role == "state" for each in found.way.arguments))
    if traits.stateful:
        prime(runner, found)
    parameters, facts = propose(runner, found)
    inside, keys, states = _around(module, found, traits.fit, runner.method)
    update = {"method": runner.method, "output_key": keys, "state_outputs": states, "nesting": _nesting(inside)}
    call = call_of(found, traits).model_copy(update=update)
    card = ModelCard(name=name, parameters=parameters, sample_rate=model_rate)
    timing = tuple(surprises(found, traits))
    lost = (LOST,) if is_lost_in_silence(runner, found) else ()
    return Findings(inside, call, card, (call.sentence(), *facts, *lost, *timing), timing)


def _nesting(inside: nn.Module) -> Nesting | None:
    return inside.nesting() if isinstance(inside, (Trimmed, Flattened)) else None


def _around(
    module: nn.Module, found: Found, fitted: Fit, method: str
) -> tuple[nn.Module, tuple[int | str, ...], tuple[int, ...]]:
    """The model as an adapter can call it, the keys of its sounds and the places of its states."""
    sound = found.sound
    states = state_keys(sound, found.way.arguments)
    cut = fitted.end > 0 or sound.offset > 0 or (sound.offset < 0 and fitted.look_behind != -sound.offset)
    start, end = (fitted.start, fitted.end) if cut else (0, 0)
    plain = all(len(key) == 1 and isinstance(key[0], int) for key in states)
    flat = plain and all(len(key) <= 1 for key in sound.keys) and not found.way.tuples and not found.way.spread
    if flat and not cut:
        return module, tuple(key[0] for key in sound.keys if key), tuple(int(key[0]) for key in states)
    if not found.way.arguments and sound.keys == ((),) and sound.layout.endswith("T"):
        return Trimmed(module, start, end, method), (), ()
    keys = (*sound.keys, *states)
    inside = Flattened(module, found.way, keys, len(sound.keys), sound.layout.index("T"), start, end, method)
    places = tuple(range(len(keys)))
    return inside, places[: len(sound.keys)] if len(keys) > 1 else (), places[len(sound.keys) :]
