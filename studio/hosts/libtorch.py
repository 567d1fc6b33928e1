"""Which LibTorch an archive needs: hosts carry older ones than we write with."""

from __future__ import annotations

import ast
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.document.check import Check
from studio.hosts.operators import Release, Use, knows, releases, uses

NEWEST_FORMAT_OF_1_9 = 6
FORMATS = {8: "torch.linspace", 9: "torch.logspace", 10: "torch.gelu"}  # what makes torch write a newer format
TYPES = ((re.compile(r"\bUnion\["), (1, 12), "the type Union"), (re.compile(r"\bAwait\["), (2, 5), "the type Await"))
TRACE = "trace the model (--trace) instead of compiling its source"
MENDS = {
    "an exception with a type": f"write assert instead of raise, or {TRACE}",
    "torch._upsample_lanczos2d_aa": f"{TRACE}: torch's own interpolate is compiled with every mode it has",
    "torch.stft": f"{TRACE}, or cut and window the frames with unfold and use torch.fft.rfft",
    "torch.pad": "use torch.constant_pad_nd or torch.nn.ReflectionPad1d",
    "torch.gelu": "use 0.5·x·(1 + tanh(0.79788456·(x + 0.044715·x³)))",
    "torch.scaled_dot_product_attention": "write the attention with matmul and softmax",
    "torch._native_multi_head_attention": f"{TRACE}, or write the attention with matmul and softmax",
    "the type Union": "use one type, or Optional",
}


@dataclass(frozen=True)
class Reason:
    """Something in an archive's code that older releases lack: how people write it, and the oldest that has it."""

    what: str
    since: Release


def reasons(path: Path) -> list[Reason]:
    """All that keeps an archive from the oldest release, each once, the newest first."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        code = [archive.read(name).decode(errors="replace") for name in names if name.endswith(".py")]
        formats = [int(archive.read(name)) for name in names if name.rpartition("/")[2] == "version"]
    found = {each.what: each for text in code for each in _in_code(text)}
    if (newest := max(formats, default=0)) > NEWEST_FORMAT_OF_1_9:
        what = FORMATS.get(newest, f"archive format {newest}")
        since = releases()[1] if newest in FORMATS or newest == 7 else releases()[-1]
        found.setdefault(what, Reason(what, since))
    return sorted(found.values(), key=lambda each: each.since, reverse=True)


def needs(path: Path) -> tuple[Release, list[str]]:
    """The oldest release that loads an archive, and what in it asks for that; ((1, 9), []) where nothing does."""
    found = reasons(path)
    return max((each.since for each in found), default=releases()[0]), [each.what for each in found]


def check(name: str, path: Path, carried: Release, title: str, otherwise: Literal["warn", "fail"] = "fail") -> Check:
    """Whether a host that carries the release `carried` can run an archive, and which releases can.

    Args:
        name: of the check, for example `audacity.libtorch`.
        path: the archive.
        carried: the release inside the host.
        title: of the check.
        otherwise: the verdict where it cannot: `warn` where the release in the host is not known for sure.
    """
    found = reasons(path)
    since = max((each.since for each in found), default=releases()[0])
    able = ", ".join(shown(each) for each in releases() if each >= since)
    told = [f"LibTorch {able} can run it."]
    if found:
        told.append(f"{', '.join(_sentence(each) for each in found)}.")
    if since > carried:
        told.insert(0, f"This host carries LibTorch {shown(carried)} and may close when it opens this.")
    mends = mends_of(each.what for each in found)
    told += [f"For an older host: {mends}."] if mends else []
    verdict = "pass" if since <= carried else otherwise
    return Check(id=name, verdict=verdict, value=shown(since), unit="LibTorch", title=title, advice=" ".join(told))


def mends_of(found: Iterable[str]) -> str:
    """What to do about things that an older release lacks, as `reasons` calls them."""
    return "; ".join(dict.fromkeys(MENDS[each] for each in found if each in MENDS))


def shown(version: Release) -> str:
    """As people write it, for example 1.12."""
    return f"{version[0]}.{version[1]}"


def parsed(code: str) -> ast.Module:
    """The syntax tree of an archive's code, which is Python as far as that goes. Raises: SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)


def word(use: Use) -> str:
    """An operator as people write it."""
    if use.name == "prim::RaiseException":
        return "an exception with a type"
    return use.name.replace("aten::", "torch.")


def _in_code(code: str) -> Iterator[Reason]:
    for pattern, since, what in TYPES:
        if pattern.search(code):
            yield Reason(what, since)
    try:
        tree = parsed(code)
    except (SyntaxError, ValueError, RecursionError):
        yield Reason("code that cannot be read", releases()[-1])
        return
    for use in uses(tree):
        if not knows(releases()[0], use):
            since = next((each for each in releases() if knows(each, use)), releases()[-1])
            yield Reason(word(use), since)


def _sentence(reason: Reason) -> str:
    return f"{reason.what} needs {shown(reason.since)}"
