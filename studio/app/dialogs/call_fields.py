"""What can be corrected of a call, as one table: the form, its reading and its tests are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studio.app.dialogs.call_words import ANY, READ, WRITE

if TYPE_CHECKING:
    from studio.document.call import Call


@dataclass(frozen=True)
class CallField:
    """One field. `key` is its path in the Call; `kind` is a key of `READ`, flag, choice or text."""

    key: str
    title: str
    kind: str
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class CallSection:
    """Fields that stand together. `part` names the object within the Call that they make, empty for its own fields."""

    title: str
    fields: tuple[CallField, ...]
    part: str = ""
    help: str = ""


SECTIONS: Final = (
    CallSection(
        "Call and answer",
        (
            CallField("method", "Method", "text", help="what is called: forward, encode …"),
            CallField("arguments", "Arguments", "arguments", help="gain = knob 0.5, mode = constant soft"),
            CallField("output_layout", "Axes of the answer", "text", help="B batch, S stems, C channels, T time"),
            CallField("output_key", "Part of the answer", "keys", help="0, 1 or names; nothing for all"),
            CallField("outputs", "Outputs", "outputs", help="drums 2, voice 1: names and their channels"),
            CallField("ratio", "Rate of the output", "ratio", help="2/1: twice as many samples"),
        ),
    ),
    CallSection(
        "Blocks",
        (
            CallField("block_sizes", "Block sizes", "sizes", help="512, 1024 or any"),
            CallField("min_block", "Shortest block", "whole", help="samples"),
            CallField("multiple", "Multiple of", "whole", help="samples"),
            CallField("channels_in", "Channels in", "whole"),
            CallField("offline", "Rendered whole, not played", "flag"),
        ),
    ),
    CallSection(
        "Delay, context, state",
        (
            CallField("latency", "Latency", "whole", help="samples by which the output is late"),
            CallField("look_behind", "Look-behind", "whole", help="past samples before each block"),
            CallField("look_ahead", "Look-ahead", "whole", help="future samples after each block"),
            CallField("overlap", "Overlap", "whole", help="samples that blocks share"),
            CallField("cached", "Cached convolutions", "flag", help="each keeps its past instead of padding"),
            CallField("stateful", "Remembers between blocks", "flag"),
            CallField("random", "Is random", "flag"),
            CallField("aggregate", "Knobs within a block", "choice", ("mean", "last", "samples")),
            CallField("resampling", "Resampling", "choice", ("best", "low delay")),
        ),
    ),
    CallSection(
        "Spectrum",
        (
            CallField("spectrum.n_fft", "Frame", "whole", help="samples"),
            CallField("spectrum.hop", "Hop", "whole", help="samples"),
            CallField("spectrum.window", "Window", "choice", ("hann", "hamming", "sine", "ones")),
            CallField("spectrum.form", "Form", "choice", ("magnitude", "power", "log", "complex")),
            CallField("spectrum.layout", "Layout", "text", help="B batch, C channel, F bins, T frames"),
            CallField("spectrum.mask", "What comes back is a mask", "flag"),
            CallField("spectrum.frames", "Frames at a time", "whole"),
        ),
        "spectrum",
        "For a model that wants short-time spectra instead of waves.",
    ),
    CallSection(
        "Decoding of labels",
        (
            CallField("decoding.frame_hop", "Frame hop", "number", help="samples from frame to frame"),
            CallField("decoding.frame_start", "First frame at", "number", help="samples"),
            CallField("decoding.form", "Form", "choice", ("probability", "logit", "softmax")),
            CallField("decoding.exclusive", "One class at a time", "flag"),
            CallField("decoding.on", "Starts at", "number", help="probability 0…1"),
            CallField("decoding.off", "Ends below", "number", help="probability 0…1"),
            CallField("decoding.least_seconds", "Shortest label", "number", help="seconds"),
            CallField("decoding.gap_seconds", "Close gaps up to", "number", help="seconds"),
            CallField("decoding.padding_seconds", "Padding", "number", help="seconds on both sides"),
            CallField("decoding.background", "Background class", "whole", help="index; -1 for none"),
        ),
        "decoding",
        "For a model that gives probabilities of classes, one row for each frame.",
    ),
)
FIELDS: Final = {field.key: field for section in SECTIONS for field in section.fields}


def shown(value: Any, kind: str = "") -> str:
    """A value as it is typed or chosen."""
    if kind in WRITE:
        return WRITE[kind](value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or ANY
    return f"{value:g}" if isinstance(value, float) else str(value)


def typed(field: CallField, text: str) -> Any:
    """What was typed as a value of the call. Raises: ValueError with the reason."""
    text = text.strip()
    if field.kind == "flag":
        return text == "yes"
    read, wanted = READ.get(field.kind, (str, ""))
    try:
        return read(text)
    except ValueError:
        raise ValueError(f"Write {wanted}.") from None


def at(held: Any, key: str) -> Any:
    """What stands at a path such as `spectrum.hop`, in models or dicts; None where there is nothing."""
    for step in key.split("."):
        held = held.get(step) if isinstance(held, dict) else getattr(held, step, None)
        if held is None:
            return None
    return held


def found_or_usual(call: Call, field: CallField) -> str:
    """What was found; where nothing was, what a new part begins with."""
    from studio.document.treatment import Decoding, Spectrum

    value = at(call, field.key)
    if value is None and "." in field.key:
        part, _, name = field.key.partition(".")
        usual = (Spectrum if part == "spectrum" else Decoding).model_fields[name]
        return "" if usual.is_required() else shown(usual.default, field.kind)
    return shown(value, field.kind)


def faults(sentence: str, fields: tuple[str, ...]) -> dict[str, str]:
    """The reason beside each field, out of the one sentence that `corrected` raises."""
    found, rest = {}, sentence.partition("cannot be so: ")[2].removesuffix(".")
    for index, field in enumerate(fields):
        rest = rest.removeprefix(f"{field}: ")
        following = f"; {fields[index + 1]}: " if index + 1 < len(fields) else ""
        said, _, rest = rest.partition(following) if following else (rest, "", "")
        rest = f"{following[2:]}{rest}"
        found[field] = f"{said[:1].upper()}{said[1:]}."
    return found
