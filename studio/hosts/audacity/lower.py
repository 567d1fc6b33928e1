"""Say in the words of LibTorch 1.9 what newer ones write otherwise: padding, and GELU.

An archive's code is text. Where 1.9 knows the same operation under an older name it is called by that.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from studio.hosts.libtorch import NEWEST_FORMAT_OF_1_9
from studio.storage import replacing

PAD = "torch.pad("
UNKNOWN = re.compile(r"approximate=|torch\.(linspace|logspace)\(")  # these need the newer format
REFLECTIONS = {2: "torch.reflection_pad1d", 4: "torch.reflection_pad2d"}
REPLICATIONS = {2: "torch.replication_pad1d", 4: "torch.replication_pad2d"}


def lower(path: Path) -> None:
    """Rewrite the archive at `path`; what cannot be said in older words stays."""
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    code = {info.filename: older(data.decode()) for info, data in members if info.filename.endswith(".py")}
    plain = not any(UNKNOWN.search(text) for text in code.values())
    with replacing(path) as stream, zipfile.ZipFile(stream, "w") as lowered:
        for info, data in members:
            if info.filename in code:
                lowered.writestr(info, code[info.filename])
            elif plain and info.filename.endswith("/version") and int(data) > NEWEST_FORMAT_OF_1_9:
                lowered.writestr(info, f"{NEWEST_FORMAT_OF_1_9}\n")
            else:
                lowered.writestr(info, data)


def older(code: str) -> str:
    """The same TorchScript without `torch.pad`, which 1.9 does not know."""
    at = code.rfind(PAD)  # from behind, so that a call within a call is done first
    while at >= 0:
        arguments, end = _arguments(code, at + len(PAD))
        code = code[:at] + _pad(arguments) + code[end:]
        at = code.rfind(PAD, 0, at)
    return code


def _pad(arguments: list[str]) -> str:
    mode = arguments[2].strip('"') if len(arguments) > 2 else "constant"
    fill = arguments[3] if len(arguments) > 3 and arguments[3] != "None" else "0"
    if mode == "constant":
        return f"torch.constant_pad_nd({arguments[0]}, {arguments[1]}, {fill})"
    names = {"reflect": REFLECTIONS, "replicate": REPLICATIONS}.get(mode, {})
    sides = len(_arguments(arguments[1][1:], 0)[0]) if arguments[1].startswith("[") else 0
    if sides in names:
        return f"{names[sides]}({arguments[0]}, {arguments[1]})"
    return f"{PAD}{', '.join(arguments)})"


def _arguments(code: str, start: int) -> tuple[list[str], int]:
    """What stands between `start` and the bracket that closes, cut at its commas, and where that bracket ends."""
    depth, quoted, begun = 0, False, start
    found: list[str] = []
    for at in range(start, len(code)):
        sign = code[at]
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "([{":
            depth += 1
        elif sign in ")]}" and depth:
            depth -= 1
        elif sign == "," and not depth:
            found.append(code[begun:at].strip())
            begun = at + 1
        elif sign in ")]}":
            last = code[begun:at].strip()
            return [*found, last] if last else found, at + 1
    raise ValueError("a bracket is not closed")
