"""What models written for Neutone's SDK say of themselves, and what such a model may use of its base."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from torch import nn

from studio.document.card import Levels

SDK_VERSION = "1.5.2"  # whose names these are
MAX_N_PARAMS = 4
MAX_N_CATEGORICAL_VALUES, MAX_N_CATEGORICAL_LABEL_CHARS = 20, 20
DEFAULT_DAW_SR, DEFAULT_DAW_BS = 48000, 2048  # Hz, samples


class NeutoneModel(nn.Module):
    """The SDK's getters, all with a default; the wrappers that authors derive from add what they do to sound."""

    def get_model_name(self) -> str:
        return type(self).__name__

    def get_model_authors(self) -> List[str]:
        return []

    def get_model_short_description(self) -> str:
        return ""

    def get_model_long_description(self) -> str:
        return ""

    def get_technical_description(self) -> str:
        return ""

    def get_technical_links(self) -> Dict[str, str]:
        return {}

    def get_tags(self) -> List[str]:
        return []

    def get_model_version(self) -> str:
        return "1.0.0"

    def get_citation(self) -> str:
        return ""

    def is_experimental(self) -> bool:
        return False

    def get_native_sample_rates(self) -> List[int]:
        """Rates in Hz the model was made for; empty means any."""
        return []

    def get_native_buffer_sizes(self) -> List[int]:
        """Block sizes in samples the model was made for; empty means any."""
        return []

    def calc_model_delay_samples(self) -> int:
        """Samples by which the model's output lags behind its input, at its own rate."""
        return 0

    def set_model_sample_rate_and_buffer_size(self, sample_rate: int, n_samples: int) -> bool:  # noqa: ARG002
        """Told before the first block and at each change: rate in Hz, samples a block. True where it matters."""
        return False

    def reset_model(self) -> bool:
        """Called after the host's reset, when all that blocks have changed is as it was. True where it matters."""
        return False

    def get_wet_default_value(self) -> float:
        return 1.0

    def get_dry_default_value(self) -> float:
        return 0.0

    def get_input_gain_default_value(self) -> float:
        return 0.5

    def get_output_gain_default_value(self) -> float:
        return 0.5

    def prepare_for_inference(self) -> None:
        """The SDK calls it before an export; here the model is in evaluation mode from the start."""
        self.eval()


def card_of(model: NeutoneModel) -> dict[str, Any]:
    """What a model says of itself, as fields of a card."""
    rates = tuple(model.get_native_sample_rates())
    return {
        "name": model.get_model_name(),
        "authors": _texts(model.get_model_authors()),
        "version": model.get_model_version(),
        "short_description": model.get_model_short_description(),
        "long_description": model.get_model_long_description(),
        "technical_description": model.get_technical_description(),
        "technical_links": dict(model.get_technical_links()),
        "tags": _texts(model.get_tags()),
        "citation": model.get_citation(),
        "experimental": model.is_experimental(),
        "sample_rate": rates[0] if len(rates) == 1 else None,
        "levels": Levels(
            wet=model.get_wet_default_value(),
            dry=model.get_dry_default_value(),
            input_gain=model.get_input_gain_default_value(),
            output_gain=model.get_output_gain_default_value(),
        ),
    }


def is_told(model: nn.Module) -> bool:
    """Whether the author wrote what happens at a reset or when rate and block are announced."""
    return isinstance(model, NeutoneModel) and any(
        getattr(type(model), name) is not getattr(NeutoneModel, name)
        for name in ("reset_model", "set_model_sample_rate_and_buffer_size")
    )


def _texts(said: List[str]) -> Tuple[str, ...]:
    """A list of texts; one text alone counts as a list of one."""
    return (said,) if isinstance(said, str) else tuple(said)
