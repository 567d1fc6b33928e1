"""What a user turns. Hosts send 0…1; the model gets the parameter's own unit."""

from __future__ import annotations

import math
import re
from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

Kind = Literal["continuous", "choice", "toggle", "text", "tokens"]
Curve = Literal["linear", "logarithmic", "dB"]
Value = bool | int | float | str

DRIVES = re.compile(r"^(argument:[^\[\]:]+|element:[^\[\]:]+\[\d+\]|attribute:[^\[\]:]+)?$")


class Parameter(BaseModel):
    """One knob of a model.

    Attributes:
        name: unique within a model; the key of `params` in a wrapper's `do_forward_pass`.
        description: one sentence.
        kind: continuous, choice, toggle, text or tokens.
        default: in the parameter's own unit; for a choice its name; for tokens their numbers as text, "3 1 4".
        min: least value, in `unit`.
        max: greatest value, in `unit`.
        unit: as printed, for example "Hz"; empty where there is none.
        curve: how a host's 0…1 maps to min…max: linear, logarithmic (equal ratios, min > 0), or dB
            (the knob moves evenly in decibels, the model gets the linear gain 10^(dB/20)).
        smoothing_ms: time constant with which the position follows the hand; 0 follows at once.
        max_length: most characters of a text, most tokens; None: any number.
        maps: the model gets the value; False: it gets the knob's position 0…1, and range and unit are only shown,
            as Neutone's SDK does it in real-time models.
        choices: the names of a choice, in the order of the values 0, 1, 2 … that the model gets.
        drives: what it moves in a model that is no wrapper: `argument:NAME`, `element:NAME[i]` of a
            conditioning vector, or `attribute:PATH` of the module; empty in a wrapper.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    name: str
    description: str = ""
    kind: Kind = "continuous"
    default: Value = Field(default=0.0, validation_alias=AliasChoices("default", "default_value"))
    min: float = Field(default=0.0, validation_alias=AliasChoices("min", "min_value"))
    max: float = Field(default=1.0, validation_alias=AliasChoices("max", "max_value"))
    unit: str = ""
    curve: Curve = "linear"
    smoothing_ms: float = Field(default=0.0, ge=0, le=10_000)
    max_length: int | None = None
    maps: bool = True
    choices: tuple[str, ...] = ()
    drives: str = ""

    def __init__(self, name: str | None = None, description: str | None = None, **rest: Any) -> None:
        given = {"name": name, "description": description}
        super().__init__(**{key: value for key, value in given.items() if value is not None}, **rest)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not DRIVES.match(self.drives):
            raise ValueError(f"drives of {self.name}: write argument:NAME, element:NAME[i] or attribute:PATH")
        if self.kind == "continuous":
            self._check_range()
        if self.kind == "choice" and len(self.choices) < 2:
            raise ValueError(f"{self.name} is a choice and needs at least two choices")
        if self.kind == "choice":
            self._check_choice()
        if self.kind == "toggle":
            _as_bool(self.default)
        if self.kind in ("text", "tokens"):
            self._check_length(self.text)
        return self

    def _check_length(self, text: str) -> None:
        length = len(text) if self.kind == "text" else len(tokens_of(text))
        if self.max_length is not None and length > self.max_length:
            unit = "characters" if self.kind == "text" else "tokens"
            raise ValueError(f"{self.name} takes {self.max_length} {unit} at most, not {length}")

    def _check_choice(self) -> None:
        if len(set(self.choices)) < len(self.choices):
            raise ValueError(f"{self.name} has a choice twice")
        known = (
            self.default in self.choices if isinstance(self.default, str) else self.default in range(len(self.choices))
        )
        if not known:
            raise ValueError(f"{self.name}: the default {self.default!r} is none of its choices")

    def _check_range(self) -> None:
        if not (math.isfinite(self.min) and math.isfinite(self.max) and self.min < self.max):
            raise ValueError(f"{self.name}: min must be below max, not {self.min:g} … {self.max:g}")
        if self.curve == "logarithmic" and self.min <= 0:
            raise ValueError(f"{self.name}: a logarithmic knob needs min above 0, not {self.min:g}")
        if isinstance(self.default, str) or not self.min <= float(self.default) <= self.max:
            raise ValueError(f"{self.name}: the default {self.default} is outside {self.min:g} … {self.max:g}")

    @property
    def default_value(self) -> Value:
        """The default under the name that Neutone's SDK gave it."""
        return self.default

    @property
    def is_numeric(self) -> bool:
        return self.kind in ("continuous", "choice", "toggle")

    @property
    def text(self) -> str:
        """The default of a text or of tokens; empty where none was given."""
        return self.default if isinstance(self.default, str) else ""

    def position(self, value: Value) -> float:
        """Where the knob stands, 0…1, for a value in the parameter's own unit (a choice by name or number)."""
        if self.kind == "toggle":
            return float(_as_bool(value))
        if self.kind == "choice":
            index = self.choices.index(value) if isinstance(value, str) else int(value)
            return index / (len(self.choices) - 1)
        number = min(max(float(value), self.min), self.max)
        if self.curve == "logarithmic":
            return math.log(number / self.min) / math.log(self.max / self.min)
        return (number - self.min) / (self.max - self.min)

    def value_at(self, position: float) -> Value:
        """The value in the parameter's own unit for a knob at `position` 0…1; the reverse of `position`."""
        position = min(max(position, 0.0), 1.0)
        if self.kind == "toggle":
            return position >= 0.5
        if self.kind == "choice":
            return self.choices[round(position * (len(self.choices) - 1))]
        if self.curve == "logarithmic":
            return self.min * math.pow(self.max / self.min, position)
        return self.min + position * (self.max - self.min)

    @property
    def default_position(self) -> float:
        return self.position(self.default) if self.is_numeric else 0.0

    def parse(self, text: str) -> Value:
        """A value typed by a user. Raises: ValueError with a sentence that says what is allowed."""
        if self.kind in ("text", "tokens"):
            self._check_length(text)
            return text
        if self.kind == "toggle":
            return _as_bool(text)
        if self.kind == "choice":
            return self._parse_choice(text)
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"{self.name} wants a number, not {text!r}") from None
        if not self.min <= number <= self.max:
            raise ValueError(f"{self.name} goes from {self.min:g} to {self.max:g}{self._unit()}; {text} is outside")
        return number

    def show(self, value: Value) -> str:
        """The value as a person reads it, with its unit."""
        if isinstance(value, bool):
            return "on" if value else "off"
        return value if isinstance(value, str) else f"{value:.4g}{self._unit()}"

    def _parse_choice(self, text: str) -> str:
        if text in self.choices:
            return text
        if text.isdecimal() and int(text) < len(self.choices):
            return self.choices[int(text)]
        raise ValueError(f"{self.name} is one of {', '.join(self.choices)}; not {text!r}")

    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""


def tokens_of(text: str) -> list[int]:
    """Token numbers from text, with blanks or commas between them. Raises: ValueError."""
    words = text.replace(",", " ").split()
    if wrong := [each for each in words if not each.isdecimal()]:
        raise ValueError(f"tokens are whole numbers with blanks between them; {wrong[0]!r} is none")
    return [int(each) for each in words]


def _as_bool(value: Value) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("on", "true", "yes", "1"):
            return True
        if word in ("off", "false", "no", "0"):
            return False
        raise ValueError(f"write on or off, not {value!r}")
    return bool(float(value) >= 0.5)
