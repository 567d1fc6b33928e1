"""The networks of ours whose weights people hold without them, by the name they are known by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.document.amplifier import Recurrent
from studio.networks.amplifier import RecurrentAmp
from studio.networks.openunmix import OpenUnmix


def shipped_networks() -> Mapping[str, Callable[..., Any]]:
    """Functions that make one each; their arguments are found from shapes."""
    return {"Open-Unmix": OpenUnmix, "GuitarML's LSTM": guitarml_lstm, "GuitarML's GRU": guitarml_gru}


def guitarml_lstm(hidden_size: int = 16, num_layers: int = 1, bias: bool = True, skip: int = 1) -> RecurrentAmp:
    """As GuitarML's trainer and its ancestors save it: `rec` and `lin`."""
    config = Recurrent(hidden_size=hidden_size, num_layers=num_layers, unit_type="LSTM", skip=bool(skip))
    return RecurrentAmp(config, bias)


def guitarml_gru(hidden_size: int = 16, num_layers: int = 1, bias: bool = True, skip: int = 1) -> RecurrentAmp:
    """The same with another kind of memory."""
    config = Recurrent(hidden_size=hidden_size, num_layers=num_layers, unit_type="GRU", skip=bool(skip))
    return RecurrentAmp(config, bias)
