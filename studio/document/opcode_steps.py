"""What each opcode of a pickle does to the stack of a walk that keeps plain values only."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable
from typing import Any

from studio.document.opcodes import Name, Walk
from studio.document.scans.names import COMPUTED

Step = Callable[[Walk], None]


def _push(value: Any) -> Step:
    def step(walk: Walk) -> None:
        walk.stack.append(value)

    return step


def _number(form: str) -> Step:
    packed = struct.Struct(form)
    size = packed.size

    def step(walk: Walk) -> None:
        walk.stack.append(packed.unpack_from(walk.data, walk.at)[0])
        walk.at += size

    return step


def _length(walk: Walk, size: int) -> int:
    if size == 1:
        walk.at += 1
        return walk.data[walk.at - 1]
    return int.from_bytes(walk.take(size), "little")


def _long(size: int) -> Step:
    def step(walk: Walk) -> None:
        said = walk.long(_length(walk, size))
        walk.stack.append(int.from_bytes(said, "little", signed=True) if said is not None else None)

    return step


def _text(size: int) -> Step:
    return lambda walk: walk.text(walk.long(_length(walk, size)))


def _raw(size: int) -> Step:
    return lambda walk: walk.raw(walk.long(_length(walk, size)))


def _quoted(walk: Walk) -> None:
    said = walk.line()
    if len(said) < 2 or said[:1] not in b"'\"" or said[-1:] != said[:1]:
        raise ValueError("a text is not quoted")
    walk.text(codecs.escape_decode(said[1:-1])[0])


def _decimal(walk: Walk) -> None:
    said = walk.line()
    walk.stack.append(int(said.rstrip(b"L")))


def _put_line(walk: Walk) -> None:
    walk.memo[int(walk.line())] = walk.stack[-1]


def _get_line(walk: Walk) -> None:
    walk.stack.append(walk.memo[int(walk.line())])


def _memoize(walk: Walk) -> None:
    walk.memo[len(walk.memo)] = walk.stack[-1]


def _long_get(walk: Walk) -> None:
    walk.stack.append(walk.memo[_length(walk, 4)])


def _tuple(count: int) -> Step:
    def step(walk: Walk) -> None:
        found = tuple(walk.stack[-count:])
        if len(found) < count:
            raise ValueError("a tuple lacks its parts")
        del walk.stack[-count:]
        walk.stack.append(found)

    return step


def _marked(walk: Walk) -> None:
    walk.to_mark()
    walk.stack.append(None)


def _put_in(count: int) -> Step:
    """Append or set one item."""

    def step(walk: Walk) -> None:
        del walk.stack[-count:]
        walk.touch(walk.stack[-1])

    return step


def _put_in_marked(walk: Walk) -> None:
    walk.to_mark()
    walk.touch(walk.stack[-1])


def _global(walk: Walk) -> None:
    module, name = walk.line().decode(), walk.line().decode()
    walk.ask(f"{module}.{name}")


def _inst(walk: Walk) -> None:
    module, name = walk.line().decode(), walk.line().decode()
    walk.names.append(f"{module}.{name}")
    walk.call(Name(f"{module}.{name}"), tuple(walk.to_mark()))


def _obj(walk: Walk) -> None:
    found = walk.to_mark()
    walk.call(found[0], tuple(found[1:]))


def _stack_global(walk: Walk) -> None:
    name, module = walk.stack.pop(), walk.stack.pop()
    known = isinstance(name, str) and isinstance(module, str)
    walk.ask(f"{module}.{name}" if known else COMPUTED)


def _reduce(walk: Walk) -> None:
    arguments, function = walk.stack.pop(), walk.stack.pop()
    walk.call(function, arguments)


def _newobj_ex(walk: Walk) -> None:
    _, arguments, function = walk.stack.pop(), walk.stack.pop(), walk.stack.pop()
    walk.call(function, arguments)


def _extension(size: int) -> Step:
    def step(walk: Walk) -> None:
        walk.take(size)
        walk.ask(COMPUTED)

    return step


def _persid(walk: Walk) -> None:
    walk.line()
    walk.stack.append(None)


def _pop(walk: Walk) -> None:
    walk.stack.pop()


def _duplicate(walk: Walk) -> None:
    walk.stack.append(walk.stack[-1])


def _float_line(walk: Walk) -> None:
    walk.stack.append(float(walk.line()))


def _pop_marked(walk: Walk) -> None:
    walk.to_mark()


def _refer(walk: Walk) -> None:
    walk.refer(walk.stack.pop())


def _raw_line(walk: Walk) -> None:
    walk.text(walk.line().decode("raw-unicode-escape").encode("utf-8", "surrogatepass"))


def _skip(size: int) -> Step:
    def step(walk: Walk) -> None:
        walk.take(size)

    return step


def _protocol(walk: Walk) -> None:
    if (said := walk.take(1)[0]) > 5:
        raise ValueError(f"protocol {said} is unknown")


STEPS: dict[int, Step] = {
    ord("0"): _pop, ord("1"): _pop_marked, ord("2"): _duplicate,
    ord("M"): _number("<H"), ord("J"): _number("<i"), ord("G"): _number(">d"),
    ord("I"): _decimal, ord("L"): _decimal, ord("F"): _float_line, 0x8A: _long(1), 0x8B: _long(4),
    ord("X"): _text(4), 0x8C: _text(1), 0x8D: _text(8), ord("S"): _quoted, ord("T"): _text(4), ord("U"): _text(1),
    ord("V"): _raw_line,
    ord("B"): _raw(4), ord("C"): _raw(1), 0x8E: _raw(8), 0x96: _raw(8), 0x97: _push(None), 0x98: _skip(0),
    ord("p"): _put_line, 0x94: _memoize,
    ord("j"): _long_get, ord("g"): _get_line,
    0x85: _tuple(1), 0x86: _tuple(2), 0x87: _tuple(3), ord("l"): _marked, ord("d"): _marked,
    0x91: _marked, ord("a"): _put_in(1), ord("s"): _put_in(2), ord("e"): _put_in_marked, ord("u"): _put_in_marked,
    0x90: _put_in_marked,
    ord("c"): _global, ord("i"): _inst, ord("o"): _obj, 0x93: _stack_global, 0x81: _reduce, 0x92: _newobj_ex,
    ord("R"): _reduce, ord("b"): _put_in(1), ord("P"): _persid, ord("Q"): _refer,
    0x82: _extension(1), 0x83: _extension(2), 0x84: _extension(4),
    0x80: _protocol, 0x95: _skip(8),
}  # fmt: skip
