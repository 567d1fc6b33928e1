"""The Checks page: what was measured, drawn and mended; what an export says when a check failed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from studio.app.pages.check_table import CheckTable, measured
from studio.app.state import Page
from studio.document.check import Check, Mend, Plot, Series
from studio.errors import JobError, ModelError

LINES = Plot(
    x_label="block (samples)",
    y_label="dB",
    log_x=True,
    series=(Series(name="48 kHz", x=(0, 32, 64, 128), y=(1, -20, -40, -60)), Series(name="96 kHz", x=(32,), y=(-5,))),
)
BARS = Plot(x_label="channel", y_label="dB", bars=True, series=(Series(x=(1, 2), y=(-3, float("nan"))),))
BEHIND = Mend(label="Set look-behind to 4093: then −132 dB", call={"look_behind": 4093})
CHECKS = [
    Check(id="shape", verdict="pass", title="The length is kept", value=2, unit="rows"),
    Check(id="parity", verdict="fail", title="The cut is not heard", value=-13.02, unit="dB", plot=LINES, mend=BEHIND),
    Check(id="gain", verdict="warn", title="It is as loud", value=3.25, unit="dB", advice="Turn it down.", plot=BARS),
    Check(id="knobs", verdict="skip", title="Knobs move", advice="It has none."),
]


@pytest.fixture
def page(opened):
    """The page of a model that has answered."""
    opened.checks = CHECKS
    return visit(opened)


def visit(studio):
    studio.window.show_page(Page.CHECKS)
    return studio.window._made[Page.CHECKS]


def run(opened, qtbot):
    opened.window.menus.actions["model.check"].trigger()
    qtbot.waitUntil(lambda: bool(opened.checked) and not opened.controller.checking.running)


def texts(page):
    return [[page.rows.index(row, column).data() for column in range(4)] for row in range(page.rows.rowCount())]


def test_the_table_keeps_the_promises_of_a_model(qapp, theme):
    table = CheckTable(theme)
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in (CHECKS, CHECKS[:1], []):
        table.show_rows(tuple(rows))
        assert table.rowCount() == len(rows)
    assert tester.model() is table


@pytest.mark.parametrize(
    "value, unit, said",
    [(-132.04, "dB", "-132 dB"), (1, "samples", "1 sample"), (-0.0, "dB", "0 dB"), (None, "", ""), ("no", "", "no")],
)
def test_a_number_is_said_with_its_unit(value, unit, said):
    assert measured(Check(id="x", verdict="pass", value=value, unit=unit)) == said


def test_without_a_model_there_is_nothing_to_run(studio):
    page = visit(studio)
    assert not page.run.isEnabled() and "Open a model" in page.empty.text() and page.empty.isVisible()


def test_what_needs_a_look_stands_first(page, opened, qtbot):
    run(opened, qtbot)
    assert [row[0] for row in texts(page)] == ["failed", "look at this", "passed", "not asked"]
    assert texts(page)[0][1:3] == ["The cut is not heard", "-13.02 dB"]
    assert page.summary.text() == "1 failed · 1 to look at · 1 passed · 1 not asked"


def test_the_selected_check_is_drawn_and_said_in_full(page, opened, qtbot):
    run(opened, qtbot)
    assert page.title.text() == "The cut is not heard" and page.plot.isVisible()
    page.table.selectRow(1)
    assert page.advice.text() == "Turn it down." and page.value.text() == "3.25 dB" and page.plot.isVisible()
    page.table.selectRow(2)
    assert not page.plot.isVisible() and not page.mend.isVisible()


def test_lines_are_named_and_what_cannot_be_drawn_is_left_out(page, opened, qtbot):
    run(opened, qtbot)
    lines = page.plot.getPlotItem().listDataItems()
    assert [line.name() for line in lines] == ["48 kHz", "96 kHz"]
    assert list(lines[0].getOriginalDataset()[0]) == [32, 64, 128]  # zero has no place on a logarithmic axis
    assert "96 kHz from -5 to -5" in page.plot.accessibleDescription()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_plot_follows_the_palette(page, opened, qtbot, theme, name):
    theme.use("light" if name == "dark" else "dark")
    run(opened, qtbot)
    theme.use(name)
    line = page.plot.getPlotItem().listDataItems()[0]
    assert line.opts["pen"].color() == theme.color("wave_dry")
    assert page.plot.backgroundBrush().color() == theme.color("wave_field")


def test_a_mend_opens_the_model_anew_as_one_step_and_asks_again(page, opened, qtbot):
    run(opened, qtbot)
    assert page.mend.text() == "Set look-behind to 4093" and page.outcome.text() == "Then −132 dB"
    qtbot.mouseClick(page.mend, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened.checked) == 2 and not opened.controller.checking.running)
    assert opened.project.model.call == {"look_behind": 4093} and opened.project.call.look_behind == 4093
    assert opened.window.menus.actions["edit.undo"].text() == "Undo set look-behind to 4093"
    opened.controller.editing.undo()
    assert opened.project.model.call == {} and opened.project.call.look_behind == 0


def test_a_mend_keeps_what_was_corrected_before(opened, qtbot):
    opened.controller.models.correct(opened.project.model.model_copy(update={"call": {"latency": 7}}))
    qtbot.waitUntil(lambda: opened.project.call.latency == 7)
    opened.controller.models.mend(Mend(label="x", call={"spectrum": {"hop": 64}}, card={"labels": ("a",)}))
    qtbot.waitUntil(lambda: opened.project.call.spectrum is not None)
    assert opened.project.model.call == {"latency": 7, "spectrum": {"hop": 64}} and opened.project.card.labels == ("a",)


def test_another_model_makes_the_answers_old_and_undo_makes_them_new(page, opened, qtbot):
    run(opened, qtbot)
    first = opened.controller.opening.now
    opened.wiring.commands.open_paths([opened.model("other.py")])
    qtbot.waitUntil(lambda: opened.controller.opening.now is not first)
    assert "changed since" in page.note.text() and not page.note.isHidden() and page.mend.isHidden()
    opened.controller.editing.undo()
    qtbot.waitUntil(page.note.isHidden)


def test_checks_that_cannot_run_say_why_and_can_be_run_again(page, opened, qtbot):
    opened.refuse["checks"] = JobError("The process was killed.", "Try again.")
    with qtbot.waitSignal(opened.controller.troubled):
        opened.controller.models.check()
    assert page.note.text() == "The process was killed." and page.run.isVisible()


def test_a_run_can_be_cancelled(page, opened, qtbot, monkeypatch):
    states = []
    opened.controller.checking.state.connect(states.append)
    opened.controller.models.check()
    assert page.cancel.isVisible() and not opened.window.menus.actions["model.check"].isEnabled()
    page.cancel.click()
    qtbot.waitUntil(lambda: not opened.controller.checking.running)
    assert not page.cancel.isVisible()


def ways(opened):
    return {each.text(): each for each in opened.window.strip.findChildren(QPushButton) if each.isVisible()}


@pytest.mark.parametrize("choices, anyway", [(["anyway"], True), ([], False)])
def test_a_failed_check_stops_the_export_with_a_way_to_the_page(opened, qtbot, choices, anyway):
    opened.refuse["export"] = ModelError("The model failed its checks. It lies.", fields=["checks"], choices=choices)
    with qtbot.waitSignal(opened.controller.troubled):
        opened.controller.packages.export(opened.folder / "out")
    assert ("Export anyway" in ways(opened)) is anyway
    assert opened.page.export.failure.text() == "The model failed its checks."
    ways(opened)["See the checks"].click()
    assert opened.window.pages.currentWidget() is opened.window._made[Page.CHECKS]
    qtbot.waitUntil(lambda: len(opened.checked) == 1)


def test_export_anyway_goes_on(opened, qtbot):
    opened.refuse["export"] = ModelError("It failed.", fields=["checks"], choices=["anyway"])
    with qtbot.waitSignal(opened.controller.troubled):
        opened.controller.packages.export(opened.folder / "out")
    opened.refuse["export"] = ModelError("It failed.", fields=["checks"], choices=["anyway"])
    ways(opened)["Export anyway"].click()
    qtbot.waitUntil(lambda: opened.page.export.result.isVisible())
