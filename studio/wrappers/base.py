"""What authors derive from: an effect or a labeller with a name for everything a host wants to know.

The names are those of audacitorch/torchaudacity and of Neutone's SDK, so that a class written for them needs
only its import changed.
"""

from __future__ import annotations

import inspect
from typing import Any, Dict, List, Tuple

import torch
from torch import Tensor, nn

from studio.document.call import Call, Output
from studio.document.card import ModelCard
from studio.document.parameter import Parameter


def takes_params(cls: type) -> bool:
    """Whether `do_forward_pass` wants knobs, told by its signature."""
    return len(inspect.signature(cls.do_forward_pass).parameters) > 2  # type: ignore[attr-defined]


class Wrapper(nn.Module):
    """A model inside the code that makes sound of it.

    Args:
        model: the network; it is put in evaluation mode and kept as `self.model`.
    """

    def __new__(cls, *_arguments: Any, **_named: Any) -> Wrapper:
        # The oldest examples assign self.model without calling the parent's constructor, which torch forbids.
        made = super().__new__(cls)
        nn.Module.__init__(made)
        return made

    def __init__(self, model: nn.Module | None = None) -> None:
        super().__init__()
        if model is not None:
            model.eval()
            self.model = model

    def get_parameters(self) -> List[Parameter]:
        """The knobs, in order. Their names are the keys of `params` in `do_forward_pass`."""
        return []

    def get_neutone_parameters(self) -> List[Parameter]:
        """The same under its newer name; override either."""
        return self.get_parameters()

    def aggregate_params(self, params: Tensor) -> Tensor:
        """What becomes of sample-accurate knob positions `[n_params, samples]`, each 0…1, before they are mapped.

        The default is their mean over the block, `[n_params, 1]`; return `params` to keep every sample.
        """
        return torch.mean(params, dim=1, keepdim=True)

    def aggregate_param(self, param: Tensor) -> Tensor:
        """The same for one knob `[samples]`; override it instead where each knob is treated alike."""
        return torch.mean(param, dim=0, keepdim=True)

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if "aggregate_param" in cls.__dict__ and "aggregate_params" not in cls.__dict__:
            cls.aggregate_params = _aggregate_each  # type: ignore[method-assign]


def _aggregate_each(self: Any, params: Tensor) -> Tensor:
    rows: List[Tensor] = []
    for row in range(params.size(0)):
        rows.append(self.aggregate_param(params[row]))
    return torch.stack(rows)


class WaveformToWaveform(Wrapper):
    """An effect: sound in, one or more rows of sound out.

    Implement `do_forward_pass(x)`, or `do_forward_pass(x, params)` for a model with knobs:

    Shapes: `x` is `[channels, samples]`, float32, at the model's own rate; the result `[rows, samples]`.
    `params` maps each knob's name to a tensor with one element (or one for each sample where
    `aggregate_params` keeps them), already in the knob's own unit.
    """

    def do_forward_pass(self, x: Tensor) -> Tensor:
        raise NotImplementedError("implement do_forward_pass")

    def forward(self, x: Tensor) -> Tensor:
        return self.do_forward_pass(x)

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if takes_params(cls) and "forward" not in cls.__dict__:
            cls.forward = _forward_with_params  # type: ignore[assignment]


def _forward_with_params(self: Any, x: Tensor, params: Dict[str, Tensor]) -> Tensor:
    result: Tensor = self.do_forward_pass(x, params)
    return result


class WaveformToLabels(Wrapper):
    """A labeller: sound in, class indexes `[labels]` and times `[labels, 2]` in seconds out."""

    def do_forward_pass(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        raise NotImplementedError("implement do_forward_pass")

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.do_forward_pass(x)


class WaveformToWaveformBase(WaveformToWaveform):
    """An effect with the getters of Neutone's SDK; `do_forward_pass` always gets `params`."""

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

    def is_input_mono(self) -> bool:
        return True

    def is_output_mono(self) -> bool:
        return True

    def get_native_sample_rates(self) -> List[int]:
        """Rates in Hz the model was made for; empty means any."""
        return []

    def get_native_buffer_sizes(self) -> List[int]:
        """Block sizes in samples the model was made for; empty means any."""
        return []

    def get_look_behind_samples(self) -> int:
        """Past samples that are put before each block; the last `samples` of the result count."""
        return 0

    def calc_model_delay_samples(self) -> int:
        """Samples by which the model's output lags behind its input, at its own rate."""
        return 0

    def get_wet_default_value(self) -> float:
        return 1.0

    def get_dry_default_value(self) -> float:
        return 0.0

    def get_input_gain_default_value(self) -> float:
        return 0.5

    def get_output_gain_default_value(self) -> float:
        return 0.5


def parameters_of(wrapper: Wrapper) -> List[Parameter]:
    """The knobs a wrapper declares, under either name of the getter."""
    return list(wrapper.get_neutone_parameters()) if takes_params(type(wrapper)) else []


def _texts(said: List[str]) -> tuple[str, ...]:
    """A list of texts; one text alone counts as a list of one."""
    return (said,) if isinstance(said, str) else tuple(said)


def describe(wrapper: Wrapper) -> tuple[Call, ModelCard]:
    """What a wrapper says of itself: how it is called, and its card."""
    card = ModelCard(name=type(wrapper).__name__, parameters=tuple(parameters_of(wrapper)))
    if not isinstance(wrapper, WaveformToWaveformBase):
        labels = isinstance(wrapper, WaveformToLabels)
        return Call(wrapper=True, layout="CT", output_layout="CT", labels=labels), card
    rates = tuple(wrapper.get_native_sample_rates())
    call = Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        channels_in=1 if wrapper.is_input_mono() else 2,
        outputs=(Output(name="output", channels=1 if wrapper.is_output_mono() else 2),),
        sample_rates=rates,
        block_sizes=tuple(wrapper.get_native_buffer_sizes()),
        look_behind=wrapper.get_look_behind_samples(),
        latency=wrapper.calc_model_delay_samples(),
    )
    said = card.model_copy(
        update={
            "name": wrapper.get_model_name(),
            "authors": _texts(wrapper.get_model_authors()),
            "version": wrapper.get_model_version(),
            "short_description": wrapper.get_model_short_description(),
            "long_description": wrapper.get_model_long_description(),
            "technical_description": wrapper.get_technical_description(),
            "technical_links": dict(wrapper.get_technical_links()),
            "tags": _texts(wrapper.get_tags()),
            "citation": wrapper.get_citation(),
            "experimental": wrapper.is_experimental(),
            "sample_rate": rates[0] if len(rates) == 1 else None,
        }
    )
    return call, said
