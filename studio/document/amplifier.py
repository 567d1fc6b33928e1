"""Amplifier files as data, checked before a network is made of them: Neural Amp Modeler's and GuitarML's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.document.card import ModelCard
from studio.errors import FileError
from studio.storage import read_text

RATE = 48000  # Hz, of a file that does not say
LOUDEST = 1000  # dB; what says more says nothing
MOST_REACH = 1 << 19  # samples of the past
ARCHITECTURES = ("Linear", "ConvNet", "LSTM", "WaveNet")
AGAIN = "Download it again, or export it again from where it was made."
Whole = Annotated[int, Field(ge=1, le=1 << 20)]
Depth = Annotated[int, Field(ge=1, le=64)]
Activation = Literal["Tanh", "Hardtanh", "ReLU", "LeakyReLU", "Sigmoid", "SiLU", "Hardswish", "Softsign"]


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True)


class Linear(_Config):
    """One impulse response; its first weight belongs to the present sample."""

    receptive_field: Whole
    bias: bool

    @property
    def count(self) -> int:
        return self.receptive_field + self.bias

    @property
    def reach(self) -> int:
        return self.receptive_field


class ConvNet(_Config):
    """Dilated convolutions of two taps, one after the other, and a mix of their channels."""

    channels: Whole
    dilations: tuple[Whole, ...] = Field(min_length=1)
    batchnorm: bool
    activation: Activation

    @property
    def count(self) -> int:
        c, blocks = self.channels, len(self.dilations)
        return 2 * c + 2 * c * c * (blocks - 1) + blocks * (4 * c + 1 if self.batchnorm else c) + c + 1

    @property
    def reach(self) -> int:
        return 1 + sum(self.dilations)


class Lstm(_Config):
    """Recurrent layers and a mix of the last one's outputs."""

    input_size: Literal[1]
    hidden_size: Whole
    num_layers: Depth

    @property
    def count(self) -> int:
        h = self.hidden_size
        return sum(4 * h * ((1 if layer == 0 else h) + h) + 6 * h for layer in range(self.num_layers)) + h + 1

    @property
    def reach(self) -> int:
        return 1


class Array(_Config):
    """Layers of one width within a WaveNet."""

    input_size: Whole
    condition_size: Literal[1]
    head_size: Whole
    channels: Whole
    kernel_size: Whole
    dilations: tuple[Whole, ...] = Field(min_length=1)
    activation: Activation
    gated: bool = False
    head_bias: bool

    @property
    def count(self) -> int:
        c, mid = self.channels, self.channels * (2 if self.gated else 1)
        layer = mid * c * self.kernel_size + mid + mid + c * c + c
        return self.input_size * c + layer * len(self.dilations) + self.head_size * (c + self.head_bias)


class Head(_Config):
    """Layers after a WaveNet's arrays."""

    channels: Whole
    activation: Activation
    num_layers: Depth
    out_channels: Literal[1]

    def count(self, inputs: int) -> int:
        sizes = [inputs, *[self.channels] * (self.num_layers - 1), self.out_channels]
        return sum((a + 1) * b for a, b in pairwise(sizes))


class WaveNet(_Config):
    """Arrays of layers; each adds to what the last array's head makes the sound of."""

    layers: tuple[Array, ...] = Field(min_length=1)
    head: Head | None = None

    @property
    def count(self) -> int:
        head = self.head.count(self.layers[-1].head_size) if self.head else 0
        return sum(each.count for each in self.layers) + head + 1

    @property
    def reach(self) -> int:
        return 1 + sum((each.kernel_size - 1) * sum(each.dilations) for each in self.layers)


class Recurrent(_Config):
    """GuitarML's description of its network; `skip` adds the input to the output."""

    input_size: Literal[1] = 1
    output_size: Literal[1] = 1
    hidden_size: Whole
    num_layers: Depth = 1
    unit_type: Literal["LSTM", "GRU"] = "LSTM"
    skip: bool = False

    def shapes(self, bias: bool) -> dict[str, tuple[int, ...]]:
        """Shapes of the weights by name; `bias`: whether the linear layer has one."""
        h, rows = self.hidden_size, self.hidden_size * (4 if self.unit_type == "LSTM" else 3)
        made: dict[str, tuple[int, ...]] = {}
        for layer in range(self.num_layers):
            made[f"rec.weight_ih_l{layer}"] = (rows, 1 if layer == 0 else h)
            made[f"rec.weight_hh_l{layer}"] = (rows, h)
            made[f"rec.bias_ih_l{layer}"] = made[f"rec.bias_hh_l{layer}"] = (rows,)
        return {**made, "lin.weight": (1, h), **({"lin.bias": (1,)} if bias else {})}


Config = Linear | ConvNet | Lstm | WaveNet
CONFIGS: Mapping[str, type[Linear] | type[ConvNet] | type[Lstm] | type[WaveNet]] = {
    "Linear": Linear, "ConvNet": ConvNet, "LSTM": Lstm, "WaveNet": WaveNet,
}  # fmt: skip


def amplifier_kind(said: dict[str, Any]) -> tuple[str, str] | None:
    """The kind of file and its title, told by the keys of its object; None for any other JSON."""
    if "model_data" in said and "state_dict" in said:
        return "guitarml", "GuitarML model"
    if "architecture" in said and ("weights" in said or "config" in said):
        return "nam", "Neural Amp Modeler file"
    return None


def read_object(path: Path) -> dict[str, Any]:
    """The object in a file. Raises: FileError."""
    try:
        found = json.loads(read_text(path, "model"))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path.name} is not whole JSON.", AGAIN, about=path.name) from error
    if not isinstance(found, dict):
        raise FileError(f"{path.name} is not one JSON object.", AGAIN, about=path.name)
    return found


def check_nam(said: dict[str, Any], about: str) -> tuple[Config, list[float]]:
    """Config and weights of a .nam file. Raises: FileError that says in one sentence what is wrong with it."""
    _require_version(said.get("version"), about)
    architecture = said.get("architecture")
    if not isinstance(architecture, str) or architecture not in CONFIGS:
        known = f"{', '.join(ARCHITECTURES[:-1])} and {ARCHITECTURES[-1]}"
        said_it = f"{about} is of the architecture {str(architecture)[:40]!r}, which is not known here."
        raise FileError(said_it, f"The known ones are {known}.", about=about)
    try:
        config = CONFIGS[architecture].model_validate(said.get("config"))
    except ValidationError as error:
        raise _misfit(error, "config", about) from error
    if isinstance(config, WaveNet):
        _require_chain(config, about)
    if config.reach > MOST_REACH:
        raise FileError(f"{about} reaches back {config.reach} samples; the most is {MOST_REACH}.", AGAIN, about=about)
    weights = said.get("weights")
    if not isinstance(weights, list) or len(weights) != config.count:
        has = len(weights) if isinstance(weights, list) else 0
        raise FileError(f"{about} holds {has} weights; its {architecture} has {config.count}.", AGAIN, about=about)
    return config, _numbers(weights, "weights", about)


def check_guitarml(said: dict[str, Any], about: str) -> tuple[Recurrent, dict[str, list[float]]]:
    """Description and flat weights by name of a GuitarML file. Raises: FileError."""
    try:
        data = Recurrent.model_validate(said.get("model_data"))
    except ValidationError as error:
        raise _misfit(error, "model_data", about) from error
    state = said.get("state_dict")
    held = state if isinstance(state, dict) else {}
    weights: dict[str, list[float]] = {}
    for name, shape in data.shapes("lin.bias" in held).items():
        if _shape(held.get(name)) != shape:
            wanted = " × ".join(str(each) for each in shape)
            has = " × ".join(str(each) for each in _shape(held.get(name))) or "nothing"
            raise FileError(f"{about}: {name} should hold {wanted} numbers and holds {has}.", AGAIN, about=about)
        weights[name] = _numbers(_flat(held[name]), name, about)
    if extra := sorted(set(held) - set(weights)):
        raise FileError(f"{about} holds weights with no place: {', '.join(extra[:4])}.", AGAIN, about=about)
    return data, weights


def card_of(said: dict[str, Any], stem: str, technical: str) -> ModelCard:
    """What the file says about itself; `stem` names what has no name."""
    held = said.get("metadata")
    metadata = held if isinstance(held, dict) else {}

    def text(key: str) -> str:
        return metadata[key].strip() if isinstance(metadata.get(key), str) else ""

    loudness = metadata.get("loudness")
    known = isinstance(loudness, (int, float)) and abs(loudness) < LOUDEST
    gear = " ".join(each for each in (text("gear_make"), text("gear_model")) if each)
    kinds = [text(each).replace("_", " ") for each in ("gear_type", "tone_type") if text(each)]
    return ModelCard(
        name=text("name") or stem,
        authors=(text("modeled_by"),) if text("modeled_by") else (),
        short_description=f"{gear} ({', '.join(kinds)})" if gear and kinds else gear or ", ".join(kinds),
        technical_description=f"{technical} Loudness {loudness:.1f} dB." if known else technical,
        tags=tuple(kinds),
        sample_rate=_rate(said.get("sample_rate")),
    )


def _rate(said: Any) -> int:
    return int(said) if isinstance(said, (int, float)) and 4000 <= said <= 400_000 else RATE


def _require_version(version: Any, about: str) -> None:
    parts = str(version).split(".")
    if len(parts) < 2 or not all(each.isdecimal() for each in parts[:2]):
        raise FileError(f"{about} does not say which version of the format it is.", AGAIN, about=about)
    number = (int(parts[0]), int(parts[1]))
    if number != (0, 5):
        age = "newer" if number > (0, 5) else "older"
        hint = "Export it for version 0.5 of the format."
        raise FileError(f"{about} is of version {version}, {age} than 0.5, which is read here.", hint, about=about)


def _require_chain(config: WaveNet, about: str) -> None:
    """Each array takes what the one before gives, and the last head gives one row."""
    for at, array in enumerate(config.layers):
        before = config.layers[at - 1] if at else None
        inputs, head = (before.channels, before.head_size) if before else (1, array.channels)
        if array.input_size != inputs or array.channels != head:
            said = f"{about}: its layer array {at + 1} does not fit what comes before it."
            raise FileError(said, AGAIN, about=about)
    if config.head is None and config.layers[-1].head_size != 1:
        raise FileError(f"{about} makes {config.layers[-1].head_size} channels of sound, not one.", AGAIN, about=about)


def _misfit(error: ValidationError, where: str, about: str) -> FileError:
    fault = error.errors()[0]
    field = ".".join([where, *(str(step) for step in fault["loc"])])
    said = "is missing" if fault["type"] == "missing" else f"cannot be {str(fault['input'])[:40]!r}"
    return FileError(f"{about}: {field} {said}.", "Models of another kind cannot be played here.", about=about)


def _numbers(values: list[Any], name: str, about: str) -> list[float]:
    for at, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FileError(f"{about}: {name} number {at + 1} is not a number.", AGAIN, about=about)
        if not abs(value) <= 3.4e38:  # NaN compares false
            raise FileError(f"{about}: {name} number {at + 1} is NaN or infinite.", AGAIN, about=about)
    return [float(each) for each in values]


def _shape(value: Any) -> tuple[int, ...]:
    """Of a list, or of lists of one length; () for anything else."""
    if not isinstance(value, list):
        return ()
    if value and isinstance(value[0], list):
        lengths = {len(each) if isinstance(each, list) else -1 for each in value}
        return (len(value), *lengths) if len(lengths) == 1 else ()
    return (len(value),)


def _flat(value: list[Any]) -> list[Any]:
    return [each for row in value for each in row] if isinstance(value[0], list) else value
