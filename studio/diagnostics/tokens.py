"""What opens an account is written nowhere."""

from __future__ import annotations

import os
import re
from typing import Final

FORMS: Final = (
    r"\b(?:hf_|gh[opusr]_|github_pat_|glpat-|sk-|xox[abp]-)[\w-]{8,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )[\w.~+/=-]{8,})"
    r"|(?i:(?<=token=)[^\s&'\"]+|(?<=token: )[\w.~+/=-]{8,}|(?<=password=)[^\s&'\"]+|(?<=api_key=)[^\s&'\"]+)"
)
SECRETS: Final = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def without_tokens(text: str) -> str:
    """The text without tokens: known by their form, and those this process was given."""
    for name in SECRETS:
        secret = os.environ.get(name, "")
        text = text.replace(secret, "<token>") if len(secret) > 5 else text
    return re.sub(FORMS, "<token>", text)
