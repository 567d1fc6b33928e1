"""ONNX models looked at: the names of their inputs and outputs, and files they point to. No ONNX library is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from studio.document.kind import Kind, no_model

MAX_FIELDS = 200_000
MAX_FIELD = 1 << 20
NODES, INITIALIZERS, INPUTS, OUTPUTS = 1, 5, 11, 12  # fields of a graph
GRAPH, EXTERNAL = 7, 13  # of a model; of a tensor
Span = tuple[int, int]


def looks_like_onnx(path: Path, head: bytes) -> bool:
    """A protobuf whose field 1 is a small version number and whose next field is one of ONNX's."""
    if len(head) < 4 or head[0] != 0x08 or not 1 <= head[1] <= 32:
        return False
    return path.suffix.lower() == ".onnx" or head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A)


def onnx_kind(path: Path, size: int) -> Kind:
    """The kind, with what goes in and out.

    Raises: FileError where it is cut, or keeps its weights outside its own folder.
    """
    facts = ["ONNX models can be looked at, not played: open the PyTorch model it was made from."]
    try:
        with path.open("rb") as stream:
            reader = _Reader(stream)
            for number, span in reader.fields((0, size)):
                if number == GRAPH and span is not None:
                    facts += reader.graph(span)
    except ValueError as error:
        raise no_model(path, f"a damaged ONNX model: {error}", "Download or export it again.") from error
    return Kind("onnx", size, "ONNX model", tuple(facts))


class _Reader:
    """Protobuf fields in place; long ones are stepped over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, MAX_FIELDS

    def fields(self, span: Span) -> Iterator[tuple[int, Span | None]]:
        """Number and place of each field; None for one that is a number."""
        at, end = span
        while at < end:
            self._left -= 1
            if self._left < 0:
                return
            tag, at = self._varint(at)
            wire = tag & 7
            if wire == 0:
                _, at = self._varint(at)
                yield tag >> 3, None
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
            elif wire == 2:
                length, at = self._varint(at)
                if at + length > end:
                    raise ValueError("a part claims more than there is")
                yield tag >> 3, (at, at + length)
                at += length
            else:
                raise ValueError("it cannot be read")

    def graph(self, span: Span) -> list[str]:
        """Sentences about a graph. Raises: ValueError for weights outside the model's folder."""
        stored: set[str] = set()
        names: dict[int, list[str]] = {INPUTS: [], OUTPUTS: []}
        nodes = 0
        for number, place in self.fields(span):
            nodes += number == NODES
            if place is None:
                continue
            if number == INITIALIZERS:
                stored.add(self._tensor(place))
            elif number in names:
                names[number].append(self._value(place))
        inputs = [each for each in names[INPUTS] if each.partition(" ")[0] not in stored]
        return [
            f"Inputs: {', '.join(inputs) or 'none'}.",
            f"Outputs: {', '.join(names[OUTPUTS]) or 'none'}.",
            f"{nodes} operations, {len(stored)} stored tensors.",
        ]

    def _tensor(self, span: Span) -> str:
        name = ""
        for number, place in self.fields(span):
            if number == 8 and place is not None:
                name = self._text(place)
            elif number == EXTERNAL and place is not None:
                _require_beside(dict([self._pair(place)]).get("location", ""))
        return name

    def _pair(self, span: Span) -> tuple[str, str]:
        found = {number: self._text(place) for number, place in self.fields(span) if place is not None}
        return found.get(1, ""), found.get(2, "")

    def _value(self, span: Span) -> str:
        """`audio [1, n]`: a name and its shape."""
        name, shape = "", ""
        for number, place in self.fields(span):
            if place is not None and number == 1:
                name = self._text(place)
            elif place is not None and number == 2:
                axes = [axis for tensor in self._inside(place, 1) for dims in self._inside(tensor, 2)
                        for axis in self._axes(dims)]  # fmt: skip
                shape = f" [{', '.join(axes)}]" if axes else ""
        return name + shape

    def _inside(self, span: Span, wanted: int) -> list[Span]:
        return [place for number, place in self.fields(span) if number == wanted and place is not None]

    def _axes(self, span: Span) -> Iterator[str]:
        for place in self._inside(span, 1):
            said = "?"
            at, end = place
            if at < end:
                tag, at = self._varint(at)
                if tag == 0x08:
                    said = str(self._varint(at)[0])
                elif tag == 0x12:
                    said = self._text((self._varint(at)[1], end))
            yield said

    def _text(self, span: Span) -> str:
        start, end = span
        if end - start > MAX_FIELD:
            raise ValueError("a name is too long")
        self._stream.seek(start)
        return self._stream.read(end - start).decode("utf-8", "replace")

    def _varint(self, at: int) -> tuple[int, int]:
        self._stream.seek(at)
        raw = self._stream.read(10)
        value = 0
        for index, byte in enumerate(raw):
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                return value, at + index + 1
        raise ValueError("it ends too early")


def _require_beside(location: str) -> None:
    """Weights may lie beside the model, never outside its folder."""
    posix, windows = PurePosixPath(location), PureWindowsPath(location)
    if posix.is_absolute() or windows.is_absolute() or windows.drive or ".." in windows.parts:
        raise ValueError(f"it keeps weights outside its folder ({location[:60]})")
