"""What opening a model found out: one message, so that whoever gets it has everything."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from studio.document.call import Call
from studio.document.card import ModelCard


class ModelSource(BaseModel):
    """Which model, and how the user said it is to be made.

    Attributes:
        path: the file that was dropped or named.
        class_name: the class picked, where there are several.
        arguments: constructor arguments, as typed.
        source: the Python file that holds the network of bare weights.
        model_rate: the model's sample rate as the user said it, in Hz.
        layout: the input layout as the user corrected it.
        call: fields of the call as the user, or a mend, corrected them.
        trace: the user agreed to a trace although it loses something.
        card: what the user says about the model; its knobs are used instead of the proposed ones.
        expected: digest of the file when the project that names it was saved; empty where nobody knows.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    class_name: str = ""
    arguments: dict[str, str] = {}
    source: str = ""
    model_rate: int | None = None
    layout: str = ""
    call: dict[str, Any] = {}
    trace: bool = False
    card: ModelCard | None = None
    expected: str = ""


class OpenedModel(BaseModel):
    """A model that was opened, called, captured and staged for everything that comes after.

    Attributes:
        name: of the class or file.
        kind: as in `document.kinds`.
        digest: SHA-256 of the file.
        source: what it was made from, with every answer filled in.
        call: how it is called.
        card: what is known about it, its parameters included.
        captured: path of the captured wrapper (TorchScript) that is heard, checked and exported.
        how: `trace`, `script` or `package`: how it was captured.
        facts: sentences for the user.
        size_bytes: of the file.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: str
    digest: str
    source: ModelSource
    call: Call
    card: ModelCard
    captured: str
    how: str
    facts: tuple[str, ...] = ()
    size_bytes: int = 0

    @property
    def is_played(self) -> bool:
        """Not those that label sound, and not those that make it as a whole: they are rendered and seen."""
        return not (self.call.labels or self.call.offline)
