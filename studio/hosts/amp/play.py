"""The inference of both published formats in NumPy, reading the files back: nothing of torch is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.hosts.amp.play_convolutional import play_convolutional
from studio.hosts.packaging import Sound

Array = NDArray[np.float64]
SILENCE = 8192  # samples


def play_nam(said: dict[str, Any], audio: Sound) -> Sound:
    """What a .nam file makes of `[1, frames]`.

    Weights of the architecture LSTM: for each layer the matrix `[4·H, in + H]`, bias `[4·H]`, first hidden `[H]` and
    cell `[H]`; then the head `[H]` and its bias.
    """
    if said["architecture"] != "LSTM":
        return play_convolutional(said, audio)
    config = said["config"]
    hidden, layers = int(config["hidden_size"]), int(config["num_layers"])
    left = np.asarray(said["weights"], np.float64)
    signal = audio[0].astype(np.float64)[:, None]
    for _ in range(layers):
        inputs = signal.shape[1]
        matrix, left = _take(left, 4 * hidden * (inputs + hidden))
        bias, left = _take(left, 4 * hidden)
        h, left = _take(left, hidden)
        c, left = _take(left, hidden)
        whole = matrix.reshape(4 * hidden, inputs + hidden)
        signal = _lstm(signal, whole[:, :inputs], whole[:, inputs:], bias, h, c)
    head, left = _take(left, hidden)
    if left.size != 1:
        raise ValueError(f"{left.size - 1} weights are left over")
    made: Sound = (signal @ head + left[0])[None].astype(np.float32)
    return made


def after_silence(cells: Sequence[tuple[NDArray[Any], ...]]) -> list[tuple[Array, Array]]:
    """Hidden and cell state of each LSTM layer after silence: players may start without any."""
    states, signal = [], np.zeros((SILENCE, 1))
    for w, u, b, v in cells:
        hidden = u.shape[1]
        signal, h, c = _run(signal, w, u, b + v, np.zeros(hidden), np.zeros(hidden))
        states.append((h, c))
    return states


def play_guitarml(said: dict[str, Any], audio: Sound) -> Sound:
    """What a GuitarML file makes of `[1, frames]`: one LSTM or GRU, a linear layer, and the input added if `skip`."""
    data, state = said["model_data"], {key: np.asarray(value, np.float64) for key, value in said["state_dict"].items()}
    names = ("rec.weight_ih_l0", "rec.weight_hh_l0", "rec.bias_ih_l0", "rec.bias_hh_l0")
    w, u, b, v = (state[name] for name in names)
    signal = audio[0].astype(np.float64)[:, None]
    hidden = int(data["hidden_size"])
    zeros = np.zeros(hidden)
    made = _lstm(signal, w, u, b + v, zeros, zeros) if data["unit_type"] == "LSTM" else _gru(signal, w, u, b, v)
    mixed = made @ state["lin.weight"][0] + state["lin.bias"][0]
    whole: Sound = (mixed + (signal[:, 0] if data["skip"] else 0.0))[None].astype(np.float32)
    return whole


def _take(values: Array, count: int) -> tuple[Array, Array]:
    if values.size < count:
        raise ValueError("there are too few weights")
    return values[:count], values[count:]


def _lstm(signal: Array, w: Array, u: Array, bias: Array, h: Array, c: Array) -> Array:
    return _run(signal, w, u, bias, h, c)[0]


def _run(signal: Array, w: Array, u: Array, bias: Array, h: Array, c: Array) -> tuple[Array, Array, Array]:
    made = np.empty((signal.shape[0], h.shape[0]))
    n = h.shape[0]
    for at, driven in enumerate(signal @ w.T + bias):
        gates = driven + u @ h
        i, f, o = _sigmoid(gates[:n]), _sigmoid(gates[n : 2 * n]), _sigmoid(gates[3 * n :])
        c = f * c + i * np.tanh(gates[2 * n : 3 * n])
        h = o * np.tanh(c)
        made[at] = h
    return made, h, c


def _gru(signal: Array, w: Array, u: Array, b: Array, v: Array) -> Array:
    n = u.shape[1]
    h, made = np.zeros(n), np.empty((signal.shape[0], n))
    for at, driven in enumerate(signal @ w.T + b):
        held = u @ h + v
        r, z = _sigmoid(driven[:n] + held[:n]), _sigmoid(driven[n : 2 * n] + held[n : 2 * n])
        h = (1 - z) * np.tanh(driven[2 * n :] + r * held[2 * n :]) + z * h
        made[at] = h
    return made


def _sigmoid(x: Array) -> Array:
    made: Array = 1.0 / (1.0 + np.exp(-x))
    return made
