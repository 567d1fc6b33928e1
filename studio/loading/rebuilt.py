"""Find the network of bare weights among those that a file defines and those that we ship, and say how well it fits."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from studio.document.outline import describe_python
from studio.errors import AnswerNeeded, ModelError, StudioError
from studio.loading.classes import model_classes
from studio.loading.construct import Maker, arguments_of, construct, name_of, takes_anything
from studio.loading.makers import makers_of, pick_maker
from studio.loading.match import Match, best_match, buffers_of, put_weights
from studio.loading.said import constructor_calls
from studio.loading.shipped import shipped_networks
from studio.loading.sizes import Sized, Sizing
from studio.loading.weights import Stored

SHOWN = 6
OURS = "this app"
SECONDS, PART_SECONDS, SHIPPED_SECONDS = 30.0, 5.0, 8.0  # of computing
Beat = Callable[[], None]


@dataclass(frozen=True)
class Rebuilt:
    """A network with its weights.

    Attributes:
        network: as the weights want it.
        name: of its class or function.
        arguments: with which it was made, as text.
        facts: sentences for the user.
    """

    network: nn.Module
    name: str
    arguments: dict[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One network that the weights could be of, and where it is defined."""

    name: str
    maker: Maker
    place: str
    told: Mapping[str, str]
    sized: Sized
    others: Mapping[str, type[nn.Module]] = field(default_factory=dict)

    @property
    def match(self) -> Match:
        return self.sized.match

    def said(self) -> str:
        """In one sentence how well the weights fit."""
        match = self.match
        total = len(match.weights) + len(match.unexpected) + len(match.missing)
        made = ", ".join(f"{name} = {self.sized.arguments[name]}" for name in self.sized.found[:SHOWN])
        with_ = f" with {made}" if made else ""
        if not match.faults:
            return f"All {total} of its tensors fit {self.name} of {self.place}{with_}"
        return f"{match.fitting} of {total} tensors fit {self.name} of {self.place}{with_}; {match.said()}"


def from_source(
    stored: Stored, code: ModuleType, file: Path, about: str, wanted: str, typed: Mapping[str, str], beat: Beat
) -> Rebuilt:
    """The network of a Python file whose names and shapes the weights have. Raises: AnswerNeeded, ModelError."""
    makers = makers_of(code, file)
    if wanted or not makers:
        picked = pick_maker(code, file, wanted)
        makers = {wanted or name_of(picked): picked}
    classes = model_classes(code)
    inner = {each.name for each in describe_python(file).classes if each.inner}
    _require_known(typed, makers)
    best: Candidate | None = None
    failed: StudioError | None = None
    until = time.process_time() + SECONDS
    for name in sorted(makers, key=lambda each: each in inner):  # parts of others last: they are seldom saved alone
        maker, seconds = makers[name], min(until - time.process_time(), PART_SECONDS if name in inner else SECONDS)
        told = _told(maker, typed, stored.settings)
        candidate, error = _candidate(name, maker, file.name, told, stored, classes, beat, seconds)
        failed = failed or (error if best is None or name not in inner else None)
        if candidate is not None and (best is None or _rank(candidate) < _rank(best)):
            best = candidate
        if best is not None and best.match.cost == 0:
            break
    if best is None or (best.match.faults and failed is not None and not _nearly(best.match)):
        raise failed or ModelError(
            f"{file.name} defines no model class.", "Open the file that defines it.", about=about
        )
    if best.match.is_part and failed is not None:
        raise failed
    if best.match.faults or best.match.is_part:
        raise _misfit(best, about)
    return _made(best, stored, about, constructor_calls(file, code, best.maker) if inspect.isclass(best.maker) else {})


def from_shipped(stored: Stored, about: str, typed: Mapping[str, str], beat: Beat) -> tuple[Rebuilt | None, str]:
    """The network of ours that the weights fit, else a sentence about the one that they fit best."""
    found = []
    for name, maker in shipped_networks().items():
        if not _is_like(maker, stored):
            continue
        told = _told(maker, typed, stored.settings)
        candidate, _ = _candidate(name, maker, OURS, told, stored, {}, beat, SHIPPED_SECONDS)
        found += [candidate] if candidate else []
    best = min(found, key=_rank, default=None)
    if best is None or (best.match.faults and not _nearly(best.match)):
        return None, "none of the networks of this app is like it"
    if best.match.faults or best.match.is_part:
        return None, f"the nearest network of this app: {best.said()}"
    return _made(best, stored, about, {}), ""


def _is_like(maker: Maker, stored: Stored) -> bool:
    """Whether half of a network's names occur, whatever its size: only then it is worth a search."""
    with torch.device("meta"):
        wanted = construct(maker, {}, {}).state_dict()
    match = best_match(stored.sets, wanted, frozenset())
    return 2 * len(match.weights) >= len(wanted)


def _candidate(
    name: str,
    maker: Maker,
    place: str,
    told: Mapping[str, str],
    stored: Stored,
    others: Mapping[str, type[nn.Module]],
    beat: Beat,
    seconds: float,
) -> tuple[Candidate | None, StudioError | None]:
    """The maker with the arguments that make it fit best; settings of a trainer may be about another thing."""
    best: Candidate | None = None
    error: StudioError | None = None
    for known in [told, {}] if told else [told]:
        sizing = Sizing(maker, known, stored.sets, others, beat, seconds)
        sized = sizing.best()
        error = error or sizing.error
        if sized is not None and (best is None or sized.match.cost < best.match.cost):
            best = Candidate(name, maker, place, known, sized, others)
        if best is not None and not best.match.faults:
            break
    return best, error


def _rank(candidate: Candidate) -> tuple[float, bool, bool]:
    return candidate.match.rank


def _told(maker: Maker, typed: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """Arguments that a trainer kept with the weights, and the typed ones, which win."""
    takes = arguments_of(maker)
    known: dict[str, str] = {}
    for name in takes:
        for found in (_setting(name, settings), _setting(name.rpartition(".")[2], settings)):
            if found is not None and _is_plain(found):
                known[name] = str(found)
                break
    if takes_anything(maker):
        known |= {name: str(value) for name, value in settings.items() if _is_plain(value) and name.isidentifier()}
    return {**known, **typed}


def _setting(name: str, settings: Mapping[str, Any], depth: int = 0) -> Any:
    """A setting, at the top or within one of the groups that trainers make."""
    if name in settings:
        return settings[name]
    inside = [each for each in settings.values() if isinstance(each, Mapping)] if depth < 3 else []
    return next((found for each in inside if (found := _setting(name, each, depth + 1)) is not None), None)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(each) for each in value)
    return isinstance(value, (bool, int, float, str))


def _require_known(typed: Mapping[str, str], makers: Mapping[str, Maker]) -> None:
    """A typed argument that no maker takes is a mistake; one that another takes just means another."""
    for maker in makers.values():
        if takes_anything(maker):
            return
    known = {name for each in makers.values() for name in arguments_of(each)}
    if wrong := {name: text for name, text in typed.items() if name not in known}:
        construct(next(iter(makers.values())), wrong, {})


def _made(best: Candidate, stored: Stored, about: str, seen: Mapping[str, Any]) -> Rebuilt:
    unsure = [name for name in best.sized.silent if _is_needed(best, name) and name not in seen]
    if unsure:
        raise AnswerNeeded(
            f"{best.said()}. Its weights do not tell {', '.join(unsure)}.",
            "Give " + " ".join(f"--arg {name}=…" for name in unsure) + ".",
            about=about,
            fields=["arg"],
            choices=[f"{name}: int" for name in unsure],
        )
    network = construct(best.maker, best.sized.arguments, best.others)
    match = best_match(stored.sets, network.state_dict(), buffers_of(network))
    if match.faults:  # with values it has other tensors than without
        raise _misfit(replace(best, sized=replace(best.sized, match=match)), about)
    put_weights(network, match)
    return Rebuilt(network, best.name, best.sized.arguments, tuple(_facts(best, match, stored)))


def _is_needed(best: Candidate, name: str) -> bool:
    return arguments_of(best.maker)[name].default is inspect.Parameter.empty


def _facts(best: Candidate, match: Match, stored: Stored) -> list[str]:
    facts = [f"{best.said()}."]
    if best.sized.others:
        facts.append(f"{best.sized.others} would fit as well: say it with --arg where it sounds wrong.")
    silent = [name for name in best.sized.silent if not _is_needed(best, name)]
    if silent and best.sized.found:
        facts.append(f"Its weights tell nothing of {', '.join(silent[:SHOWN])}: the defaults are taken.")
    if match.kept and best.place != OURS:
        facts.append(f"{', '.join(match.kept[:3])} are not in the file and stay as the network makes them.")
    if match.aside:
        facts.append(f"{len(match.aside)} other tensors of the file are left aside, {match.aside[0]} the first.")
    same = [name for name, held in stored.sets.items() if name != match.set_name and len(held) >= len(match.weights)]
    if match.set_name and same:
        facts.append(f"Of its sets of weights {match.set_name} is taken, not {', '.join(same[:3])}.")
    return facts


def _misfit(best: Candidate, about: str) -> ModelError:
    if best.match.is_part and not best.match.faults:
        said = (
            f"{about} holds more than {best.name} of {best.place}: {len(best.match.aside)} tensors would be left over"
        )
        shown = ", ".join(best.match.aside[:3])
        return ModelError(f"{said} ({shown}).", "Name the file of the whole network with --source.", about=about)
    said = f"{about} does not fit {best.name} of {best.place}: {best.said()}."
    hint = "Name the right network with --source, or its size with --arg."
    return ModelError(said, hint, about=about, fields=["source", "arg"])


def _nearly(match: Match) -> bool:
    return 2 * match.faults < len(match.weights)
