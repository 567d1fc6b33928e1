"""What can go wrong, said so that the user knows what to do.

StudioError
├── FileError       a file is not what it should be, or cannot be read or written
├── ModelError      a model cannot be loaded, called or captured
│   ├── AnswerNeeded    the user has to tell something (`fields` names the options)
│   ├── ConsentNeeded   foreign code would run
│   └── CompileError    TorchScript cannot take the model
├── CardError       what is said about a model does not fit a host
├── HostError       a package cannot be made or was not accepted
├── AudioError      no device, or it refuses
└── JobError        a child process died, hung or was refused
    ├── JobFault        a mistake of ours inside a child
    └── Cancelled       the user stopped it
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

LONG_WORD = re.compile(r"[^\s/\\]{100,}")  # a file name of 255 letters would push everything else out of a window


def shown(text: str) -> str:
    """Text with what cannot be seen in it spelled out: line breaks, marks that turn letters round, bytes that are none.

    A word as long as a file name may be is cut in the middle.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(each if _is_seen(each) else each.encode("unicode_escape").decode() for each in text)
    return LONG_WORD.sub(lambda word: f"{word[0][:60]}…{word[0][-30:]}", text)


def _is_seen(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind not in ("Cc", "Cs", "Zl", "Zp") and not (kind == "Cf" and unicodedata.bidirectional(letter) != "BN")


class StudioError(Exception):
    """One sentence that says what is wrong, and one way out.

    Args:
        sentence: what is wrong, in words of the user; names in it may hold anything, see `shown`.
        hint: what to do about it.
        about: the file, field or device it is about.
        fields: names of the options or card fields concerned.
        choices: for an answer that is needed: what may be answered.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        about: str = "",
        fields: Sequence[str] = (),
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__(sentence, hint, about, tuple(fields), tuple(choices))  # args are what pickle keeps
        self.sentence, self.hint, self.about = shown(sentence), shown(hint), about
        self.fields, self.choices = tuple(fields), tuple(choices)

    def __str__(self) -> str:
        return self.sentence

    def to_dict(self) -> dict[str, Any]:
        """The error as the command line prints it and as it crosses processes."""
        said = {"code": self.code, "message": self.sentence, "hint": self.hint, "fields": list(self.fields)}
        if self.about:
            said["about"] = self.about
        if self.choices:
            said["choices"] = list(self.choices)
        return said


class FileError(StudioError):
    code = "file"


class ModelError(StudioError):
    code = "model"


class AnswerNeeded(ModelError):
    code = "answer-needed"


class ConsentNeeded(ModelError):
    code = "consent-needed"


class CompileError(ModelError):
    """`output` is what TorchScript itself said."""

    code = "cannot-compile"
    output: str = ""


class CardError(StudioError):
    code = "card"


class HostError(StudioError):
    code = "host"


class AudioError(StudioError):
    code = "audio"


class JobError(StudioError):
    """`output` is the end of what the child printed, or its traceback."""

    code = "job"
    output: str = ""


class JobFault(JobError):
    code = "fault"


class Cancelled(JobError):
    code = "cancelled"


def _family(root: type[StudioError]) -> dict[str, type[StudioError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found.update(_family(child))
    return found


def error_from(said: dict[str, Any]) -> StudioError:
    """Rebuild an error that crossed a process as `to_dict()`; an unknown code becomes a plain StudioError."""
    kind = _family(StudioError).get(said.get("code", ""), StudioError)
    return kind(
        said.get("message", ""),
        said.get("hint", ""),
        said.get("about", ""),
        said.get("fields", ()),
        said.get("choices", ()),
    )
