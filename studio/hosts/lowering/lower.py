"""Rewrite the code of an archive so that an older LibTorch reads it.

An archive's code is text. What the older release has under another name is called by that name, and what can be made
of older operators by a small function that is added to the archive. Torch's own compiled layers also name newer
operators in branches that are never taken: those are replaced by a sentence.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from studio.hosts.libtorch import NEWEST_FORMAT_OF_1_9, needs, parsed, word
from studio.hosts.lowering.scripted import words
from studio.hosts.operators import Release, knows, uses
from studio.storage import replacing
from studio.wrappers import torchscript

HOME = "studio_older"  # the module within an archive that holds the added functions
FORMAT_7_SINCE = (1, 12)
SAID = "is newer than this LibTorch"
WORDS: dict[str, Callable[..., Any]] = {
    "aten::pad": words.pad,
    "aten::gelu": words.gelu,
    "aten::scaled_dot_product_attention": words.scaled_dot_product_attention,
    "aten::stft": words.stft,
    "aten::concat": words.concat,
    "aten::concatenate": words.concat,
    "aten::unflatten": words.unflatten,
    "aten::rms_norm": words.rms_norm,
    "aten::is_autocast_enabled": words.is_autocast_enabled,
    "prim::is_nested": words.is_nested,
    "aten::_native_multi_head_attention": words.native_attention,
    "aten::_transformer_encoder_layer_fwd": words.encoder_layer,
}
ABSENT: dict[tuple[str, ...], Callable[..., Any]] = {
    ("Tensor",): words.absent,
    ("Tensor", "Tensor"): words.absent_pair,
}


@dataclass
class _Lowering:
    """What one archive's lowering has met: functions to add, operators left out."""

    release: Release
    added: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, None] = field(default_factory=dict)

    def code(self, text: str) -> str:
        """The same code for the older release; what cannot be said in its words stays."""
        raw = text.encode()
        starts = _line_starts(raw)
        edits: list[tuple[int, int, str]] = []
        dropped: list[tuple[int, int]] = []
        for use in uses(parsed(text)):
            begin, end = _span(use.node, starts)
            if knows(self.release, use) or any(first <= begin and end <= last for first, last in dropped):
                continue
            if use.name == "prim::RaiseException":
                edits.append((_span(use.node.args[0], starts)[1], _span(use.node.args[-1], starts)[1], ""))
            elif use.name in WORDS:
                edits.append((begin, _span(use.node.func, starts)[1], self.call(WORDS[use.name])))
            elif (stand_in := ABSENT.get(_returned(use.name))) is not None:
                edits.append((begin, end, f'{self.call(stand_in)}("{_spoken(word(use))}")'))
                dropped.append((begin, end))
                self.left_out[word(use)] = None
        for begin, end, said in sorted(edits, reverse=True):
            raw = raw[:begin] + said.encode() + raw[end:]
        return raw.decode()

    def call(self, function: Callable[..., Any]) -> str:
        """The name under which code of the archive calls one of our functions, which is added to it."""
        name = function.__name__
        if name not in self.added:
            self.added[name] = ""  # it may call itself
            self.added[name] = self.code(torchscript.script_function(function))
        return f"__torch__.{HOME}.{name}"


def lower(path: Path, release: Release) -> list[str]:
    """Rewrite the archive at `path` for `release`.

    Returns: operators that are left out because they stand where torch's own layers rarely go; running into one
        raises an error that `absent_in` reads.
    """
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    lowering = _Lowering(release)
    changed = {info.filename: _lowered(lowering, data) for info, data in members if info.filename.endswith(".py")}
    for info, data in members:
        if info.filename.endswith("/version") and release < FORMAT_7_SINCE and int(data) > NEWEST_FORMAT_OF_1_9:
            changed[info.filename] = f"{NEWEST_FORMAT_OF_1_9}\n".encode()
    with replacing(path) as stream, zipfile.ZipFile(stream, "w") as written:
        for info, data in members:
            written.writestr(info, changed.get(info.filename, data))
        if lowering.added:
            root = members[0][0].filename.partition("/")[0]
            home = zipfile.ZipInfo(f"{root}/code/__torch__/{HOME}.py", members[0][0].date_time)
            written.writestr(home, "\n".join(lowering.added[name] for name in sorted(lowering.added)))
    return sorted(lowering.left_out)


def lower_where_needed(path: Path, release: Release) -> None:
    """Lower an archive that asks for more than `release`; one that asks for less is left as it is.

    An operator that no older one replaces raises its sentence when it is reached: verification of the package tells.
    """
    if needs(path)[0] > release:
        lower(path, release)


def absent_in(error: BaseException, left_out: Iterable[str]) -> str:
    """Which of the operators left out is needed after all, from the error it raised; empty for any other error."""
    lines = [line for line in str(error).splitlines() if SAID in line]
    said = lines[-1].partition(SAID)[0].rpartition(":")[2].strip() if lines else ""
    return next((name for name in left_out if _spoken(name) == said), "")


def _lowered(lowering: _Lowering, data: bytes) -> bytes:
    try:
        return lowering.code(data.decode()).encode()
    except (SyntaxError, ValueError, RecursionError):
        return data


def _spoken(name: str) -> str:
    """A name as words: whoever searches the code for operators must not find it in a sentence."""
    return name.removeprefix("torch.").strip("_").replace("_", " ")


def _returned(name: str) -> tuple[str, ...]:
    """The types that an operator of ours returns."""
    schemas: Iterable[Any] = torch._C._jit_get_schemas_for_operator(name)
    kinds = {tuple(str(each.type) for each in schema.returns) for schema in schemas if ".out" not in str(schema)}
    return kinds.pop() if len(kinds) == 1 else ()


def _line_starts(raw: bytes) -> list[int]:
    starts = [0]
    for line in raw.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _span(node: ast.expr, starts: list[int]) -> tuple[int, int]:
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end
