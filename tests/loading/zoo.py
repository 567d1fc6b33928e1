"""Models as people hold them, each with a way of its own to be called, and what each gives for a whole sound."""

import torch
import torch.nn.functional as F
from zoo_models import MODELS

HEAD = """from dataclasses import dataclass
from typing import NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

"""

LAYOUT = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Conv1d({channels}, {channels}, 9, padding=4)

    def forward(self, x):
        assert {shape}
        return torch.tanh(self.net({into})){out}
"""
MAGNITUDES = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv1d({bins}, 16, 1), nn.ReLU(), nn.Conv1d(16, {bins}, 1), nn.Sigmoid())

    def forward(self, mag):
        return self.net(mag)
"""
LAYOUTS = {  # channels, what is insisted on, into [B, C, T], and back
    "B1T": (1, "x.dim() == 3 and x.shape[1] == 1", "x", ""),
    "B2T": (2, "x.dim() == 3 and x.shape[1] == 2", "x", ""),
    "1T": (1, "x.dim() == 2 and x.shape[0] == 1", "x[None]", "[0]"),
    "2T": (2, "x.dim() == 2 and x.shape[0] == 2", "x[None]", "[0]"),
    "T": (1, "x.dim() == 1", "x[None, None]", "[0, 0]"),
    "BT1": (1, "x.dim() == 3 and x.shape[2] == 1", "x.transpose(1, 2)", ".transpose(1, 2)"),
    "T2": (2, "x.dim() == 2 and x.shape[1] == 2", "x.t()[None]", "[0].t()"),
    "TB1": (1, "x.dim() == 3 and x.shape[2] == 1", "x.permute(1, 2, 0)", ".permute(2, 0, 1)"),
}
ZOO = {
    **{
        name: LAYOUT.format(channels=channels, shape=shape, into=into, out=out)
        for name, (channels, shape, into, out) in LAYOUTS.items()
    },
    **{f"mag{n}_bft": MAGNITUDES.format(bins=n // 2 + 1) for n in (512, 1024, 2048, 4096)},
    **MODELS,
}
INTO = {  # from [channels, samples] to what a model takes, and back, where that is no batch in front
    "1T": (lambda x: x, lambda y: y),
    "2T": (lambda x: x, lambda y: y),
    "T": (lambda x: x[0], lambda y: y[None]),
    "BT1": (lambda x: x.t()[None], lambda y: y[0].t()),
    "T2": (lambda x: x.t(), lambda y: y.t()),
    "TB1": (lambda x: x.t()[:, None], lambda y: y[:, 0].t()),
    "TB1_lstm": (lambda x: x.t()[:, None], lambda y: y[:, 0].t()),
    "state_attr_none": (lambda x: x.t()[None], lambda y: y[0].t()),
    "state_arg_gru": (lambda x: (x.t()[None], torch.zeros(1, 1, 8)), lambda y: y[0][0].t()),
    "state_arg_first": (lambda x: (x.t()[None], torch.zeros(1, 1, 8)), lambda y: y[1][0].t()),
    "state_arg_lstm_opt": (lambda x: x.t()[None], lambda y: y[0][0].t()),
    "state_arg_conv": (lambda x: (x[None], torch.zeros(1, 1, 31)), lambda y: y[0][0]),
    "knob_vec": (lambda x: (x[None], torch.full((1, 3), 0.5)), lambda y: y[0]),
    "out_tuple": (lambda x: x[None], lambda y: y[0][0]),
    "out_dict": (lambda x: x[None], lambda y: torch.cat([y["vocals"][0], y["rest"][0]])),
    "out_list": (lambda x: x[None], lambda y: torch.cat([each[0] for each in y])),
    "out_namedtuple": (lambda x: x[None], lambda y: y.audio[0]),
    "out_dataclass": (lambda x: x[None], lambda y: y.audio[0]),
    "list_in": (lambda x: x[None], lambda y: y["audio"]["wet"][0]),
}
SPECTRA = {**{f"mag{n}_bft": (n, "magnitude") for n in (512, 1024, 2048, 4096)}, "cplx512": (512, "complex")}
SPECTRA |= {"cplx1024": (1024, "channels"), "cplx2048": (2048, "last"), "cplx4096": (4096, "complex")}
BY_BLOCK = {"item": 2048, "branch": 2048, "nan_at_silence": 2048, "fixed16384": 16384}
RANDOM = ("random_latent", "dropout_on")


def reference(name, model, x):
    """What the model gives for a whole sound `[channels, samples]`, called in plain Python."""
    if name in SPECTRA:
        return through_spectra(model, x, *SPECTRA[name])
    if name == "kwonly":
        return model(x[None], drive=0.5)[0]
    into, out = INTO.get(name, (lambda x: x[None], lambda y: y[0]))
    blocks = []
    for block in x.split(BY_BLOCK.get(name, x.shape[1]), 1):
        given = into(block)
        blocks.append(out(model(*given) if isinstance(given, tuple) else model(given)))
    return torch.cat(blocks, 1)


def through_spectra(model, x, n, form):
    """Hann windows, a quarter of a frame apart, there and back; channel by channel."""
    hop, window = n // 4, torch.hann_window(n)
    frames = F.pad(x, (n - hop, n)).unfold(1, n, hop) * window
    made = []
    for spectrum in torch.fft.rfft(frames).transpose(1, 2)[:, None]:
        pair = torch.view_as_real(spectrum)
        if form == "magnitude":
            made.append(spectrum * model(spectrum.abs()))
        elif form == "complex":
            made.append(model(spectrum))
        elif form == "channels":
            answer = model(pair.permute(0, 3, 1, 2))
            made.append(torch.complex(answer[:, 0], answer[:, 1]))
        else:
            made.append(torch.view_as_complex(model(pair).contiguous()))
    waves = torch.fft.irfft(torch.cat(made).transpose(1, 2), n) * window
    total = torch.zeros(x.shape[0], (waves.shape[1] + 3) * hop)
    for index in range(waves.shape[1]):
        total[:, index * hop : index * hop + n] += waves[:, index] / 1.5  # four squared windows add up to that
    return total[:, n - hop :][:, : x.shape[1]]
