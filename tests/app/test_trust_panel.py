"""The Settings page lists what may run; Revoke asks again."""

import pytest
from PySide6.QtCore import Qt

from studio.app.pages.trust_panel import TrustPanel
from studio.document.trust import Trust


@pytest.fixture
def store(tmp_path):
    made = Trust(folder=tmp_path / "state")
    made.remember("a" * 64, "net.py", tmp_path / "net.py", "python")
    made.remember("b" * 64, "tape.ts")
    return made


@pytest.fixture
def panel(store, qtbot):
    made = TrustPanel(store)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def names(panel):
    return [panel.table.topLevelItem(row).text(0) for row in range(panel.table.topLevelItemCount())]


def test_a_selected_row_is_revoked(panel, store, qtbot):
    assert names(panel) == ["net.py", "tape.ts"] and not panel.revoke.isEnabled()
    panel.table.topLevelItem(0).setSelected(True)
    qtbot.mouseClick(panel.revoke, Qt.MouseButton.LeftButton)
    assert names(panel) == ["tape.ts"] and [each.name for each in store.consents()] == ["tape.ts"]


def test_a_folder_is_added_or_refused_with_a_sentence(panel, store, tmp_path):
    panel.trust_folder(tmp_path)
    assert names(panel)[-1] == tmp_path.name and not panel.trouble.isVisible()
    panel.trust_folder(tmp_path / "missing")
    assert "is no folder" in panel.trouble.text() and panel.trouble.isVisible()
    assert len(store.consents()) == 3
