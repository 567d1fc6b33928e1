"""Small wrappers with known answers, captured once and asked one check."""

import pytest
import torch
from torch import Tensor

from studio.document.call import Call, corrected
from studio.document.card import ModelCard
from studio.wrappers.base import WaveformToLabels, WaveformToWaveform
from studio.wrappers.capture import capture


def captured_of(wrapper, card=None, mend=None, **said):
    """Capture a wrapper as it is declared, with the fields of a mend as `--call` applies them."""
    labels = isinstance(wrapper, WaveformToLabels)
    call = Call(wrapper=True, layout="CT", output_layout="CT", labels=labels, **said)
    return capture(wrapper, corrected(call, mend or {}), card or ModelCard())[0]


@pytest.fixture(scope="session")
def captured():
    return captured_of


@pytest.fixture(scope="session")
def ask():
    """`ask(check, wrapper, card, mend, rate=…, **call)` → the Check."""

    def asked(check, wrapper, card=None, mend=None, rate=48000, **said):
        return check(captured_of(wrapper, card, mend, **said), rate)

    return asked


class Delay(WaveformToWaveform):
    """A delay line of `length` samples that is kept from block to block, and a gain."""

    def __init__(self, length: int, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = gain
        self.register_buffer("past", torch.zeros(1, length))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        whole = torch.cat([self.past, x], 1)
        self.past.copy_(whole[:, x.size(1) :])
        return whole[:, : x.size(1)] * self.gain


class Filter(WaveformToWaveform):
    """An FIR filter without state: `taps` from the newest sample on, zeros before each block, `ahead` samples early."""

    def __init__(self, taps, ahead: int = 0) -> None:
        super().__init__()
        self.register_buffer("taps", torch.as_tensor(taps, dtype=torch.float32).flip(0).reshape(1, 1, -1))
        self.before, self.ahead = len(taps) - 1 - ahead, ahead

    def do_forward_pass(self, x: Tensor) -> Tensor:
        padded = torch.nn.functional.pad(x.unsqueeze(0), (self.before, self.ahead))
        return torch.conv1d(padded, self.taps)[0]
