"""The export panel after an export; publishing what was written; the card of a package that is open."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices

from studio.app.dialogs.publish import PublishDialog, said_size
from studio.document.call import Call, Output
from studio.document.check import Check
from studio.document.limits import hosts
from studio.errors import CardError, HostError

FOUR = Call(channels_in=4, outputs=(Output(name="out", channels=4),))
WRONG = (Check(id="loads", verdict="fail", title="It loads", advice="The archive is cut short."),)


@pytest.fixture
def exported(opened, qtbot, monkeypatch):
    """Both hosts' packages are written."""
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile() or url.toString()))
    opened.shown = shown
    export(opened, qtbot)
    return opened


def export(opened, qtbot):
    opened.controller.packages.export(opened.folder / "out")
    qtbot.waitUntil(lambda: opened.page.export.result.isVisible() and not opened.controller.exporting.running)


def line(studio, host):
    return studio.page.export.lines[host]


def test_every_host_there_is_says_what_it_writes(studio):
    assert set(studio.page.export.lines) == set(hosts())
    for name, limits in hosts().items():
        assert line(studio, name).box.text() == limits.title and line(studio, name).about.text() == limits.written


def test_a_host_without_a_place_for_the_model_is_greyed_and_says_why(opened):
    opened.controller.editing.change("x", call=FOUR)
    neutone = line(opened, "neutone")
    assert not neutone.box.isEnabled() and not neutone.box.isChecked() and not neutone.problem.isVisible()
    assert "4 channels" in neutone.about.text() and "4 channels" in neutone.box.toolTip()
    assert "neutone" in opened.project.hosts  # the tick is still there for the next model
    opened.controller.editing.undo()
    assert neutone.box.isEnabled() and neutone.box.isChecked()


def test_a_host_that_cannot_take_the_model_gets_no_package(opened, qtbot):
    opened.controller.editing.change("x", call=FOUR)
    opened.controller.editing.change("x", hosts=("neutone", "nn"))
    export(opened, qtbot)
    assert opened.exported[-1][1] == ["nn"]


def test_each_host_says_what_became_of_its_package(opened, qtbot):
    opened.package_checks, opened.kept = {"neutone": WRONG}, {"audacity"}
    export(opened, qtbot)
    assert line(opened, "audacity").state.text() == "unchanged"
    assert line(opened, "neutone").state.text() == "refused"
    assert line(opened, "neutone").about.toolTip() == "It loads: The archive is cut short."
    assert (
        opened.page.export.result_text.text() == "1 package written"
        and "cut short" in opened.page.export.failure.text()
    )


def test_an_edit_makes_the_packages_those_of_another_model(exported):
    assert line(exported, "neutone").state.text() == "verified"
    exported.controller.editing.set_knob("drive", 0.9)
    assert line(exported, "neutone").state.text() != "verified"
    exported.controller.editing.undo()
    assert line(exported, "neutone").state.text() == "verified"


def test_report_and_folder_are_opened(exported):
    panel = exported.page.export
    exported.shown.clear()
    panel.report.click()
    panel.show_written.click()
    assert exported.shown == [str(exported.folder / "out" / "report.html"), str(exported.folder / "out")]


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800)])
def test_the_panel_keeps_its_buttons_in_sight(exported, qtbot, size):
    exported.window.resize(*size)
    qtbot.waitUntil(lambda: exported.window.size().toTuple() == size)
    panel = exported.page.export
    for widget in (panel.export, panel.folder, panel.report, panel.publish, panel.show_written):
        corner = widget.mapTo(exported.window, widget.rect().bottomRight())
        assert exported.window.rect().contains(corner) and panel.rect().contains(
            widget.mapTo(panel, widget.rect().bottomRight())
        )


@pytest.fixture
def dialog(exported):
    exported.page.export.publish.click()
    return next(each for each in exported.window.findChildren(PublishDialog) if each.isVisible())


def look(dialog, qtbot, target="hf:anna/tape"):
    dialog.target.setText(target)
    qtbot.keyClick(dialog.target, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog._state.running and bool(dialog._state.plan or dialog._state.failed))


def test_what_would_be_sent_is_listed_first(exported, dialog, qtbot):
    assert not dialog.yes.isEnabled() and dialog.files.isHidden()
    dialog.private.setChecked(True)
    look(dialog, qtbot)
    package = exported.folder / "out"
    assert exported.planned == [(package, "hf:anna/tape", True)] and dialog.isVisible()
    rows = [[dialog.files.topLevelItem(row).text(column) for column in range(3)] for row in range(2)]
    assert rows == [["model.pt", "2.5 MB", "new"], ["README.md", "900 bytes", "there already"]]
    assert "everybody to see" in dialog.facts.text() and "As anna." in dialog.facts.text()
    assert dialog.yes.isEnabled()


def test_another_target_needs_another_look(dialog, qtbot):
    look(dialog, qtbot)
    dialog.target.setText("hf:anna/other")
    assert not dialog.yes.isEnabled()


def test_publishing_ends_with_a_link(exported, dialog, qtbot):
    look(dialog, qtbot)
    dialog.yes.click()
    qtbot.waitUntil(dialog.link.isVisible)
    assert dialog.link.text() == "https://huggingface.co/anna/tape" and "1 file sent" in dialog.facts.text()
    dialog.link.click()
    assert exported.shown[-1] == dialog.link.text() and not dialog.yes.isEnabled()


def test_what_cannot_be_sent_is_said_in_a_sentence(exported, dialog, qtbot):
    exported.refuse["publish"] = HostError("x is no place to publish to.", "Write hf:USER/REPO.")
    look(dialog, qtbot, "x")
    assert dialog.trouble.text() == "x is no place to publish to. Write hf:USER/REPO." and not dialog.yes.isEnabled()
    exported.plan = exported.plan.model_copy(update={"obstacle": "You are not logged in.", "hint": "Set HF_TOKEN."})
    look(dialog, qtbot)
    assert dialog.trouble.text() == "You are not logged in. Set HF_TOKEN." and not dialog.yes.isEnabled()


@pytest.mark.parametrize("size, said", [(12, "12 bytes"), (12_345, "12.3 kB"), (2_500_000, "2.5 MB")])
def test_sizes_are_said_as_people_read_them(size, said):
    assert said_size(size) == said


@pytest.fixture
def package(opened, qtbot):
    """A package is open."""
    opened.how = "package"
    opened.wiring.commands.open_paths([opened.model("tape.py")])
    qtbot.waitUntil(lambda: opened.controller.opening.now.how == "package")
    return opened


def test_a_package_can_get_another_card_and_no_other_call(package, qtbot):
    actions = package.window.menus.actions
    assert not actions["model.correct"].isEnabled() and not package.page.header.correct.isEnabled()
    package.controller.editing.set_card("short_description", "Warmer")
    before = len(package.opened)
    actions["file.save-card"].trigger()
    qtbot.waitUntil(lambda: len(package.opened) > before)
    path, card = package.cards[0]
    assert Path(path).name == "tape.py" and card.short_description == "Warmer"


def test_a_card_that_the_host_refuses_is_said_and_the_package_stays(package, qtbot):
    package.refuse["card"] = CardError("Neutone (.nm): The name is empty.", "Fill it in.")
    with qtbot.waitSignal(package.controller.troubled):
        package.window.menus.actions["file.save-card"].trigger()
    assert "The name is empty" in package.window.strip.sentence.text() and package.cards == []
