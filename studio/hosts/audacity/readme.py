"""The README of an Audacity package: the tag by which it is found, and how the knobs stand."""

from __future__ import annotations

import json

from studio.document.card import ModelCard

ATTRIBUTES = "*.pt filter=lfs diff=lfs merge=lfs -text\n"  # Audacity reads the size that only LFS files have


def readme(card: ModelCard, metadata: dict[str, object], positions: list[float]) -> str:
    """Markdown with front matter, as model pages on Hugging Face want it."""
    front = ["---", "tags:", "- audacity"]
    if card.license:
        front.append(f"license: {json.dumps(card.license.lower(), ensure_ascii=False)}")
    parts = ["\n".join([*front, "---"]), f"# {card.name}", card.short_description, card.long_description]
    parts.append(_facts(metadata))
    numeric = [each for each in card.parameters if each.is_numeric]
    if numeric:
        rows = [
            f"| {each.name} | {each.show(each.value_at(position))} |"
            for each, position in zip(numeric, positions, strict=True)
        ]
        parts.append("Audacity has no knobs; these positions are built in:")
        parts.append("\n".join(["| knob | position |", "|---|---|", *rows]))
    parts += [card.technical_description, *(f"- [{word}]({link})" for word, link in card.technical_links.items())]
    parts += [card.citation, f"By {', '.join(card.authors)}." if card.authors else ""]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(metadata: dict[str, object]) -> str:
    labels = metadata["labels"]
    named = ", ".join(labels) if isinstance(labels, list) else ""
    channels = "stereo" if metadata["multichannel"] else "mono"
    return f"Version for Audacity: {metadata['sample_rate']} Hz, {channels} in; {metadata['effect_type']}: {named}."
