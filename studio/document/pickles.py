"""What a pickle would import, read from its opcodes; nothing is unpickled."""

from __future__ import annotations

import pickletools
import re
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

Verdict = Literal["tensors", "settings", "foreign"]
STREAMS = 5  # an old torch file is five pickles, then raw numbers
TENSORS = re.compile(
    r"(collections\.OrderedDict|torch\._utils\._rebuild_(tensor|tensor_v[23]|parameter|parameter_with_state|qtensor"
    r"|sparse_tensor)|torch\._tensor\._rebuild_from_type_v2|torch\.Tensor|torch\.nn\.parameter\.(Parameter|Buffer)"
    r"|torch\.(\w+Storage|storage\.(UntypedStorage|TypedStorage))"
    r"|torch\.(Size|device|float(16|32|64)|bfloat16|half|double|u?int(8|16|32|64)|bool|complex(32|64|128))"
    r"|torch\.serialization\._get_layout|_codecs\.encode|(builtins|__builtin__)\.(set|frozenset|bytearray|complex))$"
)
SETTINGS = re.compile(
    r"(argparse\.Namespace|pathlib\.(Pure)?(Posix|Windows)?Path|datetime\.\w+|collections\.(Counter|defaultdict|deque)"
    r"|numpy\._?core\.multiarray\.(_reconstruct|scalar)|numpy\.(ndarray|dtype)|numpy\.dtypes\.\w+"
    r"|(builtins|__builtin__)\.(int|str|float|bool|list|dict|tuple|bytes))$"
)


@dataclass
class PickleContent:
    """What a pickle is made of.

    Attributes:
        names: every global it asks for, as `module.name`; `?` stands for a name that it computes.
        texts: its strings, among them the names of weights.
        tensors: number of storages it refers to.
    """

    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tensors: int = 0

    @property
    def verdict(self) -> Verdict:
        """`tensors` and `settings` open without running anything foreign."""
        found = {_judge(name) for name in self.names}
        return "foreign" if "foreign" in found else "settings" if "settings" in found else "tensors"

    @property
    def foreign(self) -> list[str]:
        """The names that nobody vouches for."""
        return sorted({name for name in self.names if _judge(name) == "foreign"})


def looks_pickled(head: bytes) -> bool:
    """Whether a file that starts like this may be a binary pickle."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def read_pickles(stream: BinaryIO) -> PickleContent:
    """Walk the pickles at the stream's place, laid end to end.

    Raises: ValueError where the first is not readable to its end.
    """
    content = PickleContent()
    for number in range(STREAMS):
        start = stream.tell()
        head = stream.read(3)
        stream.seek(start)
        if number and not looks_pickled(head):
            break
        try:
            _walk(stream, content)
        except Exception as error:  # pickletools raises half a dozen unrelated kinds for damaged input
            if number == 0:
                raise ValueError(f"not a readable pickle: {error}") from error
            break
    return content


def _judge(name: str) -> Verdict:
    return "tensors" if TENSORS.match(name) else "settings" if SETTINGS.match(name) else "foreign"


def _walk(stream: BinaryIO, content: PickleContent) -> None:
    """Follow one pickle on a stack that holds only strings and marks: names may be computed from both."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    mark = object()
    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            content.names.append(str(argument).replace(" ", ".", 1))
        elif name == "STACK_GLOBAL":
            parts = stack[-2:]
            known = len(parts) == 2 and all(isinstance(part, str) for part in parts)
            content.names.append(".".join(parts) if known else "?")
        elif name.startswith("EXT"):
            content.names.append("?")
        elif name in ("BINPERSID", "PERSID"):
            content.tensors += 1
        if name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if argument is None else int(argument)] = stack[-1] if stack else None
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo.get(int(argument or 0)))
        else:
            _move(stack, opcode, argument, mark, content)


def _move(
    stack: list[Any], opcode: pickletools.OpcodeInfo, argument: Any, mark: object, content: PickleContent
) -> None:
    """What an opcode does to the stack."""
    before = list(opcode.stack_before)
    if pickletools.markobject in before:
        while stack and stack.pop() is not mark:
            pass
        before = before[: before.index(pickletools.markobject)]
    del stack[max(0, len(stack) - len(before)) :]
    if opcode.name == "MARK":
        stack.append(mark)
    elif isinstance(argument, str) and opcode.stack_after and opcode.name not in ("GLOBAL", "INST", "PERSID"):
        stack.append(argument)
        content.texts.append(argument)
    else:
        stack.extend([None] * len(opcode.stack_after))
