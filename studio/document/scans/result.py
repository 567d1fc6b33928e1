"""What a scan says of a file: one verdict, and sentences in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Weight = Literal["note", "runs", "damaged"]
Verdict = Literal["arithmetic", "runs", "damaged"]
SHOWN = 4


@dataclass(frozen=True)
class Finding:
    """One thing that stands out.

    Attributes:
        weight: `note` changes no verdict; `runs` says that more than arithmetic would run; `damaged` forbids opening.
        text: in plain words, to follow "it": `writes files: torch.save in forward of Net`.
        name: what decided it: an operator, a pickled name, a member of an archive.
    """

    weight: Weight
    text: str
    name: str = ""


@dataclass(frozen=True)
class Scan:
    """All that was found in a file.

    A verdict `arithmetic` is advice: it never allows a file to be opened outside a process that has locked itself in.
    """

    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Scan:
        """Each finding once, the worst first."""
        order = {"damaged": 0, "runs": 1, "note": 2}
        return cls(tuple(sorted(dict.fromkeys(findings), key=lambda each: order[each.weight])))

    @property
    def verdict(self) -> Verdict:
        weights = {each.weight for each in self.findings}
        return "damaged" if "damaged" in weights else "runs" if "runs" in weights else "arithmetic"

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings behind the verdict."""
        return tuple(each for each in self.findings if each.weight == self.verdict)

    @property
    def decided_by(self) -> str:
        """The name that decided the verdict, empty where nothing stands out."""
        return self.deciding[0].name if self.deciding else ""

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(each.text for each in self.findings if each.weight == "note")

    def said(self) -> str:
        """The verdict in words: `arithmetic only`, `would run: …` or `damaged: …`."""
        heads = {"arithmetic": "arithmetic only", "runs": "would run: ", "damaged": "damaged: "}
        return heads[self.verdict] + listed([each.text for each in self.deciding], "; ")


def listed(items: Iterable[str], between: str = ", ") -> str:
    """The first few of `items`, and how many more there are."""
    items = list(items)
    shown = between.join(items[:SHOWN])
    return f"{shown} and {len(items) - SHOWN} more" if len(items) > SHOWN else shown
