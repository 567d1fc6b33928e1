"""A model whose answers were cut so that blocks fit together, as it is when it is told its surroundings instead."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from fractions import Fraction

from torch import nn

from studio.document.call import Call
from studio.document.parameter import Parameter
from studio.errors import ModelError
from studio.loading.fit import Flattened, Trimmed
from studio.loading.trial import arrange, given, noise, quiet


def uncut(module: nn.Module, found: Call, wished: Call) -> tuple[nn.Module, int]:
    """The model for a call with other surroundings than were found, and its own delay in samples.

    A model that pads its input needs no cut where it is given past and future; its answer then belongs to the sample
    it stands at.

    Raises: ModelError where the wish leaves less past than the model needs.
    """
    same = wished.look_ahead == 0 and wished.look_behind >= found.look_behind
    if same or not isinstance(module, (Trimmed, Flattened)) or not (module.start or module.end):
        return module, wished.latency
    whole = copy.copy(module)
    whole.start = whole.end = 0
    ratio = Fraction(*found.ratio)
    samples = found.look_behind + max(4096 // found.multiple, 1) * found.multiple
    offset = _length(whole, found, samples) - ratio * samples
    if offset == 0:
        inside = module.model if isinstance(module, Trimmed) else whole
        return inside, max(0, round((ratio * found.latency - module.end) / ratio))
    if wished.look_behind < found.look_behind:
        said = f"The model needs the last {found.look_behind} samples, not {wished.look_behind}."
        raise ModelError(said, f"Take look_behind={found.look_behind} or more.", fields=["look_behind"])
    return module, wished.latency


def reaching(module: nn.Module, parameters: Sequence[Parameter]) -> list[Parameter]:
    """The knobs with the attributes that they drive as they are reached through a layer of ours around the model."""
    if not isinstance(module, (Trimmed, Flattened)):
        return list(parameters)
    return [
        each.model_copy(update={"drives": f"attribute:model.{each.drives.removeprefix('attribute:')}"})
        if each.drives.startswith("attribute:")
        else each
        for each in parameters
    ]


def _length(module: nn.Module, call: Call, samples: int) -> int:
    """Samples of the answer to so many."""
    sound = arrange(noise(call.channels_in, samples), call.layout)
    with quiet(0):
        made = copy.deepcopy(module)(sound, **given(call.arguments))
    first = made[0] if isinstance(made, tuple) else made
    return int(first.shape[call.output_layout.index("T")])
