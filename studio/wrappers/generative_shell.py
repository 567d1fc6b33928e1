"""Capture a model that makes its sound as a whole: its source is compiled, with every kind of parameter."""

import copy
from typing import Any, Dict, List

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter, tokens_of
from studio.errors import ModelError
from studio.wrappers import torchscript
from studio.wrappers.captured import Captured
from studio.wrappers.explain import refused
from studio.wrappers.generative import NonRealtimeBase
from studio.wrappers.knobs import KnobMap
from studio.wrappers.shell import SERIALS
from studio.wrappers.state import add_reset
from studio.wrappers.torchscript import ScriptModule

LENGTH = 16384  # samples of the first trial
ANY_RATE = 48000  # Hz


class GenerativeCore(nn.Module):
    """The author's wrapper, called with knob positions `[n_params, n]` 0…1."""

    names: List[str]

    def __init__(self, wrapper: NonRealtimeBase, parameters: List[Parameter]) -> None:
        super().__init__()
        self.wrapper: Any = wrapper
        self.knobs = KnobMap(parameters)
        self.names = [each.name for each in parameters]

    def forward(
        self, index: int, audio_in: List[Tensor], params: Tensor, text: List[str], tokens: List[List[int]]
    ) -> List[Tensor]:
        named: Dict[str, Tensor] = {}
        if len(self.names) > 0:
            mapped = self.knobs(self.wrapper.aggregate_numerical_params_0to1(params))
            for row, name in enumerate(self.names):
                named[name] = mapped[row]
        return self.wrapper.do_forward_pass(index, audio_in, named, text, tokens)

    @torch.jit.export
    def tell(self, sample_rate: int, samples: int) -> None:
        """Announce the rate in Hz and the samples of each block."""
        self.wrapper.current_model_sample_rate = sample_rate
        self.wrapper.current_model_buffer_size = samples
        self.wrapper.set_model_sample_rate_and_buffer_size(sample_rate, samples)

    @torch.jit.export
    def reset_model(self) -> None:
        self.wrapper.set_progress_percentage(0.0)
        self.wrapper.cancel_forward_pass_requested = False
        self.wrapper.reset_model()

    @torch.jit.export
    def progress(self) -> float:
        return self.wrapper.progress_percentage

    @torch.jit.export
    def cancel(self) -> None:
        self.wrapper.request_cancel_forward_pass()

    @torch.jit.export
    def is_cancelled(self) -> bool:
        return self.wrapper.should_cancel_forward_pass()


class GenerativeShell(nn.Module):
    """A compiled model as everything else sees it, and as Neutone Gen's package calls it.

    Shapes: `forward`: x `[channels of all input tracks, n]`, params `[n_params, n]` 0…1 → `[channels of all output
    tracks, m]`, with text and tokens at their defaults. `generate`: the tracks apart, text and tokens given.
    """

    __constants__ = ("serial",)

    into: List[int]
    out: List[int]
    in_labels: List[str]
    out_labels: List[str]
    text: List[str]
    tokens: List[List[int]]

    def __init__(self, core: nn.Module, wrapper: NonRealtimeBase, parameters: List[Parameter], latency: int) -> None:
        super().__init__()
        self.serial = next(SERIALS)  # torch shares a type among modules that look alike; `reset` belongs to one only
        self.core: Any = core
        self.index, self.own_latency = 0, latency
        self.into, self.out = list(wrapper.get_audio_in_channels()), list(wrapper.get_audio_out_channels())
        self.in_labels, self.out_labels = list(wrapper.get_audio_in_labels()), list(wrapper.get_audio_out_labels())
        self.one_shot, self.has_progress = wrapper.is_one_shot_model(), wrapper.has_progress_percentage()
        bpm = wrapper.get_model_bpm()
        self.bpm = -1 if bpm is None else bpm
        self.tokenizer, self.tokenizer_type = wrapper.get_tokenizer_str(), wrapper.get_tokenizer_type() or ""
        self.text = [each.text for each in parameters if each.kind == "text"]
        self.tokens = [tokens_of(each.text) for each in parameters if each.kind == "tokens"]

    def forward(self, x: Tensor, params: Tensor) -> Tensor:
        tracks: List[Tensor] = []
        row = 0
        for count in self.into:
            tracks.append(x[row : row + count])
            row += count
        made = self.core(self.index, tracks, params, self.text, self.tokens)
        self.index += 1
        return torch.cat(made, 0)

    @torch.jit.export
    def generate(
        self, index: int, audio_in: List[Tensor], params: Tensor, text: List[str], tokens: List[List[int]]
    ) -> List[Tensor]:
        return self.core(index, audio_in, params, text, tokens)

    @torch.jit.export
    def prepare(self, sample_rate: int, block: int) -> None:
        self.core.tell(sample_rate, block)

    @torch.jit.export
    def latency(self) -> int:
        return self.own_latency


def capture_generative(wrapper: NonRealtimeBase, call: Call, card: ModelCard) -> tuple[Captured, list[str]]:
    """Compile a model. Raises: CompileError that quotes the user's line, ModelError where it breaks its own word."""
    parameters = list(card.parameters)
    numeric = [each for each in parameters if each.is_numeric]
    wrapper.eval().requires_grad_(False)
    core = GenerativeCore(wrapper, numeric)
    rate = call.sample_rates[0] if call.sample_rates else ANY_RATE
    length = call.block_sizes[0] if call.block_sizes else LENGTH
    core.tell(rate, length)
    try:
        shell = GenerativeShell(torchscript.script(core), wrapper, parameters, call.latency)
        module = torchscript.script(shell.eval())
    except Exception as error:  # torch.jit raises a dozen unrelated kinds
        raise refused(error, "Models for Neutone Gen are compiled, not recorded.") from error
    positions = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(call.channels_in, length, generator=generator) * 0.2 - 0.1

    def twice(called: ScriptModule) -> None:
        for turned in (positions, (positions + 0.37) % 1):
            called(x.clone(), turned.expand(-1, length).contiguous())

    with torch.no_grad():
        _require_its_word(copy.deepcopy(module), call, x, positions.expand(-1, length).contiguous())
        try:
            changed = add_reset(module, twice)
        except RuntimeError as error:
            raise ModelError(f"The model fails when it is called: {_last_line(error)}") from error
    stateful = any(each.startswith("core.") and "progress" not in each for each in changed)
    return Captured(module, call.model_copy(update={"stateful": stateful}), card, "script"), []


def _require_its_word(module: Any, call: Call, x: Tensor, params: Tensor) -> None:
    """Raise ModelError unless it gives the tracks that it declares."""
    try:
        tracks = list(torch.split(x, module.into)) if module.into else []
        made = module.generate(0, tracks, params, module.text, module.tokens)
    except RuntimeError as error:
        raise ModelError(
            f"The model fails when it is called: {_last_line(error)}", "Try it in Python first."
        ) from error
    given = [int(each.size(0)) if each.dim() == 2 else 0 for each in made]
    wanted = [each.channels for each in call.outputs]
    lengths = {int(each.size(-1)) for each in made}
    if given != wanted or len(lengths) != 1 or 0 in lengths:
        shapes = ", ".join(str(list(each.shape)) for each in made)
        hint = "Return a [channels, samples] for each track of get_audio_out_channels, all of one length."
        raise ModelError(f"The model should give tracks of {wanted} channels, and gives {shapes or 'none'}.", hint)


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__
