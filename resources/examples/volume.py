"""Twice as loud: a model for Audacity with everything that belongs to it.

Run it to write `booster-net/`, the folder that Audacity loads, or drop it on the window of Neural Audio Studio.
"""

from pathlib import Path
from typing import Optional

import torch
from torch import Tensor, nn

from studio import WaveformToWaveform, save_model

metadata = {
    "sample_rate": 48000,
    "domain_tags": ["music", "speech", "environmental"],
    "short_description": "Makes everything 6 dB louder.",
    "long_description": "Multiplies each sample by two. Loud passages can pass full scale: turn them down afterwards.",
    "tags": ["volume boost"],
    "labels": ["boosted"],
    "effect_type": "waveform-to-waveform",
    "multichannel": False,
}


class MyVolumeModel(nn.Module):
    """The network; a bigger one would learn something here."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 2


class MyVolumeModelWrapper(WaveformToWaveform):
    def __init__(self, model: Optional[MyVolumeModel] = None) -> None:
        super().__init__(model if model is not None else MyVolumeModel())

    def do_forward_pass(self, x: Tensor) -> Tensor:
        """`[channels, samples]` in and out."""
        return self.model(x)


def export(root: Path) -> None:
    """Write `model.pt`, `metadata.json` and a README into `root`."""
    root.mkdir(exist_ok=True, parents=True)
    wrapper = MyVolumeModelWrapper(MyVolumeModel())
    serialized = torch.jit.script(wrapper)
    save_model(serialized, metadata, root)


if __name__ == "__main__":
    export(Path("booster-net"))
