"""How a model wants to be called: found by experiment, corrected by the user, what an Adapter is made of."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from studio.document.treatment import Decoding, Filter, Spectrum
from studio.errors import ModelError

Layout = Literal["BCT", "CT", "BT", "T", "BTC", "TC", "TBC"]
LAYOUTS: tuple[Layout, ...] = ("BCT", "CT", "BT", "T", "BTC", "TC", "TBC")
Role = Literal["knob", "constant", "state"]


class Argument(BaseModel):
    """An argument of the model beside the sound.

    Attributes:
        name: as in the signature.
        role: `knob` (a parameter drives it, whole or element by element), `constant` (always `value`),
            or `state` (carried from call to call, starts as zeros of `shape`).
        value: what a constant, or a knob that no parameter drives, is set to; a list for a vector.
        shape: of a vector, matrix or state; () for a plain number.
        is_tensor: whether the model wants a tensor or a Python number.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    role: Role = "knob"
    value: float | int | bool | str | tuple[float, ...] | None = 0.0
    shape: tuple[int, ...] = ()
    is_tensor: bool = True


class Output(BaseModel):
    """One named output of a model: an effect has one, a separator one for each stem."""

    model_config = ConfigDict(frozen=True)

    name: str
    channels: int = 1


RATES = {(2, 1): "doubles the sample rate", (1, 2): "halves the sample rate"}
Key = tuple[int | str, ...]


class Nesting(BaseModel):
    """How arguments and answers lie within one another, and what is cut from the sound of an answer.

    Attributes:
        tuples: arguments that are wanted as a tuple, and how many parts each has; the parts of `h` are the
            arguments `h_0`, `h_1` …
        spread: arguments `[1, n, 1]` or `[1, 1, n]` that are wanted at every sample.
        keys: steps to each sound, then to each state: an index, a key, or `.name` for an attribute.
        sounds: how many of them are sound.
        start: samples cut from the beginning of each sound.
        end: samples cut from its end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tuples: dict[str, int] = {}
    spread: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ((),)
    sounds: int = 1
    start: int = 0
    end: int = 0


class Call(BaseModel):
    """How to call a model, in the model's own sample rate.

    Attributes:
        wrapper: it is a wrapper class of ours: `[channels, samples]` and named params, no adapter needed.
        labels: it returns class indexes and times instead of sound.
        method: the method that is called.
        layout: axes of the input: B batch, C channel, T time.
        output_layout: axes of each output; S stands for an axis of stems.
        output_key: position, key or `.attribute` of each sound within the answer; empty for a plain tensor.
        channels_in: channels the model takes.
        outputs: what comes out, in order; the rows are their channels one after the other.
        min_block: least number of samples that works.
        multiple: lengths must be a multiple of this.
        block_sizes: sizes the model was made for, in samples; empty means any.
        sample_rates: rates the model was made for, in Hz; empty means any.
        ratio: output samples for one input sample, as (numerator, denominator).
        latency: samples by which the output lags behind the input.
        look_behind: past samples the model wants before each block.
        look_ahead: future samples it wants after each block; they delay the output by as many.
        overlap: samples that successive blocks share, windowed and added (0: blocks stand alone); a block of
            size B then advances by B - overlap and the output is late by overlap.
        cached: its convolutions keep their past in caches instead of padding every block.
        filters_before, filters_after: filters around the model.
        spectrum: it wants short-time spectra, not waves.
        decoding: its frames of class probabilities become labels.
        aggregate: what a knob's sample-accurate positions become for a model that is no wrapper: their mean
            over the block, the last one, or all of them.
        resampling: how the sound comes to the model's rate and back where the host has another: `best` leaves all
            but the last tenth of the band as it is, `low delay` takes a third of the time and a quarter of the band.
        stateful: remembers something from call to call.
        random: the same input may give another output.
        offline: it makes its sound as a whole and is rendered, not played.
        arguments: what it takes beside the sound.
        state_outputs: positions of returned states within a tuple, in the order of the state arguments.
        nesting: counts instead of `output_key` and `state_outputs` where answers or arguments are nested.
    """

    model_config = ConfigDict(frozen=True)

    wrapper: bool = False
    labels: bool = False
    method: str = "forward"
    layout: Layout = "BCT"
    output_layout: str = "BCT"
    output_key: tuple[int | str, ...] = ()
    channels_in: int = 1
    outputs: tuple[Output, ...] = (Output(name="output"),)
    min_block: int = 1
    multiple: int = 1
    block_sizes: tuple[int, ...] = ()
    sample_rates: tuple[int, ...] = ()
    ratio: tuple[int, int] = (1, 1)
    latency: int = 0
    look_behind: int = 0
    look_ahead: int = 0
    overlap: int = 0
    cached: bool = False
    filters_before: tuple[Filter, ...] = ()
    filters_after: tuple[Filter, ...] = ()
    spectrum: Spectrum | None = None
    decoding: Decoding | None = None
    aggregate: Literal["mean", "last", "samples"] = "mean"
    resampling: Literal["best", "low delay"] = "best"
    stateful: bool = False
    random: bool = False
    offline: bool = False
    arguments: tuple[Argument, ...] = ()
    state_outputs: tuple[int, ...] = ()
    nesting: Nesting | None = None

    @field_validator("output_layout")
    @classmethod
    def _axes_of_sound(cls, axes: str) -> str:
        if "T" not in axes or len(set(axes)) < len(axes) or set(axes) - set("BSCT"):
            raise ValueError("write T, and of B, S, C what else the answer has")
        return axes

    @property
    def channels_out(self) -> int:
        """Rows that come out in all."""
        return sum(output.channels for output in self.outputs)

    def sentence(self) -> str:
        """What was found, for the user to read and to correct."""
        kind = "Labels sound:" if self.labels else "Takes"
        said = f"{kind} {_channels(self.channels_in)}, {self._blocks()}"
        if not self.labels:
            said += f", gives {self._outputs()}"
        if self.latency:
            said += f", adds {samples_said(self.latency)} of delay"
        if self.ratio != (1, 1):
            said += f", {RATES.get(self.ratio) or f'changes the sample rate by {self.ratio[0]}/{self.ratio[1]}'}"
        said += ", keeps state" if self.stateful else ""
        said += ", is random" if self.random else ""
        said += ", as a whole, so it is rendered and not played" if self.offline else ""
        return f"{said} (called {self._way()})."

    def _way(self) -> str:
        if self.spectrum is not None:
            return f"with spectra of {self.spectrum.n_fft} samples, {self.spectrum.hop} apart"
        return f"as {'[C, T]' if self.wrapper else _axes(self.layout)}"

    def _blocks(self) -> str:
        if self.offline:
            return "sounds of any length"
        if self.block_sizes:
            return f"blocks of {' or '.join(str(size) for size in self.block_sizes)} samples"
        if self.multiple > 1:
            return f"blocks of a multiple of {self.multiple} samples"
        return f"blocks from {self.min_block} samples" if self.min_block > 1 else "blocks of any length"

    def _outputs(self) -> str:
        if len(self.outputs) == 1:
            return _channels(self.channels_out)
        return f"{len(self.outputs)} outputs ({', '.join(output.name for output in self.outputs)})"


def corrected(call: Call, said: dict[str, Any]) -> Call:
    """The call with the fields that somebody corrected.

    Raises: ModelError that names each field which is unknown or cannot be so.
    """
    unknown = [name for name in said if name not in Call.model_fields]
    if unknown:
        known = ", ".join(Call.model_fields)
        raise ModelError(f"A call has no {', '.join(unknown)}.", f"It has {known}.", fields=unknown)
    known_now = call.model_dump()
    within: dict[str, Any] = {
        name: {**known_now[name], **part} for name, part in said.items() if _extends(known_now[name], part)
    }
    if isinstance(said.get("arguments"), list):
        within["arguments"] = _merged(known_now["arguments"], said["arguments"])
    try:
        return Call.model_validate({**known_now, **said, **within})
    except ValidationError as error:
        faults = [(".".join(str(step) for step in each["loc"]), each["msg"]) for each in error.errors()]
        sentence = "; ".join(f"{field}: {message.removeprefix('Value error, ')}" for field, message in faults)
        raise ModelError(f"The call cannot be so: {sentence}.", fields=[field for field, _ in faults]) from error


def _merged(found: list[dict[str, Any]], said: list[Any]) -> list[Any]:
    """Arguments by name: what was not said of one stays, and so do those that nobody spoke of."""
    spoken = {each.get("name"): each for each in said if isinstance(each, dict)}
    known = {each["name"] for each in found}
    changed = [{**each, **spoken.get(each["name"], {})} for each in found]
    return [*changed, *(each for each in said if not isinstance(each, dict) or each.get("name") not in known)]


def _extends(found: Any, said: Any) -> bool:
    """Whether both are objects: what was not said of it stays as it was found."""
    return isinstance(found, dict) and isinstance(said, dict)


def samples_said(count: int) -> str:
    """A number of samples in words."""
    return "1 sample" if count == 1 else f"{count} samples"


def _channels(count: int) -> str:
    return {0: "no sound", 1: "mono", 2: "stereo"}.get(count, f"{count} channels")


def _axes(layout: str) -> str:
    return f"[{', '.join(layout)}]"
