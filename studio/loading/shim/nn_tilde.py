"""nn~'s base for files that import its package: methods with their ratios, attributes that Max turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from studio.loading.opening import is_held_back
from studio.wrappers.torchscript import script


class Module(nn.Module):
    """A model whose methods were registered with the channels and ratios of what goes in and out."""

    def __init__(self) -> None:
        super().__init__()
        self._methods: list[str] = []
        self._attributes: list[str] = []

    def register_method(
        self,
        method_name: str,
        in_channels: int,
        in_ratio: int,
        out_channels: int,
        out_ratio: int,
        *_given: Any,
        **_named: Any,
    ) -> None:
        """Keep the four numbers by which nn~ calls a method."""
        self._methods.append(method_name)
        self.register_buffer(f"{method_name}_params", torch.tensor([in_channels, in_ratio, out_channels, out_ratio]))

    def register_attribute(self, attribute_name: str, default_attribute: Any) -> None:
        """Keep an attribute as a tuple, as nn~ does."""
        several = isinstance(default_attribute, (tuple, list))
        setattr(self, attribute_name, tuple(default_attribute) if several else (default_attribute,))
        self._attributes.append(attribute_name)

    def get_methods(self) -> list[str]:
        return self._methods

    def get_attributes(self) -> list[str]:
        return self._attributes

    def export_to_ts(self, path: str, *_given: Any, **_named: Any) -> None:
        """Nothing while a file is being opened: it is exported from the app."""
        if not is_held_back("export_to_ts"):
            script(self.eval()).save(path)


def buffer_tensors(*given: Any, **_named: Any) -> Sequence[Any]:
    """What it was given: the stand-in keeps nothing for later."""
    return given
