"""The README and requirements of a HARP package."""

from __future__ import annotations

import json

from studio.document.card import ModelCard

GRADIO = "5.28.0"  # what HARP 3 speaks with
HUB = "huggingface_hub<1"  # newer ones lack what this Gradio imports
TITLE = 30  # letters that Hugging Face shows
ATTRIBUTES = "*.pt filter=lfs diff=lfs merge=lfs -text\n"


def readme(card: ModelCard) -> str:
    """Markdown with front matter, by which Hugging Face knows how to run it."""
    front = {"title": card.name[:TITLE], "sdk": "gradio", "sdk_version": GRADIO, "app_file": "app.py", "tags": ["harp"]}
    if card.license:
        front["license"] = card.license.lower()
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
    parts = ["\n".join(["---", *lines, "---"]), f"# {card.name}", card.short_description, card.long_description]
    parts.append(
        "An endpoint for HARP. Run it here:\n\n```\npip install -r requirements.txt\npython app.py\n```\n\nand give "
        "HARP the address that is shown; or upload this folder as a Space to Hugging Face and give HARP its name."
    )
    parts += [card.technical_description, *(f"- [{word}]({link})" for word, link in card.technical_links.items())]
    parts += [card.citation, f"By {', '.join(card.authors)}." if card.authors else ""]
    return "\n\n".join(part for part in parts if part) + "\n"


def requirements(libtorch: str) -> str:
    """What app.py needs; `libtorch` is the oldest torch that loads the model."""
    return f"gradio=={GRADIO}\n{HUB}\ntorch>={libtorch}\nnumpy\nsoundfile\n"
