"""Parameters under the names and arguments of Neutone's SDK."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from studio.document.parameter import Parameter


class NeutoneParameterType(Enum):
    """The SDK's kinds of parameters."""

    CONTINUOUS = "continuous"
    CATEGORICAL = "categorical"
    TEXT = "text"
    TOKENS = "tokens"
    KNOB = "knob"  # until SDK 1.4


KINDS = {"categorical": "choice", "text": "text", "tokens": "tokens"}


class NeutoneParameter(Parameter):
    """A parameter as the SDK's versions up to 1.4 spell it; of another kind only with `param_type`."""

    def __init__(
        self,
        name: str,
        description: str = "",
        default_value: Any = 0.0,
        used: bool = True,  # noqa: ARG002 - it has a row in `params` in any case
        param_type: NeutoneParameterType | None = None,
        **more: Any,
    ) -> None:
        kind = KINDS.get(param_type.value, "continuous") if param_type else more.pop("kind", "continuous")
        super().__init__(name, description, default=default_value, kind=kind, **more)

    @property
    def min_value(self) -> float:
        return self.min

    @property
    def max_value(self) -> float:
        return self.max

    @property
    def default_value_0to1(self) -> float:
        return self.default_position


class ContinuousNeutoneParameter(NeutoneParameter):
    """A knob between two values. The model gets the value, in real-time models too."""

    def __init__(
        self,
        name: str,
        description: str,
        default_value: float,
        min_value: float = 0.0,
        max_value: float = 1.0,
        used: bool = True,
    ) -> None:
        super().__init__(name, description, default_value, used, min=min_value, max=max_value)

    def from_0to1(self, param_val: Any) -> Any:
        """The value of a position 0…1, number or tensor."""
        return param_val * (self.max - self.min) + self.min


class CategoricalNeutoneParameter(NeutoneParameter):
    """A choice; the model gets its number, from 0 on."""

    def __init__(
        self,
        name: str,
        description: str,
        n_values: int,
        default_value: int,
        labels: Sequence[str] | None = None,
        used: bool = True,
    ) -> None:
        choices = tuple(str(index) for index in range(n_values)) if labels is None else tuple(labels)
        if len(choices) != n_values:
            raise ValueError(f"{name} has {n_values} values and {len(choices)} labels")
        super().__init__(name, description, default_value, used, kind="choice", choices=choices)

    @property
    def n_values(self) -> int:
        return len(self.choices)

    @property
    def labels(self) -> list[str]:
        return list(self.choices)


class TextNeutoneParameter(NeutoneParameter):
    """A text, of any length where `max_n_chars` is −1."""

    def __init__(
        self, name: str, description: str, max_n_chars: int = -1, default_value: str = "", used: bool = True
    ) -> None:
        super().__init__(name, description, default_value, used, kind="text", max_length=_most(max_n_chars))


class DiscreteTokensNeutoneParameter(NeutoneParameter):
    """Numbers that a tokenizer makes of a text, any number of them where `max_n_tokens` is −1."""

    def __init__(
        self,
        name: str,
        description: str,
        max_n_tokens: int = -1,
        default_value: Sequence[int] | None = None,
        used: bool = True,
    ) -> None:
        default = " ".join(str(each) for each in default_value or ())
        super().__init__(name, description, default, used, kind="tokens", max_length=_most(max_n_tokens))


def _most(count: int) -> int | None:
    if count < -1:
        raise ValueError(f"the greatest length is -1 for any or a number, not {count}")
    return None if count == -1 else count


def plain(parameter: Parameter) -> Parameter:
    """The same as an ordinary Parameter, as documents keep it."""
    return Parameter.model_validate(parameter.model_dump()) if type(parameter) is not Parameter else parameter
