"""Archives and pickles as somebody who means harm would write them; every payload only creates a marker file."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from typing import Any

import torch
from torch import Tensor, nn

from studio.wrappers import torchscript


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.what = function, arguments

    def __reduce__(self) -> Any:
        return self.what


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1.0


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.n: int = 1

    def forward(self, x: Tensor) -> Tensor:
        return x + 1.0

    @torch.jit.export
    def __getstate__(self) -> tuple[int, bool]:
        return self.n, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[int, bool]) -> None:
        self.n = state[0]
        self.training = state[1]


def text(said: str) -> bytes:
    """A string as protocol 2 writes it."""
    return b"X" + struct.pack("<I", len(said.encode())) + said.encode()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def torch_zip(pickled: bytes) -> bytes:
    """An archive like torch.save makes, around any pickle."""
    return zipped(("a/data.pkl", pickled), ("a/byteorder", b"little"), ("a/data/0", bytes(64)), ("a/version", b"3\n"))


def saved(value: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def scripted(module: nn.Module) -> bytes:
    buffer = io.BytesIO()
    torchscript.save(torchscript.script(module.eval()), buffer, {})
    return buffer.getvalue()


def rewritten(data: bytes, change: Any) -> bytes:
    """The archive with `change(name, bytes)` in place of each member; None leaves one out."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = [(info.filename, change(info.filename, source.read(info))) for info in source.infolist()]
    return zipped(*[(name, body) for name, body in members if body is not None])


def with_body(body: str, at_load: bool = False) -> bytes:
    """TorchScript whose forward, or __setstate__, is `body` as the archive writes code."""
    anchor = "    self.n = (state)[0]\n" if at_load else "    return torch.add(x, 1.)\n"
    data = scripted(Stateful() if at_load else Plain())
    return rewritten(data, lambda name, held: held.replace(anchor.encode(), body.encode()))


def exec_pickle(code: str, protocol: int = 2) -> bytes:
    return pickle.dumps(Calls(exec, code), protocol)


def flipped_weight(data: bytes) -> bytes:
    """One bit wrong in the middle of the file, where the weights lie."""
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 64
    return bytes(changed)
