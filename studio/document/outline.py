"""What a Python file holds and would do, read from its syntax tree: nothing runs."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.document.acts import Act, acts_in
from studio.errors import FileError
from studio.storage import read_text

MODULE_BASES = ("Module", "ScriptModule", "LightningModule", "Sequential", "ModuleList", "PreTrainedModel")
WRAPPER_BASES = ("WaveformToWaveform", "WaveformToLabels", "FrameLabels", "WaveformToWaveformBase")
FOREIGN_WRAPPERS = (
    "WaveformToWaveformMetadata", "WaveformToWaveformBase", "WaveformToLabelsBase", "AudacityModel",
    "NonRealtimeBase", "NonRealtimeTokenizerBase",
)  # fmt: skip
HUB = "hubconf.py"
CALLED = ("forward", "do_forward_pass", "training_step")  # by which a class of an unknown base is known for a model


@dataclass(frozen=True)
class ConstructorArgument:
    """One argument of `__init__`: annotation and default as written, empty where there is none."""

    name: str
    annotation: str = ""
    default: str = ""

    @property
    def needed(self) -> bool:
        return not self.default

    def said(self) -> str:
        """As a person writes it: `hidden: int = 16`."""
        text = f"{self.name}: {self.annotation}" if self.annotation else self.name
        return f"{text} = {self.default}" if self.default else text


@dataclass(frozen=True)
class ClassOutline:
    """A class that is a torch module or a wrapper.

    Attributes:
        bases: as written.
        arguments: of its constructor, inherited ones from the same file too.
        is_wrapper: it derives from a wrapper base of ours, audacitorch's or Neutone's.
        inner: another class of the file names it, so it is probably a part.
        attributes: names it assigns on `self`.
    """

    name: str
    line: int
    bases: tuple[str, ...]
    arguments: tuple[ConstructorArgument, ...]
    is_wrapper: bool
    inner: bool
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Factory:
    """A function that returns a model."""

    name: str
    line: int
    arguments: tuple[ConstructorArgument, ...]

    def said(self) -> str:
        return f"{self.name}({', '.join(each.said() for each in self.arguments)})"


@dataclass(frozen=True)
class PythonOutline:
    """A Python file.

    Attributes:
        classes: modules and wrappers, in order.
        imports: top names of what it imports.
        acts: calls that touch files, network or processes.
        factories: functions that return a model, as `unet(channels = 2)`; in a hubconf.py its public functions.
        needs: packages that a hubconf.py says it depends on.
    """

    classes: tuple[ClassOutline, ...]
    imports: tuple[str, ...]
    acts: tuple[Act, ...]
    factories: tuple[Factory, ...] = ()
    needs: tuple[str, ...] = ()


def describe_python(path: Path) -> PythonOutline:
    """Outline of a Python file. Raises: FileError where it is not valid Python."""
    tree = parse(path)
    aliases = _aliases(tree)
    defined = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    modules = [node for node in defined.values() if _derives(node, defined, aliases)]
    classes = tuple(_class_outline(node, defined, aliases) for node in modules)
    acts = acts_in(tree, lambda node: _dotted(node, aliases))
    hub = path.name == HUB
    factories = tuple(_factories(tree, {each.name for each in modules}, aliases, every=hub))
    return PythonOutline(classes, tuple(imported_names(tree)), acts, factories, _needs(tree) if hub else ())


def signature_form(path: Path, class_name: str) -> tuple[ConstructorArgument, ...]:
    """Constructor arguments of a class, for a form. Empty for an unknown class. Raises: FileError."""
    return next((each.arguments for each in describe_python(path).classes if each.name == class_name), ())


def parse(path: Path) -> ast.Module:
    """Syntax tree of a Python file. Raises: FileError with the line that is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(read_text(path, "Python file"), filename=str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" line {error.lineno}:" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error) or "it is nested too deep"
        hint = "Mend that line and open it again."
        raise FileError(f"{path.name} is not valid Python,{line} {said}.", hint, about=path.name) from error


def imported_names(tree: ast.Module) -> list[str]:
    """Top names of everything a file imports, wherever the import stands."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [(node.module or "").partition(".")[0]] if node.module else [alias.name for alias in node.names]
    return list(dict.fromkeys(name for name in names if name != "__future__"))


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: `nn` → `torch.nn`."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                aliases[alias.asname or top] = top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return aliases


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    """The full name of `a.b.c`, its first part resolved; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([aliases.get(node.id, node.id), *reversed(parts)])


def _derives(node: ast.ClassDef, defined: dict[str, ast.ClassDef], aliases: dict[str, str], depth: int = 0) -> bool:
    for base in node.bases:
        name = _dotted(base, aliases)
        last = name.rpartition(".")[2]
        if last in MODULE_BASES or last in WRAPPER_BASES or last in FOREIGN_WRAPPERS or name.startswith("torch.nn."):
            return True
        if name in defined and depth < 20 and _derives(defined[name], defined, aliases, depth + 1):
            return True
    foreign = any(_dotted(base, aliases).count(".") and _dotted(base, aliases) not in defined for base in node.bases)
    return foreign and any(isinstance(each, ast.FunctionDef) and each.name in CALLED for each in node.body)


def _is_wrapper(node: ast.ClassDef, defined: dict[str, ast.ClassDef], aliases: dict[str, str]) -> bool:
    lasts = [_dotted(base, aliases).rpartition(".")[2] for base in node.bases]
    if any(last in WRAPPER_BASES or last in FOREIGN_WRAPPERS for last in lasts):
        return True
    return any(last in defined and last != node.name and _is_wrapper(defined[last], defined, aliases) for last in lasts)


def _class_outline(node: ast.ClassDef, defined: dict[str, ast.ClassDef], aliases: dict[str, str]) -> ClassOutline:
    inner = any(_names(other, node.name) for name, other in defined.items() if name != node.name)
    wrapper = _is_wrapper(node, defined, aliases)
    bases = tuple(ast.unparse(base) for base in node.bases)
    arguments = _constructor(node, defined, wrapper)
    return ClassOutline(node.name, node.lineno, bases, arguments, wrapper, inner, tuple(_attributes(node)))


def _names(node: ast.ClassDef, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _constructor(
    node: ast.ClassDef, defined: dict[str, ast.ClassDef], wrapper: bool
) -> tuple[ConstructorArgument, ...]:
    seen: set[str] = set()
    at: ast.ClassDef | None = node
    while at is not None and at.name not in seen:
        seen.add(at.name)
        for each in at.body:
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                return tuple(_arguments(each.args))
        at = next((defined[b.id] for b in at.bases if isinstance(b, ast.Name) and b.id in defined), None)
    return (ConstructorArgument("model", "nn.Module"),) if wrapper else ()


def _arguments(given: ast.arguments, *, bound: bool = True) -> list[ConstructorArgument]:
    positional = [*given.posonlyargs, *given.args][bound:]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    pairs = list(zip(positional, [*defaults, *given.defaults], strict=True))
    pairs += list(zip(given.kwonlyargs, given.kw_defaults, strict=True))
    return [ConstructorArgument(name.arg, _text(name.annotation), _text(default)) for name, default in pairs]


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _attributes(node: ast.ClassDef) -> list[str]:
    found = [
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
    ]
    strings = [
        each.args[0].value
        for each in ast.walk(node)
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Constant)
    ]
    return list(dict.fromkeys([*found, *(text for text in strings if isinstance(text, str))]))


def _factories(tree: ast.Module, modules: set[str], aliases: dict[str, str], *, every: bool) -> Iterator[Factory]:
    """Functions at the top that return a model of the file, or one of torch's; `every` public one of a hubconf.py."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        says = _dotted(node.returns, aliases) if node.returns is not None else ""
        returns = any(isinstance(each, ast.Return) and each.value is not None for each in ast.walk(node))
        models = says in modules or says.rpartition(".")[2] in MODULE_BASES
        if returns and (every or models or _returned(node, modules, aliases)):
            yield Factory(node.name, node.lineno, tuple(_arguments(node.args, bound=False)))


def _returned(node: ast.FunctionDef, modules: set[str], aliases: dict[str, str]) -> bool:
    """Whether it returns a call of a model's class, or a name that was given one."""
    made = {
        target.id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and _is_model(each.value, modules, aliases)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    values = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    return any(
        (isinstance(value, ast.Name) and value.id in made) or _is_model(value, modules, aliases) for value in values
    )


def _is_model(value: ast.expr | None, modules: set[str], aliases: dict[str, str]) -> bool:
    if not isinstance(value, ast.Call):
        return False
    name = _dotted(value.func, aliases)
    return name in modules or (name.startswith("torch.nn.") and name.rpartition(".")[2][:1].isupper())


def _needs(tree: ast.Module) -> tuple[str, ...]:
    """The list `dependencies` of a hubconf.py."""
    for node in tree.body:
        named = isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "dependencies" for t in node.targets
        )
        if named and isinstance(node.value, (ast.List, ast.Tuple)):  # type: ignore[attr-defined]
            items = node.value.elts  # type: ignore[attr-defined]
            return tuple(str(each.value) for each in items if isinstance(each, ast.Constant))
    return ()
