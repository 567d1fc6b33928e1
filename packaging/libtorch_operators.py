"""Write studio/hosts/operators.json: which operators of our torch older releases know in another form, or not at all.

Use: packaging/libtorch_operators.py PYTHON…, one Python for each older release (with that torch installed), run with
the Python of the house. The table holds, by operator and release, the forms that the release takes; operators of
which a release knows every form of ours are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "studio" / "hosts" / "operators.json"
ASK = "import json, torch; print(json.dumps([torch.__version__, [str(s) for s in torch._C._jit_get_all_schemas()]]))"
SPACES = ("aten", "prim", "quantized")
SAME = {"SymInt": "int", "ScalarType": "int", "Layout": "int", "MemoryFormat": "int", "QScheme": "int",
        "Dimname": "str", "DeviceIndex": "int"}  # fmt: skip


def main() -> None:
    releases = dict(sorted((asked(each) for each in sys.argv[1:]), key=lambda found: number(found[0])))
    ours, forms = asked(sys.executable)
    table: dict[str, dict[str, list[str]]] = {}
    for name in sorted(forms):
        for release, known in releases.items():
            if not forms[name] <= known.get(name, set()):
                table.setdefault(name, {})[release] = sorted(known.get(name, ()))
    releases[ours] = forms
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in table.items())
    TARGET.write_text(f'{{\n "releases": {json.dumps(list(releases))},\n "forms": {{\n{lines}\n }}\n}}\n', "utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(table)} operators, {TARGET.stat().st_size} bytes, {', '.join(releases)}\n")


def asked(python: str) -> tuple[str, dict[str, set[str]]]:
    """A release, and the forms of each of its operators."""
    said = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=True).stdout
    version, schemas = json.loads(said)
    found: dict[str, set[str]] = {}
    for schema in schemas:
        name, form = shape(schema)
        if name.partition("::")[0] in SPACES:
            found.setdefault(name, set()).add(form)
    return ".".join(version.split(".")[:2]), found


def shape(schema: str) -> tuple[str, str]:
    """`aten::pad` and `Tensor, int[], str=, float?= | ` from a schema: types, = where there is a default."""
    head, _, rest = schema.partition("(")
    arguments = rest.rpartition(") -> ")[0]
    arguments = re.sub(r"\(\w+!?( -> [^)]*)?\)", "", arguments)
    before, _, after = arguments.partition("*")
    named = [f"{name}:{form}" for name, form in map(argument, cut(after))]
    return head.partition(".")[0], f"{', '.join(form for _, form in map(argument, cut(before)))} | {', '.join(named)}"


def cut(arguments: str) -> list[str]:
    """At the commas outside brackets and quotes."""
    parts = re.findall(r"(?:[^,\"\[(]|\"[^\"]*\"|\[[^\]]*\]|\([^)]*\))+", arguments)
    return [part.strip() for part in parts if part.strip()]


def argument(text: str) -> tuple[str, str]:
    declared, equals, _ = text.partition("=")
    kind, _, name = declared.strip().rpartition(" ")
    for newer, older in SAME.items():
        kind = re.sub(rf"\b{newer}\b", older, kind)
    return name, kind.replace(", ", ",") + ("=" if equals else "")


def number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


if __name__ == "__main__":
    main()
