"""TorchScript archives as we leave them: reproducible, and without the author's paths and source."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.errors import ModelError
from studio.storage import replacing
from studio.wrappers import torchscript
from studio.wrappers.torchscript import ScriptModule

EPOCH = (1980, 1, 1, 0, 0, 0)


def save_archive(module: ScriptModule, path: Path, extra: Mapping[str, str]) -> None:
    """Write `module` with its extra files as one step.

    `*.debug_pkl` members are left out: they carry local paths and source text, and LibTorch 1.9 aborts its
    host when it wants to quote from one. Times are fixed, and so is the archive's own number, which torch makes of
    those paths too: the same module gives the same bytes.
    """
    buffer = io.BytesIO()
    torchscript.save(module, buffer, dict(extra))
    with zipfile.ZipFile(buffer) as whole, replacing(path) as stream, zipfile.ZipFile(stream, "w") as lean:
        digest = hashlib.sha256()
        for name in whole.namelist():
            if name.endswith(".debug_pkl"):
                continue
            data = _number(digest) if name.endswith(".data/serialization_id") else whole.read(name)
            digest.update(name.encode() + data)
            lean.writestr(zipfile.ZipInfo(name, EPOCH), data)


def _number(digest: hashlib._Hash) -> bytes:
    """Forty decimal digits, as torch writes them, of what came before in the archive."""
    return b"%040d" % (int(digest.hexdigest(), 16) % 10**40)


def load_archive(path: Path, extra: str) -> tuple[ScriptModule, dict[str, Any]]:
    """Load an archive on the CPU with one JSON extra file ({} where it is absent). Raises: ModelError."""
    found: dict[str, Any] = {extra: ""}
    try:
        module = torchscript.load(str(path), found)
    except (RuntimeError, ValueError, LookupError) as error:
        raise ModelError(
            f"{path.name} cannot be loaded: {first_line(error)}", "It may be damaged; get it again.", about=path.name
        ) from error
    module.eval()
    text = found[extra]
    said = json.loads(text) if text else {}
    return module, said if isinstance(said, dict) else {}


def first_line(error: BaseException) -> str:
    """The first line of torch's message that says something."""
    lines = [line.strip() for line in str(error).splitlines()]
    return next((line for line in lines if line), type(error).__name__)[:200]
