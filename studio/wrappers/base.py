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
from studio.document.treatment import Decoding
from studio.wrappers.neutone_model import MAX_N_PARAMS, NeutoneModel, card_of
from studio.wrappers.neutone_parameters import plain


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


class Labeller(Wrapper):
    """What all labellers may say of themselves."""

    def get_labels(self) -> List[str]:
        """Names of the classes, in order; the card's own count where it has some."""
        return []

    def get_decoding(self) -> Decoding | None:
        """How probabilities become labels; None leaves it to the defaults and to a trial."""
        return None


class WaveformToLabels(Labeller):
    """A labeller: sound in, class indexes `[labels]` and times `[labels, 2]` in seconds out.

    Instead of indexes it may return probabilities `[rows, classes]` with the times of the rows: labels are made
    of them as `get_decoding` says.
    """

    def do_forward_pass(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        raise NotImplementedError("implement do_forward_pass")

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.do_forward_pass(x)


class FrameLabels(Labeller):
    """A labeller that scores classes frame by frame: sound in, `[classes, frames]` out.

    Labels are made of the scores inside the exported module. Where `get_decoding` says nothing the hop from frame
    to frame is found by trial.
    """

    def do_forward_pass(self, x: Tensor) -> Tensor:
        raise NotImplementedError("implement do_forward_pass")

    def forward(self, x: Tensor) -> Tensor:
        return self.do_forward_pass(x)


class WaveformToWaveformBase(NeutoneModel, WaveformToWaveform):
    """An effect with the getters of Neutone's SDK; `do_forward_pass` always gets `params`.

    Args:
        model: the network; it is put in evaluation mode and kept as `self.model`.
        use_debug_mode: taken for the SDK's sake; a captured model never checks itself.
    """

    ranges_are_shown_only = False  # True: knobs deliver 0…1 whatever their range says, as in the SDK

    def __init__(self, model: nn.Module | None = None, use_debug_mode: bool = False) -> None:  # noqa: ARG002
        super().__init__()
        if model is not None:
            model.eval()
            self.model = model
        self.use_debug_mode = False
        self.MAX_N_PARAMS = MAX_N_PARAMS

    def is_input_mono(self) -> bool:
        return True

    def is_output_mono(self) -> bool:
        return True

    def get_look_behind_samples(self) -> int:
        """Past samples that are put before each block; the last `samples` of the result count."""
        return 0


AudacityModel = Wrapper  # the names of audacitorch's newer versions
WaveformToLabelsBase = WaveformToLabels


def parameters_of(wrapper: Wrapper) -> List[Parameter]:
    """The knobs a wrapper declares, under either name of the getter."""
    if not takes_params(type(wrapper)):
        return []
    shown_only = isinstance(wrapper, WaveformToWaveformBase) and wrapper.ranges_are_shown_only
    declared = [plain(each) for each in wrapper.get_neutone_parameters()]
    return [each.model_copy(update={"maps": False}) if shown_only else each for each in declared]


def describe(wrapper: Wrapper) -> tuple[Call, ModelCard]:
    """What a wrapper says of itself: how it is called, and its card."""
    card = ModelCard(name=type(wrapper).__name__, parameters=tuple(parameters_of(wrapper)))
    if isinstance(wrapper, Labeller):
        call = Call(wrapper=True, layout="CT", output_layout="CT", labels=True, decoding=wrapper.get_decoding())
        return call, card.model_copy(update={"labels": tuple(wrapper.get_labels())})
    if not isinstance(wrapper, WaveformToWaveformBase):
        return Call(wrapper=True, layout="CT", output_layout="CT"), card
    call = Call(
        wrapper=True,
        layout="CT",
        output_layout="CT",
        channels_in=1 if wrapper.is_input_mono() else 2,
        outputs=(Output(name="output", channels=1 if wrapper.is_output_mono() else 2),),
        sample_rates=tuple(wrapper.get_native_sample_rates()),
        block_sizes=tuple(wrapper.get_native_buffer_sizes()),
        look_behind=wrapper.get_look_behind_samples(),
        latency=wrapper.calc_model_delay_samples(),
    )
    return call, card.model_copy(update=card_of(wrapper))
