"""The rules of the house that no linter knows: sizes, words, scripts that can be run."""

import ast
import os
import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "studio").rglob("*.py"))
SCRIPTS = ("packaging/run", "packaging/test", ".ci/run")
OURS = [
    path
    for folder in ("studio", "resources", "packaging", "docs", "tests", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in ("", ".py", ".sh", ".md", ".json", ".txt", ".svg")
    and path.is_file()
    and "peers" not in path.parts
]
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
PRIVATE = re.compile(r"(?<![\w.~])/(work|home|Users|root)/\w")


def lines(path):
    return len(path.read_text().splitlines())


def functions():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_modules_are_small():
    sizes = {path: lines(path) for path in MODULES}
    written = [size for size in sizes.values() if size > 5]
    assert statistics.median(written) <= 120
    assert [(str(path.relative_to(ROOT)), size) for path, size in sizes.items() if size > 500] == []


def test_functions_are_short():
    found = sorted(functions(), reverse=True)
    assert found[len(found) // 20][0] <= 40, found[: len(found) // 20]
    long = [where for size, where in found if size > 60]
    assert len(long) <= len(found) / 100, long


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_left_unfinished_and_no_machine_is_named(path):
    text = path.read_text()
    assert not UNFINISHED.search(text), "an unfinished place"
    assert not PRIVATE.search(text), "a folder of the machine it was written on"


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_can_be_started(name):
    assert os.access(ROOT / name, os.X_OK)
    assert (ROOT / name).read_text().startswith("#!/usr/bin/env bash\n")


def test_every_module_says_what_it_is():
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []
