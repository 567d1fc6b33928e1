"""The captured wrapper: the one TorchScript module that is heard, checked and exported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.wrappers.archive import load_archive, save_archive
from studio.wrappers.torchscript import ScriptModule

FACTS = "studio.json"


@dataclass(frozen=True)
class Captured:
    """A captured wrapper and what is known of it.

    Attributes:
        module: `forward(x [channels_in, n], params [n_params, n]) -> [channels_out, n·ratio]`, `reset()`,
            `prepare(sample_rate, block)`, `latency()` in samples at the model's rate. `params` are positions 0…1,
            one row for each numeric parameter of the card, in order. A labeller returns (indexes, times).
        call: how it is called, at its own rate.
        card: what is said about it.
        how: `trace`, `script` or `package`.
    """

    module: ScriptModule
    call: Call
    card: ModelCard
    how: str

    @property
    def numeric(self) -> tuple[Parameter, ...]:
        """The parameters that have a row in `params`."""
        return tuple(each for each in self.card.parameters if each.is_numeric)


def save_captured(captured: Captured, path: Path) -> None:
    """Write it as one archive, with call and card inside."""
    facts = {
        "call": captured.call.model_dump(mode="json"),
        "card": captured.card.model_dump(mode="json"),
        "how": captured.how,
    }
    save_archive(captured.module, path, {FACTS: json.dumps(facts)})


def load_captured(path: Path) -> Captured:
    """Read what `save_captured` wrote. Raises: ModelError."""
    module, facts = load_archive(path, FACTS)
    call, card = Call.model_validate(facts["call"]), ModelCard.model_validate(facts["card"])
    return Captured(module, call, card, facts["how"])
