"""Names that Max and Pure Data can send, for knobs that people named freely."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

RESERVED = frozenset({"sr", "none", "forward", "reset", "sample_rate", "self", "value", "math"})


def attribute_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """One identifier for each name: lower case, no accents, unique, and none of `taken` or of what nn~ reserves."""
    used = {*RESERVED, *taken}
    made = []
    for name in names:
        plain = _identifier(name)
        number, one = 1, plain
        while one in used or keyword.iskeyword(one) or used & {f"get_{one}", f"set_{one}", f"{one}_params"}:
            number += 1
            one = f"{plain}_{number}"
        used.add(one)
        made.append(one)
    return made


def _identifier(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")
    if not plain:
        return "knob"
    return f"knob_{plain}" if plain[0].isdigit() else plain
