"""The bases that models of the transformers library derive from, for networks that need nothing more of it."""

from __future__ import annotations

from typing import Any

from torch import nn


class PretrainedConfig:
    """Settings as attributes; what a class does not know by name it keeps all the same."""

    model_type = ""

    def __init__(self, **named: Any) -> None:
        for name, value in named.items():
            setattr(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))


class PreTrainedModel(nn.Module):
    """A network made of its settings."""

    config_class: type[PretrainedConfig] = PretrainedConfig

    def __init__(self, config: Any, *_given: Any, **_named: Any) -> None:
        super().__init__()
        self.config = config

    def post_init(self) -> None:
        """Nothing: weights are loaded, not drawn."""


class ModelOutput(dict[str, Any]):
    """Answers reached by name."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
