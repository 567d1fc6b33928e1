"""Calls in a Python file that do more than arithmetic, grouped by what they do, in plain words."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

FILES = "touches files"
PROGRAMS = "starts programs"
NETWORK = "uses the network"
TEXT = "runs text as a program"
UNPICKLES = "unpickles"
SYSTEM = "reaches into the system"
WAITS = "asks for input or ends the program"
MODULES = {
    "os": FILES, "shutil": FILES, "glob": FILES, "tempfile": FILES, "subprocess": PROGRAMS,
    "multiprocessing": PROGRAMS, "asyncio": PROGRAMS, "pty": PROGRAMS, "webbrowser": PROGRAMS,
    "socket": NETWORK, "urllib": NETWORK,
    "urllib3": NETWORK, "requests": NETWORK, "http": NETWORK, "ftplib": NETWORK, "smtplib": NETWORK, "gdown": NETWORK,
    "huggingface_hub": NETWORK, "wandb": NETWORK, "pickle": UNPICKLES, "marshal": UNPICKLES, "joblib": UNPICKLES,
    "importlib": TEXT, "runpy": TEXT, "code": TEXT, "ctypes": SYSTEM, "cffi": SYSTEM, "sys": SYSTEM, "signal": SYSTEM,
    "threading": SYSTEM, "atexit": SYSTEM,
}  # fmt: skip
CALLS = {
    "open": FILES, "exec": TEXT, "eval": TEXT, "compile": TEXT, "__import__": TEXT, "input": WAITS, "breakpoint": WAITS,
    "exit": WAITS, "quit": WAITS, "torch.load": UNPICKLES, "torch.save": FILES, "torch.from_file": FILES,
    "torch.jit.load": UNPICKLES, "numpy.load": FILES, "numpy.save": FILES, "numpy.fromfile": FILES,
    "torchaudio.load": FILES, "soundfile.read": FILES, "librosa.load": FILES,
}  # fmt: skip
STARTS = {"torch.hub.": NETWORK, "torch.utils.cpp_extension.": SYSTEM, "torch.ops.load_library": SYSTEM}
PROGRAM_CALLS = ("os.system", "os.popen", "os.exec", "os.spawn", "os.fork", "os.kill", "os.posix_spawn", "os.startfile")
METHODS = frozenset({"write_text", "write_bytes", "read_text", "read_bytes", "unlink", "mkdir", "rmdir", "rename"})


@dataclass(frozen=True)
class Act:
    """A call that stands out: what it does, which it is, and its line."""

    words: str
    name: str
    line: int

    @property
    def said(self) -> str:
        return f"{self.name} (line {self.line})"


def acts_in(tree: ast.Module, full_name: Callable[[ast.expr], str]) -> tuple[Act, ...]:
    """The first of each such call, by line.

    Args:
        full_name: of `a.b.c` with its first part resolved by the imports; empty for anything else.
    """
    found: dict[str, Act] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (act := _act(node.func, full_name(node.func))):
            found.setdefault(act.name, act)
    return tuple(sorted(found.values(), key=lambda act: act.line))


def grouped(acts: tuple[Act, ...]) -> tuple[str, ...]:
    """One text for each thing that is done: `touches files: open (line 3), os.remove (line 9)`."""
    groups: dict[str, list[str]] = {}
    for act in acts:
        groups.setdefault(act.words, []).append(act.said)
    return tuple(
        f"{words}: {', '.join(said[:3])}{' and more' if len(said) > 3 else ''}" for words, said in groups.items()
    )


def _act(function: ast.expr, name: str) -> Act | None:
    start = next((words for head, words in STARTS.items() if name.startswith(head)), "")
    words = CALLS.get(name) or start or (PROGRAMS if name.startswith(PROGRAM_CALLS) else "")
    words = words or (MODULES.get(name.partition(".")[0], "") if "." in name else "")
    if words:
        return Act(words, name, function.lineno)
    if isinstance(function, ast.Attribute) and function.attr in METHODS:
        return Act(FILES, f"….{function.attr}", function.lineno)
    return None
