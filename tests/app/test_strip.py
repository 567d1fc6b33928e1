"""What went wrong, read and acted upon; questions; the jobs page; the status line."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton

from studio.app.dialogs.questions import WindowQuestions, answered
from studio.app.state import Device, JobRow, Offer, Page, RowState
from studio.app.widgets.meter import Meter
from studio.app.widgets.strip import ErrorStrip
from studio.app.widgets.transport import clock
from studio.document.opened import ModelSource
from studio.errors import AnswerNeeded, ConsentNeeded


def test_the_strip_says_it_and_offers_a_way_out(qtbot, theme):
    strip, gone = ErrorStrip(theme), []
    qtbot.addWidget(strip)
    strip.show_problem("It failed.", "Do this.", "Traceback", [("Mend it", lambda: gone.append(1))])
    assert strip.accessibleDescription() == "It failed. Do this."
    way = next(each for each in strip.findChildren(QPushButton) if each.text() == "Mend it")
    with qtbot.waitSignal(strip.closed):
        way.click()
    assert gone == [1] and strip.isHidden()


def test_the_strip_shows_details_and_copies_a_report(qtbot, theme):
    strip = ErrorStrip(theme)
    qtbot.addWidget(strip)
    strip.show_problem("It failed.", details="line 3")
    strip._more.click()
    strip._copy.click()
    assert not strip.details.isHidden()
    assert "It failed." in QGuiApplication.clipboard().text() and "line 3" in QGuiApplication.clipboard().text()


def test_words_of_a_file_never_become_markup(qtbot, theme):
    strip = ErrorStrip(theme)
    qtbot.addWidget(strip)
    strip.show_problem("<b>x</b> <img src='a'>")
    assert strip.sentence.textFormat() == Qt.TextFormat.PlainText


def visible(window):
    return next(each for each in window.findChildren(QDialog) if each.isVisible())


@pytest.mark.parametrize("press, yes", [("Trust this file", True), ("Cancel", False)])
def test_consent_says_what_would_run_and_cancel_is_the_default(studio, press, yes):
    said = []
    WindowQuestions(studio.window, studio.trust.remember_folder).consent(
        ConsentNeeded("It imports os."), Path("a.py"), said.append
    )
    dialog = visible(studio.window)
    buttons = {each.text(): each for each in dialog.findChildren(QPushButton)}
    assert buttons["Cancel"].isDefault() and not buttons["Trust this file"].autoDefault()
    buttons[press].click()
    assert said == [yes]


def test_enter_on_the_consent_does_not_trust(studio, qtbot):
    said = []
    WindowQuestions(studio.window, studio.trust.remember_folder).consent(
        ConsentNeeded("It imports os."), Path("a.py"), said.append
    )
    qtbot.keyClick(visible(studio.window), Qt.Key.Key_Return)
    assert said == [False]


def test_constructor_arguments_are_asked_for_in_a_form(studio):
    found = []
    error = AnswerNeeded("Net needs arguments.", fields=["arg"], choices=["channels: int", "depth"])
    WindowQuestions(studio.window, studio.trust.remember_folder).answer(error, ModelSource(path="net.py"), found.append)
    dialog = visible(studio.window)
    for name, text in (("channels", "4"), ("depth", "2")):
        next(each for each in dialog.findChildren(QLineEdit) if each.accessibleName() == f"Argument {name}").setText(
            text
        )
    dialog.accept()
    assert found[0].arguments == {"channels": "4", "depth": "2"}


@pytest.mark.parametrize(
    "field, answer, then",
    [
        ("class", "B", {"class_name": "B"}),
        ("source", "n.py", {"source": "n.py"}),
        ("model-rate", "48 000 Hz", {"model_rate": 48000}),
        ("layout", "BT", {"layout": "BT"}),
    ],
)
def test_an_answer_goes_where_it_belongs(field, answer, then):
    source = answered(ModelSource(path="x"), AnswerNeeded("?", fields=[field]), answer)
    assert source == ModelSource(path="x").model_copy(update=then)


def test_jobs_are_listed_and_can_be_cancelled(studio, qtbot):
    studio.window.show_jobs(
        [JobRow(7, "Exporting", RowState.RUNNING, 0.5, "Verifying"), JobRow(6, "Opening", RowState.DONE)]
    )
    assert [line.state.text() for line in studio.window.jobs.lines] == ["running", "done"]
    assert studio.window.status.job.text() == "Verifying"
    with qtbot.waitSignal(studio.window.job_cancelled) as found:
        studio.window.jobs.lines[0].cancel.click()
    assert found.args == [7]


def test_without_a_device_everything_else_goes_on(opened):
    opened.engine.tell({"event": "failed", "about": "device", "message": "No sound device was found.", "hint": ""})
    opened.controller.playing._hear({"event": "failed", "about": "device", "message": "No sound device was found."})
    assert "everything but live sound works" in opened.window.status.message.text()
    assert not opened.page.audio.transport.play.isEnabled() and opened.page.audio.save.isEnabled()


def test_the_settings_page_lists_devices_and_keeps_what_is_chosen(opened):
    opened.window.show_page(Page.SETTINGS)
    opened.window.show_device(Device("a", 48000, 256, offers=(Offer("a", channels=2), Offer("b", channels=2))))
    box = opened.window._made[Page.SETTINGS].inputs["audio.device"]
    assert [box.itemData(index) for index in range(box.count())] == ["", "a", "b"]
    opened.window._made[Page.SETTINGS].inputs["audio.block"].setCurrentIndex(0)
    opened.window._made[Page.SETTINGS].inputs["audio.block"].activated.emit(0)
    assert opened.controller.services.settings["audio.block"] == 64


def test_the_manual_turns_its_pages(opened):
    opened.window.show_page(Page.HELP)
    page = opened.window._made[Page.HELP]
    assert page.list.count() >= 5
    page.show_page("export")
    assert page.list.currentItem().text() in page.text.toPlainText()


@pytest.mark.parametrize("peak, clipped", [(0.5, False), (1.0, False), (1.01, True)])
def test_the_clip_lamp_stays_until_it_is_clicked(qtbot, theme, peak, clipped):
    meter = Meter(theme, "Output")
    qtbot.addWidget(meter)
    meter.show_peaks(peak, 0.0)
    meter.show_peaks(0.0, 0.0)
    assert meter.clipped == [clipped, False]
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert meter.clipped == [False, False]


@pytest.mark.parametrize(
    "seconds, said", [(0, "00:00.000"), (61.5, "01:01.500"), (3600, "1:00:00.000"), (59.9996, "01:00.000")]
)
def test_time_is_said_in_minutes(seconds, said):
    assert clock(seconds) == said
