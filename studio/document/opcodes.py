"""One pickle's opcodes followed on a stack of plain values: fast enough for checkpoints, and bounded in memory."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from studio.document.scans.names import COMPUTED, judge_name

CHUNK = 1 << 20
SHORT = 600  # bytes that any opcode with a short argument fits in
LONG = 1 << 16  # bytes of a text or of raw bytes that are kept; longer ones are stepped over
MOST = 1 << 20  # values on the stack, in the memo, or texts
WIDTHS = {
    "Double": 8, "Long": 8, "ComplexFloat": 8, "ComplexDouble": 16, "Float": 4, "Int": 4, "QInt32": 4, "Half": 2,
    "BFloat16": 2, "Short": 2,
}  # fmt: skip
GET, PUT, LONG_PUT, BYTE, TUPLE, STOP = 0x68, 0x71, 0x72, 0x4B, 0x74, 0x2E
FOUR = struct.Struct("<I")
MARK = object()
VALUES: dict[int, Any] = {  # opcodes that push one value, whatever follows
    ord("("): MARK, ord("N"): None, 0x88: True, 0x89: False, ord("]"): None, ord("}"): None, 0x8F: None, ord(")"): (),
}  # fmt: skip


class Unread(ValueError):  # a limit of ours, not a fault of the file
    """The pickle is too large to be followed."""


@dataclass(frozen=True)
class Name:
    """A global on the stack."""

    said: str


@dataclass(slots=True)
class Storage:
    """Numbers that a pickle refers to: element type as torch names it, key, and how many."""

    dtype: str
    key: str
    count: int

    @property
    def size_bytes(self) -> int:
        """How many bytes it claims; an unknown element type counts as one byte."""
        return self.count * WIDTHS.get(self.dtype, 1)


@dataclass(frozen=True)
class Call:
    """A call that a pickle makes; `arguments` as text where they are plain."""

    name: str
    arguments: str = ""


class Walk:
    """Follow one pickle from the stream's place to its end.

    Attributes:
        names: globals, in order; `?` for one that is computed.
        texts: strings.
        storages: by key.
        calls: of names that nobody vouches for.
        misfits: tensors that do not fit their storage.
        hidden: bytes that begin like a pickle.
        stack, memo: what the opcodes work on.
        data, at: the bytes at hand, and the place in them: at least `SHORT` lie ahead unless the stream ends there.
        read: bytes up to its end.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data, self.at, self._before, self._whole = b"", 0, 0, False
        self._safe = -1  # the last place from which an opcode with a short argument can be read
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.names: list[str] = []
        self.texts: list[str] = []
        self.storages: dict[str, Storage] = {}
        self.calls: list[Call] = []
        self.misfits: list[str] = []
        self.hidden: list[bytes] = []

    @property
    def read(self) -> int:
        return self._before + self.at

    def run(self, steps: Mapping[int, Callable[[Walk], None]]) -> None:
        """Go to the end of the pickle.

        Args:
            steps: what each opcode does.

        Raises: ValueError and its like for what is no pickle, Unread for one that is too large.
        """
        stack, memo, push = self.stack, self.memo, self.stack.append
        data, at, safe = self.data, self.at, self._safe
        while True:
            if at > safe:
                self.at = at
                self._fill()
                data, at, safe = self.data, self.at, self._safe
                if len(stack) > MOST or len(memo) > MOST or len(self.texts) > MOST:
                    raise Unread("it holds more values than can be looked through")
            code = data[at]
            at += 1
            if code == GET:  # seven of ten opcodes are one of these: a call for each would triple the time
                push(memo[data[at]])
                at += 1
            elif code in VALUES:
                push(VALUES[code])
            elif code == BYTE:
                push(data[at])
                at += 1
            elif code == PUT:
                memo[data[at]] = stack[-1]
                at += 1
            elif code == TUPLE:
                mark = len(stack) - 1
                while stack[mark] is not MARK:  # runs out of the list where there is none
                    mark -= 1
                found = tuple(stack[mark + 1 :])
                del stack[mark:]
                push(found if len(found) < SHORT else None)
            elif code == LONG_PUT:
                memo[FOUR.unpack_from(data, at)[0]] = stack[-1]
                at += 4
            else:
                self.at = at
                if code == STOP:
                    stack.pop()
                    return
                steps[code](self)
                data, at, safe = self.data, self.at, self._safe

    def _fill(self) -> None:
        """Have more bytes at hand, or all there are."""
        self._before += self.at
        more = self._stream.read(CHUNK)
        self.data, self.at = self.data[self.at :] + more, 0
        self._whole = not more
        self._safe = len(self.data) if self._whole else len(self.data) - SHORT

    def take(self, length: int) -> bytes:
        """The next bytes. Raises: ValueError where there are not as many."""
        end = self.at + length
        if end > len(self.data):
            while len(self.data) - self.at < length and not self._whole:
                self._fill()
            end = self.at + length
            if end > len(self.data):
                raise ValueError("it ends too early")
        found = self.data[self.at : end]
        self.at = end
        return found

    def long(self, length: int) -> bytes | None:
        """The next bytes; None, and stepped over, where there are too many to be kept."""
        if length <= LONG:
            return self.take(length)
        head = self.take(LONG)
        if head[:1] == b"\x80":
            self.hidden.append(head)
        left = length - LONG
        while left:
            left -= len(self.take(min(left, CHUNK)))
        return None

    def line(self) -> bytes:
        """Up to the next line's end."""
        while (end := self.data.find(b"\n", self.at)) < 0:
            if self._whole or len(self.data) - self.at > CHUNK:
                raise ValueError("a line does not end")
            self._fill()
        return self.take(end + 1 - self.at)[:-1]

    def to_mark(self) -> list[Any]:
        stack = self.stack
        for at in range(len(stack) - 1, -1, -1):
            if stack[at] is MARK:
                found = stack[at + 1 :]
                del stack[at:]
                return found
        raise ValueError("a mark is missing")

    def ask(self, name: str) -> None:
        self.names.append(name)
        self.stack.append(Name(name))

    def call(self, function: Any, arguments: Any) -> None:
        """Push what a call gives: nothing is known of it, and it may not be called itself."""
        if not isinstance(function, Name):
            self.names.append(COMPUTED)
        elif function.said == "torch._utils._rebuild_tensor_v2":
            self._measure(arguments)
        elif judge_name(function.said) == "foreign":
            self.calls.append(Call(function.said, _plain(arguments)))
        self.stack.append(None)

    def refer(self, said: Any) -> None:
        """A persistent name: torch's storages are `("storage", type, key, device, count)`."""
        whole = isinstance(said, tuple) and len(said) >= 5 and said[0] == "storage" and isinstance(said[4], int)
        if not whole or not isinstance(said[1], Name):
            self.stack.append(None)
            return
        kind = said[1].said.rpartition(".")[2].removesuffix("Storage")
        storage = Storage(kind, str(said[2]), said[4])
        known = self.storages.get(storage.key)
        if known is None or known.size_bytes < storage.size_bytes:
            self.storages[storage.key] = storage
        self.stack.append(storage)

    def text(self, said: bytes | None) -> None:
        if said is None:
            self.stack.append(None)
            return
        found = said.decode("utf-8", "surrogatepass")
        if found[:1] == "\x80":  # how old protocols write bytes
            self.hidden.append(found.encode("latin-1", "replace"))
        self.texts.append(found)
        self.stack.append(found)

    def raw(self, said: bytes | None) -> None:
        if said is not None and said[:1] == b"\x80":
            self.hidden.append(said)
        self.stack.append(said if said is not None and len(said) < SHORT else None)

    def touch(self, target: Any) -> None:
        """Something is put into or changed on `target`, which may not be a global."""
        if isinstance(target, Name):
            self.names.append(COMPUTED)

    def _measure(self, given: Any) -> None:
        if not isinstance(given, tuple) or len(given) < 4 or not isinstance(given[0], Storage):
            return
        storage, offset, shape, stride = given[:4]
        for each in (offset, *(shape or ()), *(stride or ())):
            if not isinstance(each, int) or each < 0:
                return
        reach = offset + 1
        for size, step in zip(shape, stride, strict=False):
            reach += (size - 1) * step
        if reach > storage.count and 0 not in shape and storage.dtype != "Untyped":
            self.misfits.append(storage.key)


def _plain(value: Any) -> str:
    """Arguments as a person writes them, empty where one is not plain."""
    if not isinstance(value, tuple) or not all(isinstance(each, (str, int, bytes, float)) for each in value):
        return ""
    said = ", ".join(repr(each) for each in value)
    return said if len(said) <= 60 else said[:60] + "…"
