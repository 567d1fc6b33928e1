"""From the example to packages that the hosts take."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from desk import type_into, until

from studio.flows.editing import card_of

pytestmark = [pytest.mark.gui, pytest.mark.audio]
PEERS = Path(__file__).parents[1] / "peers"


@pytest.fixture(scope="module")
def packages(desk, home):
    """What Export with both hosts ticked writes."""
    assert {name: line.box.isChecked() for name, line in desk.page.export.lines.items()}.items() >= {
        ("neutone", True),
        ("audacity", True),
    }
    ended = desk.export(home / "packages")
    assert not ended.failed and len(ended.written) == 2, ended
    return {Path(each).relative_to(home / "packages").parts[0]: Path(each) for each in ended.written}


def test_an_export_that_is_cancelled_leaves_nothing(desk, home):
    type_into(desk.page.export.folder, home / "unwanted")
    desk.click(desk.page.export.export)
    until(lambda: "Export" in desk.page.export.state.text() or desk.page.export.cancel.isVisible())
    job = until(lambda: [row for row in desk.window._rows if row.is_active and row.step], what="the job's first step")
    started = time.monotonic()
    desk.click(desk.page.export.cancel)
    until(lambda: not desk.controller.exporting.running)
    assert time.monotonic() - started < 1.0, job
    assert "Stopped" in desk.page.export.failure.text()
    assert [path for path in home.glob("unwanted/**/*") if path.is_file()] == []


@pytest.mark.parametrize("host, script", [("neutone", "neutone_check.py"), ("audacity", "audacity_check.py")])
def test_both_packages_pass_the_contracts(packages, host, script):
    options = ["--quick"] if host == "neutone" else []
    done = subprocess.run(
        [sys.executable, PEERS / script, packages[host], *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_window_says_so_and_offers_folder_and_report(desk, packages, home):
    panel = desk.page.export
    assert panel.result.isVisible() and panel.result_text.text() == "2 packages written"
    assert [panel.lines[name].state.text() for name in packages] == ["verified", "verified"]
    assert "<svg" in (home / "packages" / "report.html").read_text()


@pytest.mark.parametrize("host", ["neutone", "audacity"])
def test_a_package_of_our_own_opens_without_a_question(desk, packages, host):
    desk.drop(packages[host])
    desk.wait_model(packages[host].name)
    assert desk.dialog_open is None and desk.status.gain_db == 0.0
    desk.play()
    desk.wait_level(0.2, 1.1)


@pytest.mark.slow
def test_the_card_of_a_package_is_edited_in_place(desk, packages):
    path = packages["neutone"]
    desk.drop(path)
    desk.wait_model(path.name)
    before = path.read_bytes()
    desk.page.card.fields["short_description"].input.setPlainText("Clips, with other words.")
    desk.do("file.save-card")
    until(lambda: path.read_bytes() != before, what=lambda: f"the package with its card; {desk.problem}")
    assert card_of(path).card.short_description == "Clips, with other words."
    until(lambda: not desk.page.header.changed.isVisible() and not desk.controller.tasks.is_running("model"))
    assert desk.dialog_open is None and desk.model == path.name


def test_a_field_over_the_limit_stops_the_export_at_the_field(desk, packages):
    field = desk.page.card.fields["short_description"]
    field.input.setPlainText("x" * 61)
    desk.click(desk.page.export.lines["audacity"].problem)
    assert field.input.hasFocus() and "60" in field.trouble.text()
    desk.click(desk.page.export.export)
    assert not desk.controller.exporting.running
