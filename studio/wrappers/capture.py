"""Turn a wrapper into the TorchScript module that is heard and exported.

Trace first: old hosts load traces that they cannot load as scripts. A trace is checked against the model itself, and
where it is not true to it, the source is compiled instead.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import CompileError, ModelError
from studio.wrappers import torchscript
from studio.wrappers.base import Wrapper
from studio.wrappers.captured import Captured
from studio.wrappers.explain import explain_compile
from studio.wrappers.shell import Core, core_of, shell_around
from studio.wrappers.state import add_reset
from studio.wrappers.torchscript import ScriptModule

LENGTH = 2048  # samples of the first trial where a model takes any length
TOLERANCE = 1e-4  # of the peak: a trace that is further from the model is another model


@dataclass(frozen=True)
class Trial:
    """One input that a capture must answer as the model does."""

    said: str
    x: Tensor
    params: Tensor


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
        call: how it is called; `latency` and `look_behind` go into the shell.
        card: its numeric parameters become the rows of `params`.
        allow_trace: accept a trace that loses something; what it loses is among the facts.
        scriptable: makes the variant of the wrapper that is compiled, where it differs from the traced one.

    Returns: the captured wrapper and sentences about what happened.
    Raises: CompileError that quotes the user's line, ModelError where the model itself fails.
    """
    parameters = [each for each in card.parameters if each.is_numeric]
    wrapper.eval().requires_grad_(False)
    core = core_of(wrapper, parameters, call.labels).eval()
    trials = make_trials(call, card)
    with torch.no_grad():
        traced, doubts = _try_trace(core, trials)
        if traced is not None and not doubts:
            return _finish(traced, call, card, "trace", trials)
        other = core_of(scriptable(), parameters, call.labels).eval() if scriptable else core
        try:
            return _finish(torchscript.script(other), call, card, "script", trials)
        except Exception as error:  # torch.jit raises a dozen unrelated kinds, and the model's own
            if traced is not None and allow_trace:
                captured, facts = _finish(traced, call, card, "trace", trials)
                return captured, [*facts, f"Traced at your wish; what may be lost: {'; '.join(doubts)}."]
            if isinstance(error, ModelError):
                raise
            raise _refusal(error, traced is not None, doubts) from error


def make_trials(call: Call, card: ModelCard) -> list[Trial]:
    """First input, second length, second signal, and every knob alone at another position."""
    numeric = [each for each in card.parameters if each.is_numeric]
    defaults = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)
    first = valid_length(call, LENGTH)
    second = valid_length(call, first + max(call.multiple, first // 2 + 171), other_than=first)
    quiet, loud = _noise(call, first, 1, 0.1), _noise(call, first, 2, 0.9)
    trials = [
        Trial("the first input", quiet, _hold(defaults, first, call)),
        Trial("a second call", quiet, _hold(defaults, first, call)),
        Trial("another signal", loud, _hold(defaults, first, call)),
        Trial("silence", torch.zeros_like(quiet), _hold(defaults, first, call)),
    ]
    if second != first:
        trials.append(Trial("another length", _noise(call, second, 3, 0.3), _hold(defaults, second, call)))
    for row, parameter in enumerate(numeric):
        turned = defaults.clone()
        turned[row] = 0.13 if turned[row] > 0.5 else 0.87
        trials.append(Trial(f"the knob {parameter.name}", quiet, _hold(turned, first, call)))
    return trials


def valid_length(call: Call, wanted: int, other_than: int = 0) -> int:
    """A length the model takes, near `wanted`."""
    if call.block_sizes:
        sizes = [size for size in call.block_sizes if size != other_than] or list(call.block_sizes)
        return min(sizes, key=lambda size: abs(size - wanted))
    least = max(wanted, call.min_block)
    return -(-least // call.multiple) * call.multiple


def _noise(call: Call, length: int, seed: int, level: float) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(call.channels_in, length + call.look_behind, generator=generator) * 2 - 1) * level


def _hold(positions: Tensor, length: int, call: Call) -> Tensor:
    return positions.expand(positions.shape[0], length + call.look_behind).contiguous()


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
    for trial in trials:
        try:
            if not _agree(_run(model, trial), _run(traced, trial)):
                lost.append(f"{trial.said} is not followed")
        except RuntimeError:
            lost.append(f"{trial.said} fails")
    if any(
        trial.said in ("a second call", "another signal") and f"{trial.said} is not followed" in lost
        for trial in trials
    ):
        return None, lost
    return traced, lost


def _fresh(core: Core, traced: ScriptModule) -> ScriptModule:
    """Tracing ran the model and so moved its state: put the first state back."""
    initial = {name: value.detach().clone() for name, value in core.named_buffers()}
    for name, value in traced.named_buffers():
        if name in initial and initial[name].shape == value.shape:
            value.copy_(initial[name])
    return traced


def _run(module: nn.Module, trial: Trial) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
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


def _finish(
    core: ScriptModule, call: Call, card: ModelCard, how: str, trials: list[Trial]
) -> tuple[Captured, list[str]]:
    n_params = trials[0].params.shape[0]
    shell = shell_around(core, call, n_params, _writes(core, trials[0]))
    module = torchscript.script(shell.eval())
    block = trials[0].x.shape[1] - call.look_behind
    x, params = trials[0].x[:, :block], trials[0].params[:, :block]

    def twice(called: ScriptModule) -> None:
        for turned in (params, (params + 0.37) % 1):  # a state may follow a knob
            called(x.clone(), turned.clone())

    try:
        changed = add_reset(module, twice)
    except RuntimeError as error:
        raise ModelError(f"The model fails when it is called: {_reason(error)}", "Try it in Python first.") from error
    found = call.model_copy(update={"stateful": call.stateful or any(each.startswith("core.") for each in changed)})
    return Captured(module, found, card, how), []


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
