"""Measuring a model, mending what was found, and labels over the sound: the real window, the real jobs."""

import pytest
from desk import until
from PySide6.QtWidgets import QFileDialog

from studio.app.state import Page
from studio.audio.labels import read_labels

pytestmark = [pytest.mark.gui, pytest.mark.audio]


@pytest.fixture(scope="module")
def checks(desk):
    """The page, where the model can be asked."""

    def ask():
        desk.do("model.check")
        until(lambda: desk.controller.checking.is_current, 170, "the checks")
        return desk.window._made[Page.CHECKS]

    return ask


def verdicts(page):
    return {each.id: each.verdict for each in page.rows.rows}


@pytest.fixture(scope="module")
def late(desk, dropped, checks):
    """A model that declares less delay than it has, asked and shown at the check that says so."""
    desk.open(dropped / "late.py")
    desk.controller.models.correct(desk.project.model.model_copy(update={"call": {"latency": 7}}))
    until(lambda: desk.project.call.latency == 7, what="the false delay")
    page = checks()
    page.table.selectRow([each.id for each in page.rows.rows].index("latency"))
    return page


def test_a_false_delay_is_found_with_its_number_and_its_plot(late):
    assert verdicts(late)["latency"] in ("warn", "fail") and late.value.text() == "100 samples"
    assert late.mend.isVisible() and "100" in late.mend.text() and late.plot.isVisible()


def test_one_click_mends_it_and_the_checks_are_run_again(desk, late):
    desk.click(late.mend)
    until(lambda: desk.project.call.latency == 100, what="the mended call")
    until(lambda: desk.controller.checking.is_current and not desk.controller.checking.running, 170, "the checks")
    assert verdicts(late)["latency"] == "pass"
    desk.do("edit.undo")
    until(lambda: desk.project.call.latency == 7, what="the call before")


def test_labels_of_a_model_are_seen_and_saved(desk, dropped, home, write, sine, monkeypatch):
    tone = sine(12)
    tone[:, :48000] = 0
    desk.drop(write("late-tone.wav", tone))
    desk.wait_sound("late-tone.wav")
    desk.open(dropped / "loud.py")
    found = until(lambda: desk.controller.labelling.now.found, what="the labels")
    assert [each.name for each in found] == ["quiet", "loud"]
    assert found[1].start == pytest.approx(1.0, abs=0.02)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(home / "found.TextGrid"), ""))
    desk.do("file.save-labels")
    until((home / "found.TextGrid").exists, what="the file")
    assert {each.name for each in read_labels(home / "found.TextGrid")} >= {"quiet", "loud"}
    if not desk.page.audio.transport.loop.isChecked():
        desk.click(desk.page.audio.transport.loop)
    desk.play()
    desk.wait_level(0.45, 0.55)  # the sound itself: a labeller is not played
