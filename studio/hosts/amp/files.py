"""Both formats as JSON, made of a recognised network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.document.card import ModelCard
from studio.errors import HostError
from studio.hosts.amp.convolutional import Feedforward
from studio.hosts.amp.play import after_silence, play_guitarml, play_nam
from studio.hosts.amp.shapes import Recurrent
from studio.hosts.packaging import Sound
from studio.hosts.reference import farthest

NAM_VERSION = "0.5.4"
TOLERANCE = 1e-4  # of the peak
Json = dict[str, Any]


def nam_of(network: Recurrent, card: ModelCard, rate: int) -> Json:
    """A .nam of the architecture LSTM. Raises: HostError for a GRU."""
    if network.unit != "LSTM":
        raise HostError(
            "Neural Amp Modeler has no GRU.", "Export it as GuitarML JSON or plain TorchScript.", about="nam"
        )
    parts: list[NDArray[Any]] = []
    for (w, u, b, v), (h, c) in zip(network.cells, after_silence(network.cells), strict=True):
        parts += [np.concatenate([w, u], 1).ravel(), b + v, h, c]
    weights = np.concatenate([*parts, network.mix, [network.bias]])
    config = {"input_size": 1, "hidden_size": network.hidden, "num_layers": len(network.cells)}
    return _nam("LSTM", config, weights, card, rate)


def nam_of_convolutions(network: Feedforward, card: ModelCard, rate: int, audio: Sound, expected: Sound) -> Json:
    """A .nam of a convolutional architecture; where the gain is not known it is that which gives `expected`."""
    said = _nam(network.architecture, network.config, network.weights, card, rate)
    if network.architecture != "WaveNet":
        return said
    gain = 1.0 if network.gain is None else network.gain
    said["weights"].append(gain)
    if network.gain is None:
        made = play_nam(said, audio)
        gain = float((made * expected).sum() / max(float((made * made).sum()), 1e-12))
    return _nam("WaveNet", {**network.config, "head_scale": gain}, np.append(network.weights, gain), card, rate)


def _nam(architecture: str, config: Json, weights: NDArray[Any], card: ModelCard, rate: int) -> Json:
    return {
        "version": NAM_VERSION,
        "metadata": {"name": card.name, "modeled_by": ", ".join(card.authors)},
        "architecture": architecture,
        "config": config,
        "weights": [float(each) for each in weights.astype(np.float32)],
        "sample_rate": rate,
    }


def guitarml_of(network: Recurrent, skip: bool) -> Json:
    """GuitarML's JSON. Raises: HostError for more than one recurrent layer."""
    if len(network.cells) != 1:
        raise HostError(
            f"GuitarML has one recurrent layer; this model has {len(network.cells)}.",
            "Export it for Neural Amp Modeler or as plain TorchScript.",
            about="guitarml",
        )
    w, u, b, v = (each.tolist() for each in network.cells[0])
    data = {"model": "SimpleRNN", "input_size": 1, "skip": int(skip), "output_size": 1, "unit_type": network.unit,
            "num_layers": 1, "hidden_size": network.hidden, "bias_fl": True}  # fmt: skip
    state = {"rec.weight_ih_l0": w, "rec.weight_hh_l0": u, "rec.bias_ih_l0": b, "rec.bias_hh_l0": v,
             "lin.weight": [network.mix.tolist()], "lin.bias": [network.bias]}  # fmt: skip
    return {"model_data": data, "state_dict": state}


def fitting(
    candidates: list[Json],
    play: Callable[[Json, Sound], Sound],
    audio: Sound,
    expected: Sound,
    settling: int,
) -> Json:
    """The candidate that sounds as the model does, from the sample `settling` on.

    Raises: HostError: the layers are those of the format, and yet the model does something else with them.
    """
    for each in candidates:
        if farthest(expected[:, settling:], play(each, audio)[:, settling:]) <= TOLERANCE:
            return each
    raise HostError(
        "This model has the layers of an amplifier file and computes something else with them.",
        "Export it as plain TorchScript.",
    )


PLAYERS = {"nam": play_nam, "guitarml": play_guitarml}
