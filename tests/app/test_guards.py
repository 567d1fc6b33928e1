"""What once killed or froze a window like this one."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

import studio.app
from tests.app.conftest import LoopWatchdog

APP = Path(studio.app.__file__).parent


def test_the_reference_count_of_none_does_not_fall(qtbot):
    """PySide6 6.12.0 on Python 3.11 loses one per call and aborts after a few thousand."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for _ in range(500):
        label.setText("x")
    assert sys.getrefcount(None) - before > -50


def test_a_painter_is_only_used_where_it_is_ended_for_sure():
    """A painter left alive by an exception crashes the process."""
    for path in APP.rglob("*.py"):
        tree = ast.parse(path.read_text())
        guarded = {
            id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items
        }
        made = [
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QPainter"
        ]
        assert all(id(call) in guarded for call in made), path.name


@pytest.mark.parametrize(
    "late", ["numpy", "pydantic", "soundfile", "pyqtgraph", "studio.document.project", "studio.link"]
)
def test_the_first_frame_waits_for_nothing_heavy(late):
    code = f"import studio.app.main, studio.app.window, sys; sys.exit({late!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_of_the_checks_waits_for_no_plots():
    code = "import studio.app.pages.checks_page, sys; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_neither_torch_nor_portaudio_is_in_the_windows_process():
    code = "import studio.app.wiring, studio.app.real, sys; sys.exit(bool({'torch', 'sounddevice'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_watchdog_names_the_line_that_froze(qtbot):
    def freeze():
        list(range(6_000_000))

    with LoopWatchdog(0.03) as dog:
        ticks = []
        dog.timer.timeout.connect(lambda: ticks.append(1))
        qtbot.waitUntil(lambda: len(ticks) > 3)
        freeze()
        qtbot.waitUntil(lambda: len(ticks) > 6)
    assert dog.worst > 0.03 and any("freeze" in stack for stack in dog.stacks)


def test_turning_a_knob_a_hundred_times_never_holds_the_window_up(opened, qtbot):
    with LoopWatchdog(0.2) as dog:
        done = []
        for step in range(100):
            opened.page.knobs.moved.emit("drive", step / 100)
            qtbot.waitUntil(lambda: True)
            done.append(step)
    assert len(done) == 100 and dog.stacks == []
