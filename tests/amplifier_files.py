"""Small amplifier files, and what they sound like by the published definition, sample by sample in NumPy."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np

ARRAY = {"input_size": 1, "condition_size": 1, "head_size": 2, "channels": 3, "kernel_size": 3, "dilations": [1, 5],
         "activation": "Tanh", "gated": False, "head_bias": False}  # fmt: skip
LAST = {**ARRAY, "input_size": 3, "head_size": 1, "channels": 2, "kernel_size": 2, "dilations": [4], "head_bias": True}
HEAD = {"channels": 3, "activation": "ReLU", "num_layers": 2, "out_channels": 1}
CONV = {"channels": 3, "dilations": [1, 4, 2], "batchnorm": False, "activation": "Tanh"}
FILES = {
    "linear": ("Linear", {"receptive_field": 9, "bias": True}, 10),
    "linear-plain": ("Linear", {"receptive_field": 3, "bias": False}, 3),
    "convnet": ("ConvNet", CONV, 6 + 3 + 2 * (18 + 3) + 4),
    "convnet-relu": ("ConvNet", {**CONV, "activation": "ReLU"}, 55),
    "convnet-norm": ("ConvNet", {**CONV, "batchnorm": True}, 6 + 18 + 18 + 3 * 13 + 4),
    "wavenet": ("WaveNet", {"layers": [ARRAY, LAST], "head": None, "head_scale": 0.5}, 127),
    "wavenet-gated": ("WaveNet", {"layers": [{**ARRAY, "gated": True}, {**LAST, "activation": "ReLU"}], "head": None,
                                  "head_scale": 0.5}, 193),
    "wavenet-head": ("WaveNet", {"layers": [ARRAY, {**LAST, "head_size": 2}], "head": HEAD, "head_scale": 0.5}, 143),
    "lstm": ("LSTM", {"input_size": 1, "hidden_size": 3, "num_layers": 1}, 12 * 4 + 12 + 6 + 4),
    "lstm-two": ("LSTM", {"input_size": 1, "hidden_size": 3, "num_layers": 2}, 66 + 12 * 6 + 18 + 4),
}  # fmt: skip


def nam(name, **changes):
    """A .nam file as an object; every weight is hand-made from its place."""
    architecture, config, count = FILES[name]
    weights = [round(0.6 * float(np.sin(1.7 * at + 0.3)), 4) for at in range(count)]
    if "norm" in name:
        weights = [abs(each) + 0.1 for each in weights]
    made = {"version": "0.5.2", "metadata": {"name": "Small amp", "modeled_by": "Ada", "gear_make": "Acme",
            "gear_model": "Ten", "gear_type": "amp", "tone_type": "hi_gain", "loudness": -18.25},
            "architecture": architecture, "config": config, "weights": weights, "sample_rate": 44100}  # fmt: skip
    return {**made, **changes}


def guitarml(unit="LSTM", skip=1, hidden=3):
    rows, at = hidden * (4 if unit == "LSTM" else 3), iter(np.sin(1.3 * np.arange(1000)) * 0.7)

    def some(*shape):
        return np.array([next(at) for _ in range(int(np.prod(shape)))]).reshape(shape).tolist()

    data = {"model": "SimpleRNN", "input_size": 1, "skip": skip, "output_size": 1, "unit_type": unit, "num_layers": 1,
            "hidden_size": hidden, "bias_fl": True}  # fmt: skip
    state = {"rec.weight_ih_l0": some(rows, 1), "rec.weight_hh_l0": some(rows, hidden), "rec.bias_ih_l0": some(rows),
             "rec.bias_hh_l0": some(rows), "lin.weight": some(1, hidden), "lin.bias": some(1)}  # fmt: skip
    return {"model_data": data, "state_dict": state}


def put(path, said):
    path.write_text(said if isinstance(said, str) else json.dumps(said))
    return path


def sounds_like(said, x):
    """The file's answer to `x` after long silence, one sample after the other."""
    x = np.concatenate([np.zeros(600), x])
    if "model_data" in said:
        return _guitarml(said, x)[600:]
    weights = iter(said["weights"])

    def take(*shape):
        return np.array([next(weights) for _ in range(int(np.prod(shape)))]).reshape(shape)

    made = {"Linear": _linear, "ConvNet": _convnet, "WaveNet": _wavenet, "LSTM": _lstm}
    y = made[said["architecture"]](said["config"], take, x)
    assert next(weights, None) is None
    return np.asarray(y).ravel()[600:]


ACTS = {"Tanh": np.tanh, "ReLU": lambda v: v * (v > 0)}


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def dilated(rows, w, dilation):
    """`rows[t]` is a vector; tap K−1 meets the present."""
    taps = w.shape[2]

    def past(t):
        return rows[t] if t >= 0 else rows[0]  # settled

    return [sum(w[:, :, k] @ past(t - (taps - 1 - k) * dilation) for k in range(taps)) for t in range(len(rows))]


def _linear(config, take, x):
    taps = take(config["receptive_field"])
    bias = take(1)[0] if config["bias"] else 0.0
    return [sum(tap * x[t - k] for k, tap in enumerate(taps) if t >= k) + bias for t in range(len(x))]


def _convnet(config, take, x):
    rows, c = [np.array([each]) for each in x], config["channels"]
    for dilation in config["dilations"]:
        rows = dilated(rows, take(c, len(rows[0]), 2), dilation)
        if config["batchnorm"]:
            mean, var, gain, shift, eps = take(c), take(c), take(c), take(c), take(1)
            rows = [(row - mean) / np.sqrt(var + eps) * gain + shift for row in rows]
        else:
            bias = take(c)
            rows = [row + bias for row in rows]
        rows = [ACTS[config["activation"]](row) for row in rows]
    mix, bias = take(c), take(1)[0]
    return [mix @ row + bias for row in rows]


def _wavenet(config, take, x):
    y, head = [np.array([each]) for each in x], None
    for array in config["layers"]:
        c, wide = array["channels"], array["channels"] * (1 + array["gated"])
        rechannel = take(c, array["input_size"])
        y = [rechannel @ row for row in y]
        head = head or [np.zeros(c)] * len(x)
        for dilation in array["dilations"]:
            z = dilated(y, take(wide, c, array["kernel_size"]), dilation)
            bias, mixer, mix, shift = take(wide), take(wide), take(c, c), take(c)
            z = [row + bias + mixer * each for row, each in zip(z, x, strict=True)]
            act = ACTS[array["activation"]]
            z = [act(row[:c]) * sigmoid(row[c:]) if array["gated"] else act(row) for row in z]
            head = [a + b for a, b in zip(head, z, strict=True)]
            y = [row + mix @ each + shift for row, each in zip(y, z, strict=True)]
        out = take(array["head_size"], c)
        bias = take(array["head_size"]) if array["head_bias"] else 0.0
        head = [out @ row + bias for row in head]
    layers = []
    if config["head"]:
        sizes = [array["head_size"], *[config["head"]["channels"]] * (config["head"]["num_layers"] - 1), 1]
        layers = [(take(b, a), take(b)) for a, b in pairwise(sizes)]
    scale = take(1)[0]
    head = [row * scale for row in head]
    for w, b in layers:
        head = [w @ ACTS[config["head"]["activation"]](row) + b for row in head]
    return head


def _lstm(config, take, x):
    rows, n = [np.array([each]) for each in x], config["hidden_size"]
    for _ in range(config["num_layers"]):
        matrix, bias, h, c = take(4 * n, len(rows[0]) + n), take(4 * n), take(n), take(n)
        made = []
        for row in rows:
            i, f, g, o = np.split(matrix @ np.concatenate([row, h]) + bias, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            made.append(h)
        rows = made
    mix, bias = take(n), take(1)[0]
    return [mix @ row + bias for row in rows]


def _guitarml(said, x):
    held = {name.split(".")[1]: np.array(value) for name, value in said["state_dict"].items() if name[:3] == "rec"}
    w, u, b, v = (held[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    n, made = u.shape[1], []
    h, c = np.zeros(n), np.zeros(n)
    for each in x:
        a, r = w[:, 0] * each + b, u @ h + v
        if said["model_data"]["unit_type"] == "LSTM":
            i, f, g, o = np.split(a + r, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            reset, update = sigmoid(a[:n] + r[:n]), sigmoid(a[n : 2 * n] + r[n : 2 * n])
            h = (1 - update) * np.tanh(a[2 * n :] + reset * r[2 * n :]) + update * h
        mixed = np.array(said["state_dict"]["lin.weight"])[0] @ h + said["state_dict"]["lin.bias"][0]
        made.append(mixed + said["model_data"]["skip"] * each)
    return np.array(made)
