"""A flat list with columns: the first takes the room, the others as much as their words need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView, QTreeWidget


def columns(name: str, titles: Sequence[str]) -> QTreeWidget:
    """An empty one.

    Args:
        name: for those who hear the window.
        titles: of the columns.
    """
    made = QTreeWidget()
    made.setAccessibleName(name)
    made.setHeaderLabels(list(titles))
    made.setRootIsDecorated(False)
    made.header().setStretchLastSection(False)
    made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(1, len(titles)):
        made.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return made
