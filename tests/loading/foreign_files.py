"""Files as people write them for other toolkits, unchanged: only their authors' names are made up."""

CLIPPER = """
import argparse
import logging
import os
from pathlib import Path
from typing import Dict, List

import torch as tr
from torch import Tensor, nn

from neutone_sdk import WaveformToWaveformBase, ContinuousNeutoneParameter, NeutoneParameter
from neutone_sdk.audio import AudioSample, AudioSamplePair
from neutone_sdk.utils import save_neutone_model

logging.basicConfig()
log = logging.getLogger(__name__)
log.setLevel(level=os.environ.get("LOGLEVEL", "INFO"))


class Clipper(nn.Module):
    def forward(self, x: Tensor, low: Tensor, high: Tensor, gain: Tensor) -> Tensor:
        return tr.clip(x * (1.0 + gain), min=-low, max=high)


class ClipperWrapper(WaveformToWaveformBase):
    def get_model_name(self) -> str:
        return "soft.clip"

    def get_model_authors(self) -> List[str]:
        return ["A. Author"]

    def get_model_short_description(self) -> str:
        return "Clips"

    def get_tags(self) -> List[str]:
        return ["clipper"]

    def is_experimental(self) -> bool:
        return True

    def get_wet_default_value(self) -> float:
        return 0.75

    def get_input_gain_default_value(self) -> float:
        return 0.25

    def get_neutone_parameters(self) -> List[NeutoneParameter]:
        return [
            ContinuousNeutoneParameter("low", "low threshold", default_value=0.15),
            NeutoneParameter("high", "high threshold", default_value=0.25),
            ContinuousNeutoneParameter("gain", "more of it", default_value=0.0, min_value=-12.0, max_value=12.0),
        ]

    @tr.jit.export
    def is_input_mono(self) -> bool:
        return False

    @tr.jit.export
    def is_output_mono(self) -> bool:
        return False

    @tr.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return []

    @tr.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return []

    def aggregate_params(self, params: Tensor) -> Tensor:
        return params

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        low, high, gain = params["low"], params["high"], params["gain"]
        return self.model.forward(x, low, high, gain)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", default="export_model")
    args = parser.parse_args()
    wrapper = ClipperWrapper(Clipper())
    save_neutone_model(wrapper, Path(args.output), dump_samples=True, submission=True)
"""
OVERDRIVE = """
import pathlib
from typing import Dict, List

import torch as tr
import torch.nn.functional as F
import torchaudio.transforms as T
from torch import Tensor, nn
from torchaudio.functional import lowpass_biquad

from neutone_sdk.parameter import ContinuousNeutoneParameter
from neutone_sdk.wavform_to_wavform import WaveformToWaveformBase


class Block(nn.Module):
    def __init__(self, n_in, n_out, kernel, dilation):
        super().__init__()
        self.conv = nn.Conv1d(n_in, n_out, kernel, dilation=dilation)
        self.act = nn.PReLU(n_out)
        self.pad = (kernel - 1) * dilation

    def forward(self, x):
        return self.act(self.conv(F.pad(x, (self.pad, 0))))


class TCN(nn.Module):
    def __init__(self, n_inputs, n_outputs, n_blocks=3, kernel=5, channels=8):
        super().__init__()
        widths = [n_inputs] + [channels] * n_blocks
        self.blocks = nn.ModuleList(Block(a, b, kernel, 2**i) for i, (a, b) in enumerate(zip(widths, widths[1:])))
        self.out = nn.Conv1d(channels, n_outputs, 1)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return tr.tanh(self.out(x))


class OverdriveWrapper(WaveformToWaveformBase):
    def __init__(self, model: nn.Module, use_debug_mode: bool = True) -> None:
        super().__init__(model, use_debug_mode)
        self.register_buffer("last", tr.zeros(1, 1))
        self.rate = 1.0

    def get_model_name(self) -> str:
        return "overdrive.random"

    def get_model_authors(self) -> List[str]:
        return ["A. Author"]

    def get_model_short_description(self) -> str:
        return "Overdrive"

    def get_neutone_parameters(self):
        return [ContinuousNeutoneParameter("depth", "Effect depth", 0.5)]

    def is_input_mono(self) -> bool:
        return True

    def is_output_mono(self) -> bool:
        return True

    def get_native_sample_rates(self) -> List[int]:
        return [44100]

    def get_native_buffer_sizes(self) -> List[int]:
        return []

    def get_look_behind_samples(self) -> int:
        return 100

    def set_model_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.rate = float(sample_rate)
        return True

    def reset_model(self) -> bool:
        self.last = tr.ones(1, 1)
        return True

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        made = x + params["depth"] * self.model(x.unsqueeze(0)).squeeze(0) + 0.1 * self.last + self.rate / 441000.0
        self.last = made[:, -1:]
        return made[:, self.get_look_behind_samples():]


def main():
    from neutone_sdk.utils import save_neutone_model
    tcn = TCN(n_inputs=1, n_outputs=1, n_blocks=2, channels=4).eval()
    wrapper = OverdriveWrapper(tcn)
    save_neutone_model(wrapper, pathlib.Path("export"))


if __name__ == "__main__":
    main()
"""
LABELLER = """
from pathlib import Path
from typing import Tuple

import torch
from torch import nn
from audacitorch.core import WaveformToLabelsBase
from audacitorch.utils import get_example_inputs, save_model, test_run, validate_metadata


class Energy(nn.Module):
    def __init__(self, hop: int):
        super().__init__()
        self.hop = hop

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        frames = x.shape[-1] // self.hop
        return x[:, : frames * self.hop].reshape(1, frames, self.hop).pow(2).mean(-1)


class LoudWrapper(WaveformToLabelsBase):
    def do_forward_pass(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        energy = self.model(x)[0]
        start = torch.arange(energy.shape[0]).float() * 0.05
        return (energy > 0.001).long(), torch.stack([start, start + 0.05], dim=1)


metadata = {
    "sample_rate": 16000,
    "domain_tags": ["music"],
    "short_description": "Loud or quiet",
    "long_description": "Says when it is loud.",
    "tags": ["loudness"],
    "labels": ["quiet", "loud"],
    "effect_type": "waveform-to-labels",
    "multichannel": False,
}
model = Energy(800)
wrapper = LoudWrapper(model)
assert validate_metadata(metadata)[0]
serialized_model = torch.jit.script(wrapper)
for x in get_example_inputs(multichannel=False):
    serialized_model(x)
test_run(serialized_model)
root = Path("loud-net")
save_model(serialized_model, metadata, root)
"""
BOOSTER = """
import torch
import torch.nn as nn
from pathlib import Path
from torchaudacity import WaveformToWaveform, save_model


class MyVolumeModel(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class MyVolumeModelWrapper(WaveformToWaveform):
    def __init__(self, model):
        model.eval()
        self.model = model

    def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
        output = self.model(x)
        return output


if __name__ == "__main__":
    metadata = {
        "sample_rate": 48000,
        "domain_tags": ["music", "speech", "environmental"],
        "short_description": "Use me to boost volume.",
        "long_description": "Twice as loud.",
        "tags": ["volume boost"],
        "labels": ["boosted"],
        "effect_type": "waveform-to-waveform",
        "multichannel": False,
    }
    root = Path("booster-net")
    root.mkdir(exist_ok=True, parents=True)
    save_model(torch.jit.script(MyVolumeModelWrapper(MyVolumeModel())), metadata, root)
"""
GENERATOR = """
from pathlib import Path
from typing import Dict, List

import torch as tr
from torch import Tensor, nn

from neutone_sdk import (
    CategoricalNeutoneParameter,
    ContinuousNeutoneParameter,
    DiscreteTokensNeutoneParameter,
    NeutoneParameter,
    TextNeutoneParameter,
)
from neutone_sdk.non_realtime_wrapper import NonRealtimeBase
from neutone_sdk.utils import save_neutone_model


class Net(nn.Module):
    def forward(self, x: Tensor, gain: Tensor) -> Tensor:
        return tr.tanh(x * gain)


class GenWrapper(NonRealtimeBase):
    def get_model_name(self) -> str:
        return "gen.example"

    def get_model_authors(self) -> List[str]:
        return ["A. Author"]

    def get_model_short_description(self) -> str:
        return "Makes sound"

    def get_neutone_parameters(self) -> List[NeutoneParameter]:
        return [
            ContinuousNeutoneParameter("gain", "in dB", default_value=0.0, min_value=-12.0, max_value=12.0),
            TextNeutoneParameter("prompt", "what to make", max_n_chars=32, default_value="hi"),
            CategoricalNeutoneParameter("mode", "which", n_values=3, default_value=1, labels=["a", "b", "c"]),
            DiscreteTokensNeutoneParameter("tokens", "numbers", max_n_tokens=8, default_value=[5, 2, 7]),
        ]

    @tr.jit.export
    def get_audio_in_channels(self) -> List[int]:
        return [2, 1]

    @tr.jit.export
    def get_audio_out_channels(self) -> List[int]:
        return [2]

    @tr.jit.export
    def get_audio_in_labels(self) -> List[str]:
        return ["main", "side"]

    @tr.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return [44100]

    @tr.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return []

    @tr.jit.export
    def is_one_shot_model(self) -> bool:
        return True

    def do_forward_pass(
        self,
        curr_block_idx: int,
        audio_in: List[Tensor],
        numerical_params: Dict[str, Tensor],
        text_params: List[str],
        tokens_params: List[List[int]],
    ) -> List[Tensor]:
        if self.should_cancel_forward_pass():
            return []
        gain = 10.0 ** (numerical_params["gain"] / 20.0)
        self.set_progress_percentage(50.0)
        made = self.model(audio_in[0] + audio_in[1], gain)
        made = made + 0.1 * numerical_params["mode"] + 0.01 * len(text_params[0]) + 0.001 * len(tokens_params[0])
        return [made]


if __name__ == "__main__":
    save_neutone_model(GenWrapper(Net()), Path("x"), freeze=False, dump_samples=False, submission=False)
"""
DELAY = """
from typing import Dict, List

import torch as tr
from torch import Tensor, nn

from neutone_sdk import WaveformToWaveformBase


class Delay(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("kept", tr.zeros(1, 1))
        self.n = 1

    def set_size(self, n: int) -> None:
        if n != self.n:
            self.n = n
            self.kept = tr.zeros(1, n)

    def forward(self, x: Tensor) -> Tensor:
        made = x + 0.5 * self.kept
        self.kept = x.clone()
        return made


class DelayWrapper(WaveformToWaveformBase):
    def set_model_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.model.set_size(n_samples)
        return True

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor] = None) -> Tensor:
        return self.model(x)
"""
BLOCKS = """
from typing import Dict, List

import torch as tr
from torch import Tensor, nn

from neutone_sdk import WaveformToWaveformBase, NeutoneParameter
from neutone_sdk.audio import AudioSample, AudioSamplePair, render_audio_sample
from neutone_sdk.conv import Conv1dGeneral, PaddingCached
from neutone_sdk.filters import FIRFilter, FilterType, IIRFilter
from neutone_sdk.gcn_1d import GCN1D
from neutone_sdk.tcn_1d import TCN1D, FiLM
from neutone_sdk.utils import load_neutone_model, save_neutone_model, validate_waveform


class Cached(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv1dGeneral(1, 4, 5, dilation=3, cached=False)
        self.mix = Conv1dGeneral(4, 1, 3, cached=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(tr.tanh(self.conv(x)))


class FilteredWrapper(WaveformToWaveformBase):
    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.before = FIRFilter(FilterType.HIGHPASS, [500.0], 129)
        self.after = IIRFilter(FilterType.LOWPASS, 4000.0, 0.707)

    def get_neutone_parameters(self) -> List[NeutoneParameter]:
        return [NeutoneParameter("drive", "how much", 0.5)]

    @tr.jit.export
    def is_input_mono(self) -> bool:
        return True

    @tr.jit.export
    def is_output_mono(self) -> bool:
        return True

    @tr.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return [44100]

    @tr.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return []

    @tr.jit.export
    def calc_model_delay_samples(self) -> int:
        return self.before.delay

    def set_model_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.before.set_parameters(sample_rate=sample_rate)
        self.after.set_parameters(sample_rate=sample_rate)
        return True

    def prepare_for_inference(self) -> None:
        super().prepare_for_inference()
        self.model.conv.prepare_for_inference()
        self.model.mix.prepare_for_inference()

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        x = self.before(x) * (1.0 + params["drive"])
        return self.after(self.model(x.unsqueeze(0)).squeeze(0))


if __name__ == "__main__":
    save_neutone_model(FilteredWrapper(Cached()), "out", dump_samples=True)
"""
