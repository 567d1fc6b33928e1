"""The submodule `w2w_base` of a Neutone model: the captured wrapper under the names the plugin knows."""

import math
from typing import Any, Dict, List, Optional

import torch
from torch import Tensor

from studio.hosts.neutone.scripted.described import Described
from studio.wrappers.captured import Captured
from studio.wrappers.resampler import Resampler


class Inner(Described):
    """The model at its own rate and block size.

    Shapes: x `[channels_in, n]`, params `[4, n]` 0…1 → `[channels_out, n]`.
    """

    def __init__(self, captured: Captured, metadata: Dict[str, Any], defaults: List[float]) -> None:
        super().__init__(metadata, defaults)
        self.model: Any = captured.module
        up, down = captured.call.ratio
        common = math.gcd(up, down)
        self.up, self.down, self.rows_out = down // common, up // common, captured.call.channels_out
        self.back, self.keeps_rate, self.is_prepared = Resampler(captured.call.resampling), up == down, False

    def forward(self, x: Tensor, params: Optional[Tensor] = None) -> Tensor:
        made = self.model(x, self.rest(x.size(1)) if params is None else self.rows(params))
        if self.keeps_rate:
            return made
        if not self.is_prepared:  # not before: its tables would be written into the file
            self.back.prepare(self.up, self.down, 1, self.rows_out)
            self.is_prepared = True
        return self.back(made)

    @torch.jit.export
    def set_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:
        self.model.prepare(sample_rate, n_samples)
        return True

    @torch.jit.export
    def set_daw_sample_rate_and_buffer_size(
        self, daw_sr: int, daw_bs: int, model_sr: Optional[int] = None, model_bs: Optional[int] = None
    ) -> bool:
        rate = daw_sr if model_sr is None else model_sr
        return self.set_sample_rate_and_buffer_size(rate, daw_bs if model_bs is None else model_bs)

    @torch.jit.export
    def reset(self) -> bool:
        self.model.reset()
        self.back.reset()
        return True

    @torch.jit.export
    def is_resampling(self) -> bool:
        return False

    @torch.jit.export
    def get_look_behind_samples(self) -> int:
        return self.look_behind_samples

    @torch.jit.export
    def get_neutone_parameters_metadata(self) -> Dict[str, Dict[str, Any]]:
        return self.knob_entries()

    @torch.jit.export
    def get_numerical_params_default_values_0to1(self) -> Tensor:
        return self.defaults

    @torch.jit.export
    def get_default_param_names(self) -> List[str]:
        return self.knob_names

    @torch.jit.export
    def get_default_param_descriptions(self) -> List[str]:
        return self.knob_descriptions

    @torch.jit.export
    def get_default_param_types(self) -> List[str]:
        return ["knob" for _ in range(self.knobs)]

    @torch.jit.export
    def get_default_param_used(self) -> List[bool]:
        return [row < self.n_params for row in range(self.knobs)]

    @torch.jit.export
    def to_core_metadata(self) -> Dict[str, Any]:
        return self.all_metadata()

    @torch.jit.export
    def get_core_preserved_attributes(self) -> List[str]:
        return [
            "model",
            "get_neutone_parameters_metadata",
            "get_numerical_params_default_values_0to1",
            "get_core_preserved_attributes",
            "to_core_metadata",
            "set_sample_rate_and_buffer_size",
            "set_daw_sample_rate_and_buffer_size",
            "reset",
            "is_resampling",
            "get_look_behind_samples",
            "is_input_mono",
            "is_output_mono",
            "get_native_sample_rates",
            "get_native_buffer_sizes",
            "get_wet_default_value",
            "get_dry_default_value",
            "get_input_gain_default_value",
            "get_output_gain_default_value",
        ]
