"""Turn a wrapper into the TorchScript module that is heard and exported.

Trace first: old hosts load traces that they cannot load as scripts. A trace is checked against the model itself, and
where it is not true to it, the source is compiled instead.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import CompileError, ModelError
from studio.wrappers import torchscript
from studio.wrappers.base import Wrapper
from studio.wrappers.captured import Captured
from studio.wrappers.decoding import label_shell
from studio.wrappers.explain import explain_compile
from studio.wrappers.generative import NonRealtimeBase
from studio.wrappers.generative_shell import capture_generative
from studio.wrappers.shell import ANY_RATE, Core, core_of
from studio.wrappers.spectral_shell import shown
from studio.wrappers.state import add_reset, path_to_core
from studio.wrappers.torchscript import ScriptModule
from studio.wrappers.treated import as_heard, settled, shell_around

LENGTH = 2048  # samples of the first trial where a model takes any length
TOLERANCE = 1e-4  # of the peak: a trace that is further from the model is another model


@dataclass(frozen=True)
class Trial:
    """One input that a capture must answer as the model does; `told` is the rate and block announced before it."""

    said: str
    x: Tensor
    params: Tensor
    told: tuple[int, int] | None = None


def capture(
    wrapper: Wrapper,
    call: Call,
    card: ModelCard,
    *,
    allow_trace: bool = False,
    scriptable: Callable[[], Wrapper] | None = None,
) -> tuple[Captured, list[str]]:
    """Capture a wrapper.

    Args:
        wrapper: in evaluation mode.
        call: how it is called; its treatments go into the shell, and the call of what is captured says what is
            left for a host to know.
        card: its numeric parameters become the rows of `params`.
        allow_trace: accept a trace that loses something; what it loses is among the facts.
        scriptable: makes the variant of the wrapper that is compiled, where it differs from the traced one.

    Returns: the captured wrapper and sentences about what happened.
    Raises: CompileError that quotes the user's line, ModelError where the model itself fails.
    """
    if isinstance(wrapper, NonRealtimeBase):
        return capture_generative(wrapper, call, card)
    parameters = [each for each in card.parameters if each.is_numeric]
    wrapper.eval().requires_grad_(False)
    call = settled(call)
    core = core_of(wrapper, parameters).eval()
    trials = make_trials(call, card)
    with torch.no_grad():
        if hasattr(core, "tell"):
            _tell(core, trials[0])
            trials.append(_at_another_rate(trials[0], call))
        traced, doubts = _try_trace(core, trials)
        if traced is not None and not doubts:
            return _finish(traced, call, card, "trace", trials), []
        other = core_of(scriptable(), parameters).eval() if scriptable else core
        _tell(other, trials[0])
        try:
            return _finish(torchscript.script(other), call, card, "script", trials), []
        except Exception as error:  # torch.jit raises a dozen unrelated kinds, and the model's own
            if traced is not None and allow_trace:
                captured = _finish(traced, call, card, "trace", trials)
                return captured, [f"Traced at your wish; what may be lost: {'; '.join(doubts)}."]
            if isinstance(error, ModelError):
                raise
            raise _refusal(error, traced is not None, doubts) from error


def make_trials(call: Call, card: ModelCard) -> list[Trial]:
    """First input, second length, second signal, and every knob alone at another position."""
    numeric = [each for each in card.parameters if each.is_numeric]
    defaults = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)
    first = valid_length(call, LENGTH) if call.spectrum is None else call.spectrum.frames * call.spectrum.hop
    longer = first + max(call.multiple, first // 2 + 171)
    second = first if call.spectrum else valid_length(call, longer, other_than=first)
    quiet, loud = _noise(call, first, 1, 0.1), _noise(call, first, 2, 0.9)
    rate = call.sample_rates[0] if call.sample_rates else ANY_RATE
    now = (rate, first)
    trials = [
        Trial("the first input", quiet, _hold(defaults, first, call), now),
        Trial("a second call", quiet, _hold(defaults, first, call)),
        Trial("another signal", loud, _hold(defaults, first, call)),
        Trial("silence", torch.zeros_like(quiet), _hold(defaults, first, call)),
    ]
    if second != first:
        trials.append(
            Trial("another length", _noise(call, second, 3, 0.3), _hold(defaults, second, call), (rate, second))
        )
    for row, parameter in enumerate(numeric):
        turned = defaults.clone()
        turned[row] = 0.13 if turned[row] > 0.5 else 0.87
        trials.append(Trial(f"the knob {parameter.name}", quiet, _hold(turned, first, call), now))
    return trials


def valid_length(call: Call, wanted: int, other_than: int = 0) -> int:
    """A length the model takes, near `wanted`."""
    if call.block_sizes:
        sizes = [size for size in call.block_sizes if size != other_than] or list(call.block_sizes)
        return min(sizes, key=lambda size: abs(size - wanted))
    least = max(wanted, call.min_block)
    return -(-least // call.multiple) * call.multiple


def _noise(call: Call, length: int, seed: int, level: float) -> Tensor:
    """What the core is given: the block and its surroundings, or their spectra."""
    if call.spectrum is not None:
        return shown(call.spectrum, call, seed, level)
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(call.channels_in, length + _surroundings(call), generator=generator) * 2 - 1) * level


def _hold(positions: Tensor, length: int, call: Call) -> Tensor:
    return positions.expand(positions.shape[0], length + _surroundings(call)).contiguous()


def _surroundings(call: Call) -> int:
    """Samples that the core is given beside the block."""
    return 0 if call.spectrum else call.look_behind + call.look_ahead


def _try_trace(core: Core, trials: list[Trial]) -> tuple[ScriptModule | None, list[str]]:
    """A trace and what it may lose; None where tracing fails or is plainly another model than the one traced."""
    try:
        tracer, model = copy.deepcopy(core), copy.deepcopy(core)
        torch.manual_seed(0)
        traced, doubts = torchscript.trace(tracer, (trials[0].x, trials[0].params))
        traced = _fresh(core, traced)
    except Exception:  # whatever the model does under a trace; its source is tried next and tells the reason
        return None, []
    lost = list(doubts)
    played = copy.deepcopy(traced)  # what is kept stays in its first state
    for trial in trials:
        try:
            if not _agree(_run(model, trial), _run(played, trial)):
                lost.append(f"{trial.said} is not followed")
        except Exception:  # a model says no in its own words, a trace in torch's
            lost.append(f"{trial.said} fails")
    if _forgets(core, model, played, trials[0]):
        return None, [*lost, "what it remembers is not followed"]
    if any(
        trial.said in ("a second call", "another signal") and f"{trial.said} is not followed" in lost
        for trial in trials
    ):
        return None, lost
    return traced, lost


def _forgets(core: Core, model: Core, played: ScriptModule, trial: Trial) -> bool:
    """Whether the model remembers something that the trace does not, and that is heard sooner or later.

    A trace keeps buffers that are written in place; what is assigned anew it takes for a constant. A long delay
    shows that only after the trials, so what it holds is replaced by noise, and both are heard at once.
    """
    first, kept = dict(_tensors(core)), dict(played.named_buffers())
    for path, value in _tensors(model):
        before = first.get(path)
        moved = before is None or before.shape != value.shape or not torch.equal(before, value)
        if not moved or (path in kept and kept[path].shape == value.shape and torch.equal(kept[path], value)):
            continue
        one, other = copy.deepcopy(model), copy.deepcopy(model)
        owner, _, name = path.rpartition(".")
        setattr(other.get_submodule(owner), name, value + torch.rand_like(value))
        if not _agree(_run(one, trial), _run(other, trial)):
            return True
    return False


def _tensors(core: Core) -> Iterator[tuple[str, Tensor]]:
    """Every floating-point tensor a module holds as a buffer or as a plain attribute."""
    for prefix, module in core.named_modules():
        held = {**dict(module.named_buffers(recurse=False)), **vars(module)}
        for name, value in held.items():
            if isinstance(value, Tensor) and value.is_floating_point() and value.numel():
                yield (f"{prefix}.{name}" if prefix else name), value


def _fresh(core: Core, traced: ScriptModule) -> ScriptModule:
    """Tracing ran the model and so moved its state: put the first state back."""
    initial = {name: value.detach().clone() for name, value in core.named_buffers()}
    for name, value in traced.named_buffers():
        if name in initial and initial[name].shape == value.shape:
            value.copy_(initial[name])
    return traced


def _tell(module: nn.Module, trial: Trial) -> None:
    """Announce rate and block to a model that wants to know."""
    if trial.told is not None and hasattr(module, "tell"):
        rate, block = trial.told
        core: Any = module
        core.tell(rate, block)


def _at_another_rate(first: Trial, call: Call) -> Trial:
    """The first input again, at another rate that the model takes: a trace keeps what it computed from the first."""
    rate, block = first.told or (ANY_RATE, LENGTH)
    others = [each for each in call.sample_rates or (2 * rate,) if each != rate]
    return replace(first, said="another sample rate", told=((others or [rate])[0], block))


def _run(module: nn.Module, trial: Trial) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    _tell(module, trial)
    made = module(trial.x.clone(), trial.params.clone())
    return made if isinstance(made, tuple) else (made,)


def _agree(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> bool:
    for a, b in zip(one, other, strict=True):
        if a.shape != b.shape:
            return False
        peak = float(a.abs().max()) if a.numel() else 0.0
        if a.numel() and not float((a - b).abs().max()) <= TOLERANCE * max(peak, 1e-3):
            return False
    return True


def _finish(core: ScriptModule, call: Call, card: ModelCard, how: str, trials: list[Trial]) -> Captured:
    """What is heard: the shell around a captured core, with a reset."""
    numeric = [each for each in card.parameters if each.is_numeric]
    shell = label_shell(core, call) if call.labels else shell_around(core, call, numeric, _writes(core, trials[0]))
    module = torchscript.script(shell.eval())
    heard = call if call.labels else as_heard(call, int(module.latency()))
    block = valid_length(heard, LENGTH)
    x = (torch.rand(call.channels_in, block, generator=torch.Generator().manual_seed(4)) * 2 - 1) * 0.1
    params = trials[0].params[:, :1].expand(-1, block)

    def thrice(called: ScriptModule) -> None:  # a state may come back every second time, or follow a knob
        for turned in (params, (params + 0.37) % 1, params):
            called(x.clone(), turned.contiguous())

    try:
        changed = add_reset(module, thrice)
    except Exception as error:  # the model's own words
        raise ModelError(f"The model fails when it is called: {_reason(error)}", "Try it in Python first.") from error
    remembers = any(each.startswith(f"{path_to_core(module)}.") for each in changed)
    found = heard.model_copy(update={"stateful": heard.stateful or remembers})
    if call.decoding is not None:  # its shell takes any length
        found = found.model_copy(update={"block_sizes": (), "min_block": 1, "multiple": 1})
    return Captured(module, found, card, how)


def _writes(core: ScriptModule, trial: Trial) -> bool:
    """Whether the model changes the tensors it is given."""
    x, params = trial.x.clone(), trial.params.clone()
    copy.deepcopy(core)(x, params)
    return not (torch.equal(x, trial.x) and torch.equal(params, trial.params))


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _refusal(error: BaseException, has_trace: bool, doubts: list[str]) -> CompileError:
    sentence = explain_compile(error)
    if has_trace:
        hint = f"It can be traced (--trace), which loses something: {'; '.join(doubts[:3])}."
    else:
        hint = "A trace would be another model; change that line."
    return CompileError(sentence, hint, fields=["trace"] if has_trace else ())
