"""Give the convolutions of a model that was found caches instead of padding, and prove that it is the same model."""

from __future__ import annotations

import copy
import math
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.document.call import Call, Key, samples_said
from studio.document.parameter import Parameter
from studio.errors import StudioError
from studio.loading.fit import Flattened, Trimmed
from studio.loading.trial import arrange, given, grouped
from studio.loading.uncut import reaching
from studio.wrappers.adapter import Nested, make_adapter
from studio.wrappers.base import WaveformToWaveform, Wrapper, takes_params
from studio.wrappers.caching.convert import Cached, convert, prove
from studio.wrappers.caching.recording import CannotCache, Enter
from studio.wrappers.shell import core_of
from studio.wrappers.trials import valid_length

LENGTH = 4096  # samples of the block that is followed
SAME = 1e-5  # of the peak: −100 dB
SLOW = 1.0  # seconds for a block that is followed: what takes longer is not tried unasked
CACHED_FIELDS = (
    "latency", "multiple", "min_block", "block_sizes", "look_behind", "stateful", "method", "output_key", "nesting",
)  # fmt: skip
CONVOLUTIONS = (nn.Conv1d, nn.ConvTranspose1d)


@dataclass(frozen=True)
class Way:
    """How a model is entered, without the layer of ours that cuts its answer.

    Attributes:
        model: what is converted.
        enter: calls it.
        inputs: of one call, the sound first.
        axis: of time in the sound.
        start: samples that the layer of ours cut from the beginning of the answer.
        call: how what is converted is called.
    """

    model: nn.Module
    enter: Enter
    inputs: dict[str, Any]
    axis: int
    start: int
    call: Call


def cache_model(module: nn.Module, call: Call, parameters: Sequence[Parameter], folder: Path) -> tuple[nn.Module, Call]:
    """The model with caches, and how it is called then.

    Args:
        module: as it was found, with the layer that cuts its answer.
        call: as it was found.
        parameters: the knobs.
        folder: for adapters.

    Raises: CannotCache that names what cannot keep its past, or says by how much the results differ.
    """
    if call.stateful or call.random or any(each.role == "state" for each in call.arguments):
        why = "is random" if call.random else "keeps state already"
        raise _cannot(f"It {why}.")
    call = _flat(module, call)
    try:
        way = _way(module, call, parameters)
        shift = _shift(module, way, call, parameters, folder)
        cached = convert(way.model, way.inputs, way.axis, way.enter, shift)
        if cached.rate != Fraction(*call.ratio):
            raise CannotCache("Its rate is not what was found.")
        changed = _changed(way.call, cached, shift)
        made = _as_wrapper(module, cached.module) if isinstance(module, Wrapper) else cached.module
        _require_same(way, made, changed, cached, parameters, folder)
    except CannotCache as error:
        raise _cannot(error.sentence) from error
    return made, changed


def can_cache(module: nn.Module, call: Call, parameters: Sequence[Parameter], folder: Path) -> tuple[str, Call | None]:
    """Why the convolutions of a model cannot keep their past, or nothing and the call that it would have then."""
    try:
        return "", cache_model(module, call, parameters, folder)[1]
    except StudioError as error:
        return error.sentence, None
    except RuntimeError as error:  # the model's own, at a length that only the proof tries
        return str(error).splitlines()[0], None


def _flat(module: nn.Module, call: Call) -> Call:
    """The call of the layer of ours around a model: it does itself what is nested."""
    return call.model_copy(update={"nesting": None, "method": "forward"}) if isinstance(module, Nested) else call


def offer_caches(module: nn.Module, call: Call, parameters: Sequence[Parameter], folder: Path) -> list[str]:
    """A sentence that offers caches, where convolutions are padded anew for every block and it is proved to work."""
    pads = any(isinstance(each, CONVOLUTIONS) and max(each.kernel_size) > 1 for each in module.modules())
    if not pads or call.labels or call.stateful or call.random or isinstance(module, torch.jit.ScriptModule):
        return []
    begun = time.thread_time()
    try:
        call = _flat(module, call)
        silence = torch.zeros(call.channels_in, call.look_behind + valid_length(call, LENGTH))
        _rows(module, call, parameters, folder)(silence)
    except (StudioError, RuntimeError):
        return []
    if time.thread_time() - begun > SLOW:
        return []
    reason, changed = can_cache(module, call, parameters, folder)
    if reason or changed is None:
        return []
    gain = "less work for each block" if call.look_behind else "no clicks at block edges"
    delay = f"{samples_said(changed.latency)} of delay" if changed.latency else "no delay"
    return [f"Its convolutions can keep their past (--call cached=true): {gain}, {delay}."]


def _cannot(why: str) -> CannotCache:
    hint = "Leave cached away; look_behind or overlap suit any model."
    return CannotCache(f"The convolutions cannot keep their past. {why}", hint, fields=["cached"])


def _way(module: nn.Module, call: Call, parameters: Sequence[Parameter]) -> Way:
    length = call.look_behind + valid_length(call, LENGTH)
    sound = (torch.rand(call.channels_in, length, generator=torch.Generator().manual_seed(5)) * 2 - 1) * 0.3
    if isinstance(module, Wrapper):
        return _way_of_wrapper(module, sound, call)
    inputs = {"sound": arrange(sound, call.layout), **given(call.arguments)}
    axis = call.layout.index("T")
    plain = call.model_copy(update={"look_behind": 0, "cached": True})
    if isinstance(module, Flattened):
        model, keys, way, method = module.model, module.keys, module.way, module.method

        def enter(root: nn.Module, held: dict[str, Any]) -> Any:
            rest = {key: value for key, value in held.items() if key != "sound"}
            made = getattr(root, method)(held["sound"], **grouped(way, rest, length))
            picked = tuple(_picked(made, key) for key in keys)
            return picked[0] if len(picked) == 1 else picked

        start = module.start
    else:
        model, start, method = module, 0, call.method
        if isinstance(module, Trimmed):
            model, start, method = module.model, module.start, module.method

        def enter(root: nn.Module, held: dict[str, Any]) -> Any:
            rest = {key: value for key, value in held.items() if key != "sound"}
            return getattr(root, method)(held["sound"], **rest)

        plain = plain.model_copy(update={"method": "forward"})
    model = copy.deepcopy(model)
    for parameter in parameters:
        _make_turnable(model, parameter)
    return Way(model, enter, inputs, axis, start, plain)


def _way_of_wrapper(wrapper: Wrapper, sound: Tensor, call: Call) -> Way:
    names = [each.name for each in wrapper.get_neutone_parameters()] if takes_params(type(wrapper)) else []
    inputs: dict[str, Any] = {"sound": sound, **{f"knob_{at}": torch.full([1], 0.5) for at in range(len(names))}}

    def enter(root: nn.Module, held: dict[str, Any]) -> Any:
        assert isinstance(root, Wrapper)
        if not takes_params(type(root)):
            return root.do_forward_pass(held["sound"])  # type: ignore[operator]
        params = {name: held[f"knob_{at}"] for at, name in enumerate(names)}
        return root.do_forward_pass(held["sound"], params)  # type: ignore[operator]

    plain = call.model_copy(update={"look_behind": 0, "cached": True})
    return Way(wrapper, enter, inputs, 1, 0, plain)


def _picked(made: Any, key: Key) -> Any:
    for step in key:
        made = getattr(made, step[1:]) if isinstance(step, str) and step.startswith(".") else made[step]
    return made


def _make_turnable(model: nn.Module, parameter: Parameter) -> None:
    """A knob may turn a number of the model only where that is a tensor, which a recording follows."""
    if not parameter.drives.startswith("attribute:"):
        return
    path, _, leaf = parameter.drives.removeprefix("attribute:").rpartition(".")
    owner = model.get_submodule(path)
    held = getattr(owner, leaf)
    delattr(owner, leaf)
    owner.register_buffer(leaf, torch.as_tensor(held, dtype=torch.float32).detach().clone())


def _shift(module: nn.Module, way: Way, call: Call, parameters: Sequence[Parameter], folder: Path) -> int:
    """Output samples by which the model lags by itself: what was found, less what was done about it."""
    length = valid_length(call, LENGTH)
    x = torch.zeros(call.channels_in, call.look_behind + length)
    made = _rows(module, call, parameters, folder)(x).shape[1]
    ratio = Fraction(*call.ratio)
    first = way.start + made - min(made, int(length * ratio)) - int(ratio * call.look_behind)
    return round(ratio * call.latency) + first


def _rows(module: nn.Module, call: Call, parameters: Sequence[Parameter], folder: Path) -> Callable[[Tensor], Tensor]:
    """Rows from sound, with every knob at its default."""
    numeric = [each for each in parameters if each.is_numeric]
    inside = reaching(module, parameters)
    wrapper = module if isinstance(module, Wrapper) else make_adapter(module, "model", call, inside, folder)
    core = core_of(copy.deepcopy(wrapper).eval(), numeric)
    positions = torch.tensor([each.default_position for each in numeric]).reshape(-1, 1)

    def rows(x: Tensor) -> Tensor:
        with torch.no_grad():
            made = core(x, positions.expand(-1, x.shape[1]).contiguous())
        assert isinstance(made, Tensor)
        return made

    return rows


def _changed(call: Call, cached: Cached, shift: int) -> Call:
    latency = (shift + cached.late) / cached.rate
    multiple = cached.multiple
    return call.model_copy(
        update={
            "latency": int(latency), "multiple": multiple, "min_block": multiple, "block_sizes": (),
            "look_behind": 0, "stateful": True, "cached": True,
        }
    )  # fmt: skip


def _require_same(
    way: Way, made: nn.Module, call: Call, cached: Cached, parameters: Sequence[Parameter], folder: Path
) -> None:
    offline: nn.Module = way.model
    if not isinstance(offline, Wrapper):
        offline = _Entered(way.model, way.enter)
    whole = _rows(offline, call, parameters, folder)
    streamed = _rows(made, call, parameters, folder)
    distance = prove(whole, streamed, cached, call.channels_in, math.lcm(cached.multiple, way.call.multiple))
    if not distance <= SAME:
        level = 20 * math.log10(distance) if 0 < distance < math.inf else 0.0
        raise CannotCache(f"With caches it differs from itself by {level:.0f} dB.")


class _Entered(Trimmed):
    """A model called as the recording was."""

    def __init__(self, model: nn.Module, enter: Enter) -> None:
        super().__init__(model, 0, 0)
        self.enter = enter

    def forward(self, x: Tensor, **named: Any) -> Any:
        return self.enter(self.model, {"sound": x, **named})


class _CachedPlain(WaveformToWaveform):
    def do_forward_pass(self, x: Tensor) -> Tensor:
        made: Tensor = self.model(x)
        return made


class _CachedKnobs(WaveformToWaveform):
    names: list[str]

    def do_forward_pass(self, x: Tensor, params: dict[str, Tensor]) -> Tensor:  # type: ignore[override]
        made: Tensor = self.model(x, *[params[name] for name in self.names])
        return made


def _as_wrapper(origin: nn.Module, network: nn.Module) -> Wrapper:
    assert isinstance(origin, Wrapper)
    if not takes_params(type(origin)):
        return _CachedPlain(network)
    made = _CachedKnobs(network)
    declared = origin.get_neutone_parameters()
    made.names = [each.name for each in declared]
    made.get_parameters = lambda: list(declared)  # type: ignore[method-assign]
    aggregate = type(origin).aggregate_params
    made.aggregate_params = types.MethodType(aggregate, made)  # type: ignore[method-assign]
    return made
