"""Recognise a recurrent amplifier network by its weights."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.errors import HostError
from studio.wrappers.captured import Captured

CELL = re.compile(r"(?:.*\.)?(weight|bias)_(ih|hh)_l(\d+)$")
GATES = {"LSTM": 4, "GRU": 3}
HELD = {
    "Neural Amp Modeler": "its own WaveNet or ConvNet, one long convolution, or LSTM layers and one linear layer",
    "GuitarML": "one LSTM or GRU layer and one linear layer",
}


@dataclass(frozen=True)
class Recurrent:
    """LSTM or GRU layers, and one linear layer to one sample.

    Attributes:
        unit: `LSTM` or `GRU`.
        cells: for each layer weight_ih `[gates·H, in]`, weight_hh `[gates·H, H]`, bias_ih and bias_hh `[gates·H]`,
            in torch's order of gates (LSTM: input, forget, cell, output; GRU: reset, update, new).
        mix: `[H]`.
        bias: of the linear layer.
    """

    unit: str
    cells: tuple[tuple[NDArray[np.float32], ...], ...]
    mix: NDArray[np.float32]
    bias: float

    @property
    def hidden(self) -> int:
        return int(self.mix.shape[0])


def require_mono(captured: Captured, about: str) -> None:
    """Raise HostError unless one channel goes in, one comes out, and no knob is there."""
    call = captured.call
    if call.labels or call.channels_in != 1 or call.channels_out != 1:
        raise _refused("it is not mono in and mono out", about)
    if captured.numeric:
        raise _refused("it has knobs, and such a file has none", about)


def recurrent_of(captured: Captured, about: str) -> Recurrent:
    """The recurrent network in a captured wrapper.

    Raises: HostError that says what else is there, or what is missing.
    """
    weights = {name: value.detach().numpy() for name, value in captured.module.named_parameters()}
    cells: dict[int, dict[str, NDArray[np.float32]]] = {}
    others = {}
    for name, value in weights.items():
        if found := CELL.match(name):
            cells.setdefault(int(found[3]), {})[f"{found[1]}_{found[2]}"] = value
        else:
            others[name] = value
    if not cells and any(value.ndim == 3 for value in others.values()):
        raise _refused("its convolutions are others", about)
    if not cells:
        raise _refused("it has no LSTM or GRU layer", about)
    mix, bias = _linear(others, about)
    hidden = mix.shape[0]
    ordered = tuple(_cell(cells[number], hidden) for number in sorted(cells))
    gates = ordered[0][1].shape[0] // hidden
    unit = next((name for name, count in GATES.items() if count == gates), "")
    if not unit or ordered[0][0].shape[1] != 1:
        raise _refused("its recurrent layer is neither an LSTM nor a GRU of one input", about)
    return Recurrent(unit, ordered, mix, bias)


def _cell(held: dict[str, NDArray[np.float32]], hidden: int) -> tuple[NDArray[np.float32], ...]:
    nothing = np.zeros(held["weight_hh"].shape[0], np.float32)
    biases = (held.get("bias_ih", nothing), held.get("bias_hh", nothing))
    return (held["weight_ih"].reshape(-1, held["weight_ih"].shape[1]), held["weight_hh"].reshape(-1, hidden), *biases)


def _linear(others: dict[str, NDArray[np.float32]], about: str) -> tuple[NDArray[np.float32], float]:
    """The one layer beside the recurrent ones: a weight for one output, and its bias or none."""
    mixes = [value for name, value in others.items() if name.endswith("weight") and value.ndim == 2]
    biases = [value for name, value in others.items() if name.endswith("bias") and value.shape == (1,)]
    if len(mixes) != 1 or mixes[0].shape[0] != 1 or len(biases) > 1 or len(mixes) + len(biases) != len(others):
        raise _refused(f"beside its recurrent layer it has {', '.join(sorted(others)) or 'nothing'}", about)
    return mixes[0][0], float(biases[0][0]) if biases else 0.0


def _refused(why: str, about: str) -> HostError:
    return HostError(
        f"{about} files hold {HELD[about]}; this model does not fit: {why}.",
        "Export it as plain TorchScript.",
        about=about,
    )
