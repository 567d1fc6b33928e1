"""What a Neutone model says about itself: its metadata as TorchScript methods."""

import json
from typing import TYPE_CHECKING, Any, Dict, List

import torch
from torch import Tensor, nn

KNOBS = 4  # the plugin has four, used or not
TYPES = {  # of what may be empty, where TorchScript cannot tell by itself
    "model_authors": List[str],
    "technical_links": Dict[str, str],
    "tags": List[str],
    "native_sample_rates": List[int],
    "native_buffer_sizes": List[int],
}


class Described(nn.Module):
    """The getters that the root and the model inside it share; only ever run compiled.

    Args:
        metadata: metadata.json without `sample_sound_files`.
        defaults: knob positions 0…1 at the start, one for each used knob.
    """

    if TYPE_CHECKING:  # TorchScript reads their types off the values
        defaults: Tensor
        model_name: str
        model_authors: List[str]
        native_sample_rates: List[int]
        native_buffer_sizes: List[int]
        look_behind_samples: int
        wet_default_value: float
        dry_default_value: float
        input_gain_default_value: float
        output_gain_default_value: float

    def __init__(self, metadata: Dict[str, Any], defaults: List[float]) -> None:
        super().__init__()
        self.use_debug_mode = False
        self.input_is_mono: bool = metadata["is_input_mono"]
        self.output_is_mono: bool = metadata["is_output_mono"]
        for name, value in metadata.items():
            if name not in ("neutone_parameters", "is_input_mono", "is_output_mono"):
                setattr(self, name, _typed(value, TYPES[name]) if name in TYPES else value)
        knobs = list(metadata["neutone_parameters"].values())
        self.knob_names = _typed([each["name"] for each in knobs], List[str])
        self.knob_descriptions = _typed([each["description"] for each in knobs], List[str])
        self.knob_defaults = _typed([each["default_value"] for each in knobs], List[float])
        self.knob_lows = _typed([each["min_value"] for each in knobs], List[float])
        self.knob_highs = _typed([each["max_value"] for each in knobs], List[float])
        self.knobs, self.n_params = KNOBS, len(defaults)
        self.register_buffer("defaults", torch.tensor(defaults, dtype=torch.float32).reshape(-1, 1))
        self.metadata_json = json.dumps(metadata, indent=4, sort_keys=True)

    @torch.jit.export
    def is_input_mono(self) -> bool:
        return self.input_is_mono

    @torch.jit.export
    def is_output_mono(self) -> bool:
        return self.output_is_mono

    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return self.native_sample_rates

    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return self.native_buffer_sizes

    @torch.jit.export
    def get_wet_default_value(self) -> float:
        return self.wet_default_value

    @torch.jit.export
    def get_dry_default_value(self) -> float:
        return self.dry_default_value

    @torch.jit.export
    def get_input_gain_default_value(self) -> float:
        return self.input_gain_default_value

    @torch.jit.export
    def get_output_gain_default_value(self) -> float:
        return self.output_gain_default_value

    @torch.jit.export
    def get_model_name(self) -> str:
        return self.model_name

    @torch.jit.export
    def get_model_authors(self) -> List[str]:
        return self.model_authors

    def rows(self, params: Tensor) -> Tensor:
        """The rows of `[4, n]` that are used."""
        return params[: self.n_params]

    def rest(self, n: int) -> Tensor:
        """Every used knob at its default, `[n_params, n]`."""
        return self.defaults.expand(self.n_params, n)

    def knob_entries(self) -> Dict[str, Dict[str, Any]]:
        entries: Dict[str, Dict[str, Any]] = {}
        for row, name in enumerate(self.knob_names):
            entry: Dict[str, Any] = {}
            entry["name"] = name
            entry["description"] = self.knob_descriptions[row]
            entry["default_value"] = self.knob_defaults[row]
            entry["used"] = True
            entry["type"] = "continuous"
            entry["min_value"] = self.knob_lows[row]
            entry["max_value"] = self.knob_highs[row]
            entries["p" + str(row + 1)] = entry
        return entries

    def all_metadata(self) -> Dict[str, Any]:
        said: Dict[str, Any] = {}
        said["model_name"] = self.model_name
        said["model_authors"] = self.model_authors
        said["model_version"] = self.model_version
        said["model_short_description"] = self.model_short_description
        said["model_long_description"] = self.model_long_description
        said["technical_description"] = self.technical_description
        said["technical_links"] = self.technical_links
        said["tags"] = self.tags
        said["citation"] = self.citation
        said["is_experimental"] = self.is_experimental
        said["is_input_mono"] = self.input_is_mono
        said["is_output_mono"] = self.output_is_mono
        said["model_type"] = self.model_type
        said["neutone_parameters"] = self.knob_entries()
        said["wet_default_value"] = self.wet_default_value
        said["dry_default_value"] = self.dry_default_value
        said["input_gain_default_value"] = self.input_gain_default_value
        said["output_gain_default_value"] = self.output_gain_default_value
        said["native_sample_rates"] = self.native_sample_rates
        said["native_buffer_sizes"] = self.native_buffer_sizes
        said["look_behind_samples"] = self.look_behind_samples
        said["sdk_version"] = self.sdk_version
        said["pytorch_version"] = self.pytorch_version
        said["date_created"] = self.date_created
        return said


def _typed(value: Any, kind: Any) -> Any:
    return torch.jit.Attribute(value, kind)
