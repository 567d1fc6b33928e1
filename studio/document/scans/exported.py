"""`torch.export` packages: torch unpickles what they hold without restraint, and evaluates the texts in their graphs.

`torch.export.load` tries `weights_only` and then unpickles all the same; its graph names functions by text, and its
sizes are texts that SymPy evaluates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from studio.document.pickles import looks_pickled
from studio.document.scans.archive import Archive, UnsoundError
from studio.document.scans.operators import words_for_operator
from studio.document.scans.result import Finding
from studio.document.scans.torch_file import SEEN, scan_pickles, scan_torch_archive

DEEPEST = 4
MAX_GRAPH = 64 << 20
COMPILED = (".so", ".dll", ".dylib", ".exe", ".pyd", ".o", ".cubin")
PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".bin")
RAW = re.compile(r"/(weights|constants)/[^/]+$")
TARGET = re.compile(rb'"target"\s*:\s*"((?:[^"\\]|\\.)*)"')
EXPRESSION = re.compile(rb'"expr_str"\s*:\s*"((?:[^"\\]|\\.)*)"')
DISGUISED = re.compile(rb"\\u00[0-7]", re.IGNORECASE)
OPERATOR = re.compile(r"torch\.ops\.(\w+)\.(\w+)(\.\w+)?$")
HARMLESS = re.compile(
    r"(_operator|math)\.\w+$|torch\.(_?sym_\w+|_check\w*|_constrain_as_\w+)$|torch\.ops\.higher_order(\.\w+)+$"
)
WORD = re.compile(r"[A-Za-z_]\w*")
SIZE_WORDS = re.compile(
    r"(z?[su]u?f?\d+|zuf\d+|Max|Min|Mod|PythonMod|ModularIndexing|FloorDiv|CleanDiv|CeilDiv|CeilToInt|FloorToInt"
    r"|RoundToInt|RoundDecimal|TruncToInt|TruncToFloat|ToFloat|IntTrueDiv|FloatTrueDiv|FloatPow|PowByNatural|LShift"
    r"|RShift|Identity|Where|Piecewise|Eq|Ne|Lt|Le|Gt|Ge|And|Or|Not|True|False|floor|ceiling|sqrt|log|log2|exp|Abs|oo"
    r"|nan|inf|int_oo|zoo|Integer|OpaqueUnaryFn_\w+|BitwiseFn_\w+)$"
)
SYMBOL = re.compile(r"Symbol\('[A-Za-z]\w*'(, (positive|nonnegative|nonzero|integer|real|finite)=(True|False))*\)")
SIZE_SIGNS = re.compile(r"[\w\s+\-*/%(),.<>=!&|~]*$")


def scan_exported(archive: Archive, depth: int = 0) -> Iterator[Finding]:
    """Every inner archive and pickle, the graph's functions and sizes, and compiled code."""
    if depth > DEEPEST:
        yield Finding("damaged", "archives lie in archives, too deep to follow")
        return
    yield from scan_torch_archive(archive)
    unpickled = _unpickled(archive)
    for name in archive.members:
        if not archive.size(name) or name.partition("/")[2].lower() in SEEN:
            continue
        head = archive.head(name)
        if name.lower().endswith(COMPILED) or head.startswith(PROGRAMS):
            yield Finding("damaged", f"holds compiled code ({name}), which is never opened", name)
        elif name.lower().endswith(".json") and not RAW.search(name):
            yield from _graph(archive, name)
        else:
            must = name.lower().endswith(PICKLED) or name.rpartition("/")[2] in unpickled
            yield from _inner(archive, name, head, depth, must=must)


def _unpickled(archive: Archive) -> set[str]:
    """Names of members that the package says are to be unpickled."""
    found: set[str] = set()
    for name in archive.members:
        if name.endswith("_config.json"):
            try:
                held = json.loads(archive.read(name, MAX_GRAPH)).get("config", {})
                found |= {str(each["path_name"]) for each in held.values() if each.get("use_pickle", True)}
            except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
                return {each.rpartition("/")[2] for each in archive.members}  # not as torch writes it: trust none
    return found


def _inner(archive: Archive, name: str, head: bytes, depth: int, *, must: bool) -> Iterator[Finding]:
    """A member that may be an archive or a pickle; raw numbers, which may look like anything, unless it `must` be."""
    size = archive.size(name)
    if head.startswith(b"PK\3\4"):
        try:
            inner = Archive(archive.open(name), size)
        except UnsoundError as error:
            if must or not RAW.search(name):
                yield Finding("damaged", f"{name} {error}", name)
            return
        yield from scan_exported(inner, depth + 1)
    elif must or looks_pickled(head):
        found = list(scan_pickles(archive.open(name), size, name))
        broken = any(each.weight == "damaged" for each in found)
        if must or not broken or not _is_raw(name):
            yield from found


def _is_raw(name: str) -> bool:
    return RAW.search(name) is not None or re.search(r"/data/\d+$", name) is not None


def _graph(archive: Archive, name: str) -> Iterator[Finding]:
    try:
        text = archive.read(name, MAX_GRAPH)
    except UnsoundError as error:
        yield Finding("runs", str(error), name)
        return
    if DISGUISED.search(text):
        yield Finding("runs", f"hides what it calls: letters are disguised in {name}", name)
    for raw in dict.fromkeys(TARGET.findall(text)):
        target = raw.decode("utf-8", "replace")
        if words := _words_for_target(target):
            yield Finding("runs", f"{words}: {target[:80]}", target)
    for raw in dict.fromkeys(EXPRESSION.findall(text)):
        if not _is_size(raw.decode("utf-8", "replace")):
            said = raw.decode("utf-8", "replace")[:60]
            yield Finding("runs", f"runs text as a program: {said!r}", "expr_str")


def _words_for_target(target: str) -> str:
    """What a function of the graph does beside arithmetic; other targets are names of weights."""
    if not target.startswith(("torch", "_operator", "math", "#")) or HARMLESS.match(target):
        return ""
    operator = OPERATOR.match(target)
    return words_for_operator(operator[1], operator[2]) if operator else "calls a function"


def _is_size(text: str) -> bool:
    """Whether a text that SymPy will evaluate is a size: `s77*(s33 + 1)`, `Symbol('s77', integer=True)`."""
    text = SYMBOL.sub("s0", text)
    if not SIZE_SIGNS.match(text) or re.search(r"[A-Za-z_)]\s*\.|\.\s*[A-Za-z_(]", text):
        return False
    return all(SIZE_WORDS.match(word) for word in WORD.findall(text))
