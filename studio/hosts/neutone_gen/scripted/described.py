"""What a Gen model says about itself, as TorchScript methods."""

import json
from typing import TYPE_CHECKING, Any, Dict, List, Optional

import torch
from torch import Tensor, nn

TYPES = {  # of what may be empty, where TorchScript cannot tell by itself
    "model_authors": List[str],
    "technical_links": Dict[str, str],
    "tags": List[str],
    "native_sample_rates": List[int],
    "native_buffer_sizes": List[int],
    "audio_in_channels": List[int],
    "audio_out_channels": List[int],
    "audio_in_labels": List[str],
    "audio_out_labels": List[str],
    "model_bpm": Optional[int],
}


class Described(nn.Module):
    """The getters of the root; only ever run compiled.

    Args:
        metadata: metadata.json without `sample_sound_files`.
        defaults: knob positions 0…1 at the start, one for each numeric parameter.
        tokenizer: its file as base64, or nothing.
        tokenizer_type: what kind of file that is.
    """

    if TYPE_CHECKING:  # TorchScript reads their types off the values
        defaults: Tensor
        native_sample_rates: List[int]
        native_buffer_sizes: List[int]
        audio_in_channels: List[int]
        audio_out_channels: List[int]
        one_shot: bool
        with_text: bool
        with_tokens: bool
        model_bpm: Optional[int]

    def __init__(
        self, metadata: Dict[str, Any], defaults: List[float], tokenizer: str, tokenizer_type: Optional[str]
    ) -> None:
        super().__init__()
        flags = {"is_one_shot_model": "one_shot", "is_text_model": "with_text", "is_tokens_model": "with_tokens"}
        for name, value in metadata.items():
            if name != "neutone_parameters":
                setattr(self, flags.get(name, name), _typed(value, TYPES[name]) if name in TYPES else value)
        entries = list(metadata["neutone_parameters"].values())
        self.kinds = _typed([each["type"] for each in entries], List[str])
        self.names = _typed([each["name"] for each in entries], List[str])
        self.descriptions = _typed([each["description"] for each in entries], List[str])
        self.numbers = _typed([_number(each["default_value"]) for each in entries], List[float])
        self.lows = _typed([each.get("min_value", 0.0) for each in entries], List[float])
        self.highs = _typed([each.get("max_value", 1.0) for each in entries], List[float])
        self.labels = _typed([each.get("labels", []) for each in entries], List[List[str]])
        self.texts = _typed([_kept(each, str) or "" for each in entries], List[str])
        self.token_lists = _typed([_kept(each, list) or [] for each in entries], List[List[int]])
        self.most = _typed([each.get("max_n_chars", each.get("max_n_tokens", -1)) for each in entries], List[int])
        self.n_params = len(defaults)
        self.register_buffer("defaults", torch.tensor(defaults, dtype=torch.float32).reshape(-1, 1))
        self.metadata_json = json.dumps(metadata, indent=4, sort_keys=True)
        self.tokenizer, self.tokenizer_type = tokenizer, _typed(tokenizer_type, Optional[str])

    @torch.jit.export
    def get_audio_in_channels(self) -> List[int]:
        return self.audio_in_channels

    @torch.jit.export
    def get_audio_out_channels(self) -> List[int]:
        return self.audio_out_channels

    @torch.jit.export
    def get_native_sample_rates(self) -> List[int]:
        return self.native_sample_rates

    @torch.jit.export
    def get_native_buffer_sizes(self) -> List[int]:
        return self.native_buffer_sizes

    @torch.jit.export
    def is_one_shot_model(self) -> bool:
        return self.one_shot

    @torch.jit.export
    def is_text_model(self) -> bool:
        return self.with_text

    @torch.jit.export
    def is_tokens_model(self) -> bool:
        return self.with_tokens

    @torch.jit.export
    def get_model_bpm(self) -> Optional[int]:
        return self.model_bpm

    @torch.jit.export
    def get_tokenizer_str(self) -> str:
        return self.tokenizer

    @torch.jit.export
    def get_tokenizer_type(self) -> Optional[str]:
        return self.tokenizer_type

    @torch.jit.export
    def get_numerical_params_default_values_0to1(self) -> Tensor:
        return self.defaults

    @torch.jit.export
    def get_metadata_json(self) -> str:
        return self.metadata_json

    def default_text(self) -> List[str]:
        found: List[str] = []
        for row, kind in enumerate(self.kinds):
            if kind == "text":
                found.append(self.texts[row])
        return found

    def default_tokens(self) -> List[List[int]]:
        found: List[List[int]] = []
        for row, kind in enumerate(self.kinds):
            if kind == "tokens":
                found.append(self.token_lists[row])
        return found

    def entry(self, row: int) -> Dict[str, Any]:
        kind = self.kinds[row]
        entry: Dict[str, Any] = {}
        entry["name"] = self.names[row]
        entry["description"] = self.descriptions[row]
        entry["used"] = True
        entry["type"] = kind
        if kind == "continuous":
            entry["default_value"] = self.numbers[row]
            entry["min_value"] = self.lows[row]
            entry["max_value"] = self.highs[row]
        elif kind == "categorical":
            entry["default_value"] = int(self.numbers[row])
            entry["n_values"] = len(self.labels[row])
            entry["labels"] = self.labels[row]
        elif kind == "text":
            entry["default_value"] = self.texts[row]
            entry["max_n_chars"] = self.most[row]
        else:
            entry["default_value"] = self.token_lists[row]
            entry["max_n_tokens"] = self.most[row]
        return entry

    @torch.jit.export
    def to_metadata(self) -> Dict[str, Any]:
        entries: Dict[str, Dict[str, Any]] = {}
        for row in range(len(self.kinds)):
            entries["p" + str(row + 1)] = self.entry(row)
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
        said["neutone_parameters"] = entries
        said["wet_default_value"] = self.wet_default_value
        said["dry_default_value"] = self.dry_default_value
        said["input_gain_default_value"] = self.input_gain_default_value
        said["output_gain_default_value"] = self.output_gain_default_value
        said["native_sample_rates"] = self.native_sample_rates
        said["native_buffer_sizes"] = self.native_buffer_sizes
        said["sdk_version"] = self.sdk_version
        said["pytorch_version"] = self.pytorch_version
        said["date_created"] = self.date_created
        said["audio_in_channels"] = self.audio_in_channels
        said["audio_out_channels"] = self.audio_out_channels
        said["audio_in_labels"] = self.audio_in_labels
        said["audio_out_labels"] = self.audio_out_labels
        said["is_one_shot_model"] = self.one_shot
        said["is_text_model"] = self.with_text
        said["is_tokens_model"] = self.with_tokens
        said["model_bpm"] = self.model_bpm
        return said


def _typed(value: Any, kind: Any) -> Any:
    return torch.jit.Attribute(value, kind)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _kept(entry: Dict[str, Any], kind: type) -> Any:
    return entry["default_value"] if isinstance(entry["default_value"], kind) else None
