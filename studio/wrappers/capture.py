"""Turn a wrapper into the TorchScript module that is heard and exported.

Trace first: old hosts load traces that they cannot load as scripts. A trace is checked against the model itself, and
where it is not true to it, the source is compiled instead.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.errors import CompileError, ModelError
from studio.wrappers import torchscript
from studio.wrappers.base import Wrapper
from studio.wrappers.captured import Captured
from studio.wrappers.decoding import label_shell
from studio.wrappers.explain import refused
from studio.wrappers.generative import NonRealtimeBase
from studio.wrappers.generative_shell import capture_generative
from studio.wrappers.shell import core_of
from studio.wrappers.state import add_reset, path_to_core
from studio.wrappers.torchscript import ScriptModule
from studio.wrappers.traced import Traced, follows, try_trace
from studio.wrappers.treated import as_heard, settled, shell_around
from studio.wrappers.trials import LENGTH, Trial, at_another_rate, make_trials, tell, valid_length

UNLIKE = "Hooks and decorators around forward are not compiled: put what they do into forward."


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
            tell(core, trials[0])
            trials.append(at_another_rate(trials[0], call))
        traced = try_trace(core, trials, call)
        if traced.module is not None and not traced.lost:
            return _finish(traced.module, call, card, "trace", trials), []
        other = core_of(scriptable(), parameters).eval() if scriptable else core
        tell(other, trials[0])
        try:
            compiled = torchscript.script(other)
            if lost := follows(core, compiled, trials):
                raise CompileError(f"Compiled, it answers otherwise: {'; '.join(lost)}.", UNLIKE)
            return _finish(compiled, call, card, "script", trials), []
        except Exception as error:  # torch.jit raises a dozen unrelated kinds, and the model's own
            if traced.module is not None and allow_trace:
                captured = _finish(traced.module, call, card, "trace", trials)
                return captured, [f"Traced at your wish; what may be lost: {'; '.join(traced.lost)}."]
            if isinstance(error, ModelError):
                raise
            raise _refusal(error, traced) from error


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


def _refusal(error: BaseException, traced: Traced) -> CompileError:
    """Why it cannot be compiled, how to mend that, and what a recording would lose."""
    losses = "; ".join(traced.lost[:3])
    if traced.module is not None:
        more = f"Or accept a recording of it (--trace), which loses something: {losses}."
        return refused(error, more, ["trace"], traced.looks)
    more = f"A recording of it (trace) would be another model: {losses}." if losses else ""
    return refused(error, more, looks=traced.looks)
