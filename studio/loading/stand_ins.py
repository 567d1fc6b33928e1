"""Settings that trainers keep beside the weights, read without the libraries they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MOST = 64  # containers within containers


class StandIn:
    """Takes the place of a settings object while weights are read: it keeps what it is given and does nothing."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self.given, self.held = given, dict(named)

    def __setstate__(self, state: Any) -> None:
        self.held = state


class _AsDict:
    """Made as a plain dict, which the safe reader can fill."""

    def __new__(cls, *_given: Any) -> Any:
        return {}


class _AsList:
    """Made as a plain list, which the safe reader can fill."""

    def __new__(cls, *_given: Any) -> Any:
        return []


PLAIN = {"defaultdict": _AsDict, "AttributeDict": _AsDict, "deque": _AsList}


def stand_ins(names: Iterable[str]) -> list[tuple[type, str]]:
    """A class of its own for each name, as `torch.serialization.safe_globals` takes them."""
    last = {name: name.rpartition(".")[2] for name in names}
    return [(type(short, (PLAIN.get(short, StandIn),), {}), name) for name, short in last.items()]


def plain_settings(value: Any, depth: int = 0) -> Any:
    """What a stand-in holds as dicts, lists and plain values; an OmegaConf node gives its value."""
    if depth > MOST:
        return None
    if isinstance(value, StandIn):
        held = getattr(value, "held", {})
        inside = held if isinstance(held, Mapping) else {}
        for key in ("_content", "_val"):
            if key in inside:
                return plain_settings(inside[key], depth + 1)
        return plain_settings(inside or list(getattr(value, "given", ())), depth + 1)
    if isinstance(value, Mapping):
        return {key: plain_settings(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_settings(each, depth + 1) for each in value]
    return value
