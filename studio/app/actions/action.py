"""One row of the table of actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.app.state import Situation

if TYPE_CHECKING:
    from studio.app.commands import Commands


def always(_now: Situation) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """Something a user can do.

    Attributes:
        id: what it is about and what it does, `play.toggle`.
        menu: where it stands; empty for shortcuts only.
        text: in the menu and the palette.
        run: what happens.
        keys: shortcuts, the first of which is shown.
        when: whether it can be done now.
        help: one sentence.
        glyph: name of its icon.
        checked: for a switch: whether it is on.
        after_rule: a line stands above it in the menu.
        under: the menu within that menu it stands in.
    """

    id: str
    menu: str
    text: str
    run: Callable[[Commands], None]
    keys: tuple[str, ...] = ()
    when: Callable[[Situation], bool] = always
    help: str = ""
    glyph: str = ""
    checked: Callable[[Situation], bool] | None = None
    after_rule: bool = False
    under: str = ""
