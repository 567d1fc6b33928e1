"""The code in a TorchScript archive, followed by its syntax tree: every operator, and whatever hides one.

`torch.jit.load` runs `__setstate__` before it returns, and `aten::from_file` and `aten::save` read and write any file.
Operators can be named in roundabout ways, so what cannot be followed counts as hidden.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from studio.document.scans.archive import Archive, UnsoundError
from studio.document.scans.operators import THREADS, acts_on_files, words_for_operator
from studio.document.scans.result import Finding
from studio.document.scans.torch_file import scan_torch_archive

MAX_CODE = 32 << 20
MAX_PIECE = 2 << 20  # of a class: its syntax tree takes some fifty times that
MAX_CONSTANT = 4096
PIECES = re.compile(rb"^(?=class |def )", re.MULTILINE)
DEFINED = re.compile(rb"(?:def |^  )(\w+)(?:\(| : )", re.MULTILINE)
OF_ARCHIVE = rb"(?:__torch__(?:\.(?!classes\b)\w+)+|Tensor|NoneType|int|float|bool|str)"
DECLARED = re.compile(  # lines of a class that only say what an attribute is: nothing in them could act anywhere
    rb"^  (?:(?!torch\b|ops\b)\w+ : %b|__annotations__\[\"\w+\"\] = %b)\n" % (OF_ARCHIVE, OF_ARCHIVE), re.MULTILINE
)
LONG_TEXT = re.compile(rb"\"\"\"|'''|\\\n")  # what may reach over a line's end
HEADER = re.compile(rb"^(class \w+\(\w+\):\n)")
PLACES = re.compile(r"(/|~/|\.\./|[A-Za-z]:\\|\\\\|file:|https?:|ftp:)\S")
BUILTINS = frozenset(
    {"int", "float", "bool", "str", "complex", "len", "range", "print", "min", "max", "abs", "round", "list", "dict"}
    | {"tuple", "set", "ord", "chr", "bin", "hex", "oct", "divmod", "pow", "all", "any", "sum", "sorted", "zip", "hash"}
    | {"enumerate", "hasattr", "isinstance", "getattr", "annotate", "unchecked_cast", "uninitialized", "rangelist"}
    | {"fork", "awaitable", "super", "format"}
)
ROOTS = frozenset({"torch", "ops"})
FOLLOWED = frozenset({
    ast.Module, ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AnnAssign,
    ast.AugAssign, ast.Expr, ast.If, ast.While, ast.For, ast.Break, ast.Continue, ast.Pass, ast.Raise, ast.Assert,
    ast.With, ast.withitem, ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Constant, ast.Subscript, ast.Slice,
    ast.List, ast.Tuple, ast.Dict, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Starred, ast.Delete,
})  # fmt: skip
SKIPPED = frozenset(
    {"annotation", "returns", "ctx", "op", "ops", "kind", "type_comment"}
)  # types and signs run nothing
FIELDS = {  # of each kind of node, those that are followed
    kind: tuple(each for each in kind._fields if each not in SKIPPED)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def scan_torchscript(archive: Archive) -> Iterator[Finding]:
    """What the code and the pickles of a TorchScript archive would do."""
    yield from scan_torch_archive(archive, script=True)
    code = [name for name in archive.members if _is_code(name.lower())]  # torch finds it whatever its case
    if not code:
        yield Finding("damaged", "holds no code")
    if sum(archive.size(name) for name in code) > MAX_CODE:
        yield Finding("runs", "holds more code than can be looked through")
        return
    if any(name.partition("/")[2] == "model.json" for name in archive.members):
        yield Finding("note", "was saved by torch before 1.4")
    for name in code:
        try:
            yield from _source(archive.read(name, MAX_CODE))
        except UnsoundError as error:
            yield Finding("damaged", str(error), name)


def _is_code(name: str) -> bool:
    return name.endswith(".py") and "code" in name.split("/")[:2]


def _source(text: bytes) -> Iterator[Finding]:
    """One file, class by class."""
    own = {each.decode() for each in DEFINED.findall(text)}
    for piece in PIECES.split(text):
        if len(piece) > MAX_PIECE:
            yield Finding("runs", "holds a class too large to be followed")
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(_without_declarations(piece))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            yield Finding("runs", "holds code that cannot be followed")
            continue
        for holder in tree.body:
            yield from _holder(holder, own)


def _without_declarations(piece: bytes) -> bytes:
    """A class without the lines that declare its attributes: hundreds in large networks, half the time of parsing."""
    if LONG_TEXT.search(piece):
        return piece
    lean, count = DECLARED.subn(b"", piece)
    return HEADER.sub(rb"\1  pass\n", lean) if count else piece


def _holder(node: ast.stmt, own: set[str]) -> Iterator[Finding]:
    """A class, a function, or a line between them."""
    if isinstance(node, ast.ClassDef):
        for each in node.body:
            where = f" in {each.name} of {_short(node.name)}" if isinstance(each, ast.FunctionDef) else ""
            yield from _Reader(own, where).read(each)
    else:
        where = f" in {_short(node.name)}" if isinstance(node, ast.FunctionDef) else ""
        yield from _Reader(own, where).read(node)


def _nodes(root: ast.AST) -> list[ast.AST]:
    """All nodes below and including `root`; what holds a node comes before it."""
    found = [root]
    for node in found:
        for field in FIELDS[type(node)]:
            value = getattr(node, field, None)
            if value.__class__ is list:
                found += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def _functions_in(nodes: list[ast.AST]) -> set[str]:
    """Names that only ever stand for functions of the archive, as torch writes them: `_0 = __torch__.net.helper`."""
    given: set[str] = set()
    safe: set[int] = set()
    bound: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if _root_of(node.value) == "__torch__":
                given.add(node.targets[0].id)
                safe.add(id(node.targets[0]))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in safe:
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
    return given - bound


def _root_of(node: ast.expr) -> str:
    """The first part of `a.b.c`, empty for anything else."""
    dotted = isinstance(node, ast.Attribute)
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if dotted and isinstance(node, ast.Name) else ""


def _short(name: str) -> str:
    return re.sub(r"___torch_mangle_\d+", "", name)


class _Reader:
    """Follow one function.

    Args:
        own: names that the archive defines itself.
        where: to say it with: ` in forward of Net`.
    """

    def __init__(self, own: set[str], where: str) -> None:
        self._own, self._where = own, where
        self._called: set[int] = set()
        self._seen: set[int] = set()
        self._functions: set[str] = set()

    def read(self, root: ast.AST) -> Iterator[Finding]:
        nodes = _nodes(root)
        self._functions = _functions_in(nodes)
        for node in nodes:
            if isinstance(node, ast.Attribute):
                if id(node) not in self._seen:
                    yield from self._attribute(node)
            elif isinstance(node, ast.Name):
                if node.id in ROOTS and id(node) not in self._seen:
                    yield self._hides(f"{node.id} is handed about")
            elif isinstance(node, ast.Call):
                self._called.add(id(node.func))
                yield from self._call(node)
            elif isinstance(node, ast.Constant):
                yield from self._constant(node.value)
            elif isinstance(node, ast.While):
                yield from self._while(node)
            elif isinstance(node, ast.FunctionDef):
                if node.decorator_list:
                    yield self._hides("a decorator")
                if node.name == "__setstate__":
                    yield Finding("note", f"acts while it is loaded:{self._where.removeprefix(' in')}")
            elif type(node) not in FOLLOWED:
                yield self._hides(type(node).__name__.lower())

    def _hides(self, what: str) -> Finding:
        return Finding("runs", f"hides what it calls: {what}{self._where}", what)

    def _attribute(self, node: ast.Attribute) -> Iterator[Finding]:
        parts, at = [node.attr], node.value
        while isinstance(at, ast.Attribute):
            self._seen.add(id(at))
            parts.append(at.attr)
            at = at.value
        parts.reverse()
        root = at.id if isinstance(at, ast.Name) else ""
        if root in ROOTS:
            self._seen.add(id(at))
            path = ["aten", *parts] if root == "torch" else parts
            if id(node) not in self._called or len(path) != 2:
                yield self._hides(".".join([root, *parts]))
            yield from self._operator(path[0], path[-1], ".".join([root, *parts]))
        elif root == "__torch__" and parts[:2] == ["torch", "classes"]:
            said = ".".join(parts[2:])
            if parts[2:3] not in (["quantized"], ["sparse"], ["xnnpack"], ["rnn"]):  # torch's own
                yield Finding("runs", f"needs compiled code of its own: {said}{self._where}", said)
        elif acts_on_files(node.attr) and node.attr not in self._own and id(node) in self._called:
            yield Finding("runs", f"reads or writes files: {node.attr}{self._where}", node.attr)

    def _operator(self, space: str, name: str, said: str) -> Iterator[Finding]:
        if words := words_for_operator(space, name):
            yield Finding("runs", f"{words}: {said}{self._where}", f"{space}::{name}")
        elif name in THREADS:
            yield Finding("note", f"works in several threads{self._where}", f"{space}::{name}")

    def _call(self, node: ast.Call) -> Iterator[Finding]:
        function = node.func
        if isinstance(function, ast.Attribute):
            return
        if not isinstance(function, ast.Name):
            yield self._hides("a call of what another call gave")
        elif function.id == "getattr":
            told = node.args[1].value if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) else None
            if not isinstance(told, str) or acts_on_files(told):
                yield self._hides("getattr")
        elif function.id not in BUILTINS | self._functions and not function.id.endswith(
            ("Error", "Exception", "Interrupt", "Iteration")
        ):
            yield self._hides(function.id)

    def _constant(self, value: object) -> Iterator[Finding]:
        if isinstance(value, str) and len(value) < MAX_CONSTANT and PLACES.match(value):
            yield Finding("note", f"names a place: {value[:60]!r}{self._where}", value[:60])

    def _while(self, node: ast.While) -> Iterator[Finding]:
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        if endless and not any(isinstance(each, (ast.Break, ast.Return)) for each in ast.walk(node)):
            yield Finding("runs", f"never comes back: a loop without an end{self._where}", "while True")
