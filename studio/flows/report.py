"""The report of an export: one HTML file that says what was measured and what each host's check found."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from studio.document.card import ModelCard
from studio.document.check import Check
from studio.document.limits import limits_of
from studio.document.opened import OpenedModel
from studio.flows.exported import Package
from studio.flows.plots import svg
from studio.storage import write_text

NAME = "report.html"
WORDS = {"pass": "passed", "warn": "look at this", "fail": "failed", "skip": "not asked"}
STYLE = """
:root{color-scheme:light dark;--text:#1c2026;--soft:#5b6470;--line:#d6dae0;--back:#fbfbfc;--panel:#fff;--good:#1a7f37;
--warn:#9a6700;--bad:#cf222e;--a:#2f6fdf;--b:#c2571a;--c:#2a9d6f;--d:#8b5cf6}
@media(prefers-color-scheme:dark){:root{--text:#e6e8eb;--soft:#9aa4b0;--line:#343a42;--back:#16181c;--panel:#1d2025;
--good:#4ac26b;--warn:#d4a72c;--bad:#ff7b72;--a:#6ea8fe;--b:#f0883e;--c:#57d9a3;--d:#b79cff}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:62rem;margin:2rem auto;
padding:0 1rem}h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}p{margin:.3rem 0}
.soft{color:var(--soft)}table{border-collapse:collapse;width:100%;background:var(--panel)}
td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:500}td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.pass{color:var(--good)}.warn{color:var(--warn)}.fail{color:var(--bad)}.skip{color:var(--soft)}
.v{white-space:nowrap;font-weight:600}code{font-size:.9em}figure{margin:.6rem 0}svg{max-width:100%;width:560px}
svg text{fill:var(--soft);font:11px system-ui,sans-serif;text-anchor:middle}svg .end{text-anchor:end}
.grid{stroke:var(--line)}polyline{fill:none;stroke-width:1.6}.line0{stroke:var(--a)}.line1{stroke:var(--b)}
.line2{stroke:var(--c)}.line3{stroke:var(--d)}.bar0{fill:var(--a)}.bar1{fill:var(--b)}.bar2{fill:var(--c)}
.bar3{fill:var(--d)}
"""


def write_report(
    folder: Path, opened: OpenedModel, card: ModelCard, checks: Sequence[Check], packages: Sequence[Package]
) -> Path:
    """Write `report.html` into `folder`; it needs nothing beside itself and names no path of this machine."""
    path = folder / NAME
    write_text(path, report_html(opened, card, checks, packages))
    return path


def report_html(opened: OpenedModel, card: ModelCard, checks: Sequence[Check], packages: Sequence[Package]) -> str:
    """The page: the model, its checks with their plots, and one table of checks for each package."""
    title = escape(card.name or opened.name)
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>',
        f"<h1>{title}</h1><p>{escape(card.short_description)}</p>",
        f'<p class="soft">{escape(Path(opened.source.path).name)}, SHA-256 <code>{opened.digest[:16]}</code>. ',
        f"{escape(' '.join(opened.facts))}</p><h2>The model</h2>",
        _table(checks),
    ]
    for package in packages:
        state = "verified" if package.verified else "not written"
        parts.append(f"<h2>{escape(limits_of(package.host).title)}: {state}</h2>")
        parts.append(f'<p class="soft"><code>{escape(_place(package))}</code></p>' if package.path else "")
        parts.append(_table(package.checks))
    return "".join(parts) + "</html>\n"


def _place(package: Package) -> str:
    """The path below the export's folder."""
    parts = Path(package.path).parts
    return "/".join(parts[parts.index(package.host) :]) if package.host in parts else parts[-1]


def _table(checks: Sequence[Check]) -> str:
    if not checks:
        return '<p class="soft">Nothing was asked.</p>'
    rows = "".join(_row(each) for each in checks)
    return f"<table><tr><th>verdict<th>question<th>measured<th>what it means</tr>{rows}</table>"


def _row(check: Check) -> str:
    value = "" if check.value is None else f"{_shown(check.value)} {check.unit}".strip()
    said = escape(check.advice)
    if check.mend is not None:
        said += f'<p class="soft">{escape(check.mend.label)}</p>'
    drawn = svg(check.plot) if check.plot is not None else ""
    said += f"<figure>{drawn}</figure>" if drawn else ""
    verdict = f'<td class="v {check.verdict}">{WORDS[check.verdict]}'
    return f'<tr>{verdict}<td>{escape(check.title or check.id)}<td class="n">{escape(value)}<td>{said}</tr>'


def _shown(value: float | int | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
