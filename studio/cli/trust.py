"""`studio trust`: what may run on this machine, and taking it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli import options as opt
from studio.cli.output import show, table
from studio.cli.program import app
from studio.document.consents import Consent
from studio.document.trust import Trust
from studio.errors import FileError


@app.command()
def trust(
    revoke: Annotated[
        list[str] | None,
        typer.Option("--revoke", metavar="NAME_OR_DIGEST", help="Ask again before it runs; may be repeated."),
    ] = None,
    folder: Annotated[
        str, typer.Option("--folder", metavar="DIR", help="Trust every Python file in this folder, now and later.")
    ] = "",
    as_json: opt.AsJson = False,
    debug: opt.Debug = False,  # noqa: ARG001 - `dispatch` looks at it
) -> int:
    """List the models and folders that may run without being asked about, and revoke them."""
    store = Trust()
    gone = [each for word in revoke or [] for each in _revoked(store, word)]
    if folder:
        store.remember_folder(Path(folder))
    kept = store.consents()
    said = [f"Revoked {each.name or each.key[:12]}: it is asked about again." for each in gone]
    text = "\n".join([*said, _listed(kept)])
    dumped = {"consents": [each.model_dump() for each in kept], "revoked": [each.model_dump() for each in gone]}
    show(dumped, text, as_json)
    return 0


def _revoked(store: Trust, word: str) -> tuple[Consent, ...]:
    gone = store.revoke(word)
    if not gone:
        raise FileError(f"Nothing that is trusted is called {word}.", "See studio trust for the list.", about=word)
    return gone


def _listed(consents: tuple[Consent, ...]) -> str:
    if not consents:
        return "Nothing is trusted: every program is asked about."
    rows = [[each.name, each.kind or None, each.date[:10] or None, each.digest[:12], each.path] for each in consents]
    return table(["name", "kind", "date", "digest", "where"], rows)
