"""Experiments with a model that scores classes frame by frame: what a labeller is made of without code."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from studio.document.call import Call
from studio.document.treatment import Decoding
from studio.errors import ModelError
from studio.loading.behaviour import is_random, is_stateful
from studio.loading.found import Found
from studio.loading.frames import (
    Lengths,
    class_names,
    decoding_of,
    find_frames,
    find_hop,
    find_lengths,
    find_start,
    form_of,
    frames_of,
)
from studio.loading.outputs import state_keys
from studio.loading.search import search
from studio.loading.trial import Runner, TrialError, Way, noise

CORRECT = """--call 'decoding={"on": 0.6}'"""


@dataclass(frozen=True)
class Wish:
    """What the user said about labels.

    Attributes:
        labels: names on the card.
        frames: True where a decoding was given, False where it was refused, None where nothing was said.
        decoding: fields of it as they were said.
    """

    labels: tuple[str, ...] = ()
    frames: bool | None = None
    decoding: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Labelled:
    """A model that scores classes: its call without states and knobs, the names of its classes, what was found."""

    found: Found
    call: Call
    names: tuple[str, ...]
    facts: tuple[str, ...]


def find_scores(runner: Runner, name: str, layouts: Sequence[str], model_rate: int | None) -> Found | None:
    """The best way to call a model that may score classes; None where nothing it gives can be that."""
    try:
        return search(runner, name, layouts, model_rate, find_frames, _first_that_listens)
    except ModelError:
        return None


def _first_that_listens(runner: Runner, works: list[Found]) -> Found | None:
    """The likeliest layout in which the model answers to its sound.

    How far an answer reaches says nothing here: a softmax over the wrong axis spreads it over all frames.
    """
    one, other = (noise(works[0].way.channels, works[0].length, seed=seed) for seed in (1, 2))
    for found in works:
        channels = found.way.channels
        made = [frames_of(runner, found, each[:1].repeat(channels, 1)) for each in (one, other)]
        if made[0] is not None and made[1] is not None and not bool((made[0] == made[1]).all()):
            return found
    return works[0]


def find_wrapped(runner: Runner, channels: Sequence[int]) -> Found | None:
    """How a wrapper gives scores: channels, and whether it takes lengths freely. Raises: TrialError of the first."""
    failed: TrialError | None = None
    for count in channels:
        way = Way("CT", count)
        for length in (16384, 48000, 44100, 16000, 512, 1024, 8192):
            try:
                made = runner.run(way, noise(count, length))
            except TrialError as error:
                failed = failed or error
                continue
            try:
                other = runner.run(way, noise(count, length * 3 // 2))
            except TrialError:
                other = None
            pair = (length, length if other is None else length * 3 // 2)
            sound = find_frames(pair, (made, made if other is None else other), "", count)
            if sound is not None:
                return Found(way, sound, length, other is None)
            break
    if failed is not None:
        raise failed
    return None


def describe_frames(runner: Runner, found: Found, model_rate: int | None, wish: Wish) -> Labelled | None:
    """Everything about the frames of a model that is called as `found`; None where the scores may be anything."""
    form = form_of(runner, found, bool(wish.frames or wish.labels))
    if form is None:
        return None
    lengths = find_lengths(runner, found)
    if lengths.sizes != (found.length,) and found.fixed:
        found = replace(found, fixed=False)
    hop = find_hop(runner, found, lengths)
    start = find_start(runner, found, hop, lengths)
    first = frames_of(runner, found, noise(found.way.channels, found.length))
    count = first.shape[0] if first is not None else 1
    names = class_names(runner.module, wish.labels, count)
    decoding = decoding_of((form[0], form[1]), hop, start, names)
    with contextlib.suppress(ValidationError):  # who corrects the call says what is wrong with it
        decoding = Decoding.model_validate({**decoding.model_dump(), **wish.decoding})
    facts = _said(decoding, names, model_rate)
    if len(names) != count:
        facts = (*facts, f"The card names {len(names)} classes; the model scores {count}.")
    return Labelled(found, _call(runner, found, lengths, decoding), names, facts)


def _call(runner: Runner, found: Found, lengths: Lengths, decoding: Decoding) -> Call:
    states = state_keys(found.sound, found.way.arguments)
    changing: dict[str, Any] = {}
    if states:
        changing["state_outputs"] = tuple(int(key[0]) for key in states)
    return Call(
        labels=True,
        decoding=decoding,
        method=runner.method,
        layout=found.way.layout,
        output_layout=found.sound.layout,
        output_key=tuple(key[0] for key in found.sound.keys if key),
        channels_in=found.way.channels,
        min_block=1 if lengths.sizes else lengths.least,
        multiple=lengths.multiple,
        block_sizes=lengths.sizes,
        stateful=bool(states) or is_stateful(runner, found),
        random=is_random(runner, found),
        arguments=found.way.arguments,
        **changing,
    )


def _said(decoding: Decoding, names: Sequence[str], rate: int | None) -> tuple[str, ...]:
    """What was found and how to correct it."""
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    what = {"probability": "probabilities", "logit": "scores", "softmax": "scores"}[decoding.form]
    hop = f"{decoding.frame_hop:.10g} samples"
    if rate:
        hop += f" ({1000 * decoding.frame_hop / rate:.4g} ms)"
    said = [f"It gives {what} of {len(names)} class{'es' * (len(names) > 1)} ({shown}) every {hop}, made into labels."]
    how = f"A label starts at {decoding.on:g} and ends below {decoding.off:g}"
    how += ", one class at a time" if decoding.exclusive else ""
    if 0 <= decoding.background < len(names):
        how += f", and {names[decoding.background]} is none"
    said.append(f"{how}. Correct it with {CORRECT}; the names are the card's labels.")
    if decoding.form != "probability":
        taken = "through a softmax" if decoding.form == "softmax" else "through a sigmoid"
        said.append(f"""The scores are no probabilities and are taken {taken}; say 'decoding={{"form": …}}' if not.""")
    return tuple(said)
