"""A hard clipper with three knobs: the smallest effect that is worth hearing.

Run it to write `clipper/model.nm` for the Neutone plugin, or drop it on the window of Neural Audio Studio.
"""

from pathlib import Path
from typing import Dict, List, Optional

import torch
from torch import Tensor, nn

from studio import Parameter, WaveformToWaveformBase, save_neutone_model


class ClipperModel(nn.Module):
    """Cut sound off below `-min * gain` and above `max * gain`."""

    def forward(self, x: Tensor, min: Tensor, max: Tensor, gain: Tensor) -> Tensor:
        return torch.minimum(torch.maximum(x, -min * gain), max * gain)


class ClipperModelWrapper(WaveformToWaveformBase):
    def __init__(self, model: Optional[ClipperModel] = None) -> None:
        super().__init__(model if model is not None else ClipperModel())

    def get_model_name(self) -> str:
        return "clipper"

    def get_model_authors(self) -> List[str]:
        return ["Neural Audio Studio"]

    def get_model_short_description(self) -> str:
        return "Clips sound, above and below on its own."

    def get_model_long_description(self) -> str:
        return "Two thresholds and a gain that moves both. Unequal thresholds add even harmonics, equal ones only odd."

    def get_technical_description(self) -> str:
        return "The sample itself, limited to the range from -min * gain to max * gain. There is nothing to train."

    def get_technical_links(self) -> Dict[str, str]:
        return {"Clipping": "https://en.wikipedia.org/wiki/Clipping_(audio)"}

    def get_tags(self) -> List[str]:
        return ["distortion", "clipper"]

    def get_model_version(self) -> str:
        return "1.0.0"

    def get_citation(self) -> str:
        return ""

    def is_experimental(self) -> bool:
        return False

    def is_input_mono(self) -> bool:
        return False

    def is_output_mono(self) -> bool:
        return False

    def get_native_sample_rates(self) -> List[int]:
        return []  # any: a clipper has no memory

    def get_native_buffer_sizes(self) -> List[int]:
        return []  # any

    def get_neutone_parameters(self) -> List[Parameter]:
        return [
            Parameter(name="min", description="threshold below zero", default_value=0.5),
            Parameter(name="max", description="threshold above zero", default_value=1.0),
            Parameter(name="gain", description="scales both thresholds", default_value=1.0),
        ]

    def do_forward_pass(self, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
        return self.model(x, params["min"], params["max"], params["gain"])


if __name__ == "__main__":
    save_neutone_model(ClipperModelWrapper(ClipperModel()), Path("clipper"))
