"""An overdrive out of a small temporal convolutional network whose weights were drawn and never trained.

Run it to write `overdrive/model.nm` for the Neutone plugin, or drop it on the window of Neural Audio Studio.
"""

from pathlib import Path
from typing import Dict, List, Optional

import torch
from torch import Tensor, nn
from torch.nn import functional

from studio import Parameter, WaveformToWaveformBase, save_neutone_model

KNOBS = 2


class ConditionedBlock(nn.Module):
    """A causal dilated convolution, bent by tanh; the conditions scale it and push it off centre.

    Silence stays silence: convolutions have no bias, and what the push alone would give is taken away again.
    """

    def __init__(self, channels_in: int, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.past = (kernel - 1) * dilation
        self.convolution = nn.Conv1d(channels_in, channels, kernel, dilation=dilation, bias=False)
        self.direct = nn.Conv1d(channels_in, channels, 1, bias=False)
        self.condition = nn.Linear(KNOBS, 2 * channels)

    def forward(self, x: Tensor, conditions: Tensor) -> Tensor:
        scale, push = torch.chunk(self.condition(conditions).unsqueeze(2), 2, dim=1)
        bent = self.convolution(functional.pad(x, (self.past, 0))) * (1.0 + scale)
        return torch.tanh(bent + push) - torch.tanh(push) + self.direct(x)


class ConvTCN(nn.Module):
    """The network: `[batch, 1, samples]` and conditions `[batch, 2]`, each 0…1, to `[batch, 1, samples]`.

    Args:
        seed: another seed is another overdrive.
    """

    def __init__(self, seed: int = 42, channels: int = 8, kernel: int = 5, layers: int = 4, growth: int = 4) -> None:
        super().__init__()
        dilations = [growth**layer for layer in range(layers)]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            inputs = [1] + [channels] * (layers - 1)
            self.blocks = nn.ModuleList(
                ConditionedBlock(count, channels, kernel, dilation)
                for count, dilation in zip(inputs, dilations, strict=True)
            )
            self.mix = nn.Conv1d(channels, 1, 1, bias=False)
        self.receptive_field = 1 + (kernel - 1) * sum(dilations)

    def forward(self, x: Tensor, conditions: Tensor) -> Tensor:
        x = x * (1.0 + 15.0 * conditions[:, :1].unsqueeze(2))
        for block in self.blocks:
            x = block(x, conditions)
        return 0.7 * torch.tanh(2.0 * self.mix(x))


class OverdriveModelWrapper(WaveformToWaveformBase):
    def __init__(self, model: Optional[ConvTCN] = None) -> None:
        super().__init__(model if model is not None else ConvTCN())

    def get_model_name(self) -> str:
        return "conv1d-overdrive.random"

    def get_model_authors(self) -> List[str]:
        return ["Neural Audio Studio"]

    def get_model_short_description(self) -> str:
        return "Overdrive from a network that was never trained"

    def get_model_long_description(self) -> str:
        return "Random convolutions and soft bends in a row make a distortion that nobody designed. Depth drives it."

    def get_technical_description(self) -> str:
        return "A causal TCN of four conditioned layers, 8 channels wide. Another seed gives another distortion."

    def get_technical_links(self) -> Dict[str, str]:
        return {"Paper": "https://arxiv.org/abs/2010.04237", "Code": "https://github.com/csteinmetz1/ronn"}

    def get_tags(self) -> List[str]:
        return ["distortion", "overdrive"]

    def get_model_version(self) -> str:
        return "1.0.0"

    def get_citation(self) -> str:
        return "Steinmetz, C. J., & Reiss, J. D. (2020). Randomized overdrive neural networks. arXiv:2010.04237"

    def is_experimental(self) -> bool:
        return False

    def is_input_mono(self) -> bool:
        return True

    def is_output_mono(self) -> bool:
        return True

    def get_native_sample_rates(self) -> List[int]:
        return [44100, 48000]

    def get_native_buffer_sizes(self) -> List[int]:
        return []  # any

    def get_look_behind_samples(self) -> int:
        return int(self.model.receptive_field) - 1

    def get_neutone_parameters(self) -> List[Parameter]:
        return [
            Parameter(name="depth", description="how hard the network is driven", default_value=0.3),
            Parameter(name="colour", description="moves every bend off centre", default_value=0.5),
        ]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        conditions = torch.cat([params["depth"], params["colour"]]).unsqueeze(0)
        return self.model(x.unsqueeze(0), conditions).squeeze(0)


if __name__ == "__main__":
    save_neutone_model(OverdriveModelWrapper(ConvTCN()), Path("overdrive"))
