"""How weights fit a network: under which prefix, with weight norm written which way, and what is left over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from studio.loading.norms import norms_as_wanted

PREFIXES = ("module.", "model.", "net.", "_net.", "network.", "generator.", "module.model.", "model.net.")
COMPILED = re.compile(r"\b_orig_mod\.")  # torch.compile puts it in, at any depth
COUNTED = (  # bookkeeping that no sound depends on, and what a network makes anew
    "num_batches_tracked", "total_ops", "total_params", "sample_rate", "window",
)  # fmt: skip
AVERAGED = re.compile(r"(^|[._])(ema|swa|average[ds]?)([._]|$)", re.IGNORECASE)
ASIDE = re.compile(r"disc|critic|teacher|loss|metric|criterion|n_averaged|^netd|^d\.|optim|sched", re.IGNORECASE)
TRAINERS = re.compile(
    r"(module|model|_?net(work)?|netg|g|gen(erator)?|student|ema(_model)?|online_model|wrapped)\d*$", re.I
)
MOST_PREFIXES = 12
SHOWN = 3
Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Match:
    """Weights under the names of a network.

    Attributes:
        weights: those that have a place in it, by its names.
        missing: names of the network that are not among them.
        unexpected: names among them that the network does not have.
        shapes: names whose shapes differ, with both.
        near: how much of those shapes differs, 0…1 for each.
        aside: tensors of the same set under other prefixes.
        prefix: what was taken off their names.
        kept: buffers of the network that the weights do not mention: they keep what its code gave them.
        sizes: shapes of the network's tensors.
        set_name: under which key of the file they lay; empty where the file is nothing else.
    """

    weights: Weights
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    near: float = 0.0
    aside: tuple[str, ...] = ()
    prefix: str = ""
    kept: tuple[str, ...] = ()
    set_name: str = ""
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.unexpected) + len(self.shapes)

    @property
    def fitting(self) -> int:
        """How many tensors have their place, name and shape."""
        return len(self.weights) - len(self.shapes)

    @property
    def cost(self) -> float:
        """0 for a perfect fit; a shape of which half differs costs half."""
        return len(self.missing) + len(self.unexpected) + self.near + 0.5 * len(self.kept) + len(self.aside)

    @property
    def rank(self) -> tuple[float, bool, bool]:
        """Smaller is better: of sets that fit alike what is no critic, then the averaged one."""
        named = f"{self.set_name}.{self.prefix}"
        return self.cost, bool(ASIDE.search(named)), not AVERAGED.search(named)

    @property
    def is_part(self) -> bool:
        """Whether it is a layer of a larger network whose other weights are left aside."""
        if not self.aside or all(ASIDE.search(name) for name in self.aside):
            return False
        return not all(TRAINERS.match(each) for each in self.prefix.rstrip(".").split("."))

    def said(self) -> str:
        """The differences, the first few of each and how many there are."""
        parts = [
            _counted("missing", self.missing),
            _counted("left over", self.unexpected),
            _counted("of another shape", self.shapes),
        ]
        return "; ".join(part for part in parts if part)


def best_match(sets: Mapping[str, Weights], wanted: Mapping[str, Tensor], buffers: frozenset[str]) -> Match:
    """The set and the prefix under which the weights fit best.

    Args:
        sets: of weights, by their key in the file.
        wanted: the network's tensors by name; of any device, only their shapes are looked at.
        buffers: which of them are no parameters.
    """
    found = [
        _compare(name, prefix, held, wanted, buffers)
        for name, held in sets.items()
        for prefix in _prefixes(held, wanted)
    ]
    return min(found, key=lambda match: match.rank)


def buffers_of(network: nn.Module) -> frozenset[str]:
    """Names of the tensors of a network that are not trained and not measured while it is."""
    learned = ("running_mean", "running_var")
    return frozenset(name for name, _ in network.named_buffers() if not name.endswith(learned))


def put_weights(network: nn.Module, match: Match) -> None:
    """Load a match that has no faults."""
    wanted = network.state_dict()
    cast = {name: value.to(wanted[name].dtype).reshape(wanted[name].shape) for name, value in match.weights.items()}
    with torch.no_grad():
        network.load_state_dict(cast, strict=False)


def without_compiled(held: Weights) -> Weights:
    """The names without what torch.compile puts in."""
    return {COMPILED.sub("", name): value for name, value in held.items()}


def _prefixes(held: Weights, wanted: Mapping[str, Tensor]) -> list[str]:
    """None, the usual ones that occur, and whatever stands before the network's own names."""
    seen: Counter[str] = Counter()
    for name in held:
        parts = name.split(".")
        seen.update(".".join(parts[:at]) + "." for at in range(1, len(parts)) if ".".join(parts[at:]) in wanted)
    usual = [each for each in PREFIXES if any(name.startswith(each) for name in held)]
    return ["", *dict.fromkeys([*usual, *(prefix for prefix, _ in seen.most_common(MOST_PREFIXES))])]


def _compare(
    set_name: str, prefix: str, whole: Weights, wanted: Mapping[str, Tensor], buffers: frozenset[str]
) -> Match:
    held = norms_as_wanted(_under(prefix, whole), wanted)
    placed = {name: value for name, value in held.items() if name in wanted}
    tops = {name.partition(".")[0] for name in wanted}
    beside = {name for name in held if ASIDE.search(name.partition(".")[0]) and name.partition(".")[0] not in tops}
    absent = [name for name in wanted if name not in held and not name.endswith(COUNTED)]
    differ = [name for name, value in placed.items() if not _same_shape(value, wanted[name])]
    return Match(
        weights=placed,
        missing=tuple(name for name in absent if name not in buffers),
        unexpected=tuple(
            name for name in held if name not in wanted and name not in beside and not name.endswith(COUNTED)
        ),
        shapes=tuple(f"{name} ({list(placed[name].shape)} instead of {list(wanted[name].shape)})" for name in differ),
        near=sum(_distance(placed[name], wanted[name]) for name in differ),
        prefix=prefix,
        aside=(
            *(name for name in whole if not name.startswith(prefix) and not name.endswith(COUNTED)),
            *(f"{prefix}{name}" for name in beside),
        ),
        kept=tuple(name for name in absent if name in buffers),
        set_name=set_name,
        sizes={name: tuple(value.shape) for name, value in wanted.items() if not name.endswith(COUNTED)},
    )


def _under(prefix: str, held: Weights) -> Weights:
    return {name[len(prefix) :]: value for name, value in held.items() if name.startswith(prefix)}


def _same_shape(one: Tensor, other: Tensor) -> bool:
    """Equal shapes; one number is one number in any shape."""
    return one.shape == other.shape or one.numel() == other.numel() == 1


def _distance(one: Tensor, other: Tensor) -> float:
    """What share of two shapes differs, 0…1."""
    if one.dim() != other.dim():
        return 1.0
    return sum(a != b for a, b in zip(one.shape, other.shape, strict=True)) / one.dim()


def _counted(what: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{what}: {', '.join(names[:SHOWN])}{more}"
