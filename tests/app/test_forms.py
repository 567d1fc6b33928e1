"""The card's form: limits beside the field while typing, nothing typed is lost."""

import pytest
from PySide6.QtCore import Qt

from studio.app.pages.card_fields import FIELDS, counted, shown, typed
from studio.app.state import HostRow
from studio.document.card import ModelCard
from studio.document.limits import limits_of, problems

BY_KEY = {field.key: field for field in FIELDS}


def rows(card, *ticked):
    return [HostRow(limits_of(host), host in ticked, tuple(problems(card, host))) for host in ("neutone", "audacity")]


def test_every_field_of_the_card_is_on_the_form_but_the_knobs():
    assert set(BY_KEY) == set(ModelCard.model_fields) - {"parameters", "levels"}


@pytest.mark.parametrize(
    "key, text, value",
    [
        ("tags", " a, b ,,c ", ("a", "b", "c")),
        (
            "technical_links",
            "Paper: https://x.org/a\nhttps://y.org",
            {"Paper": "https://x.org/a", "https://y.org": "https://y.org"},
        ),
        ("sample_rate", "48 000", 48000),
        ("sample_rate", "", None),
        ("name", "Größe, 2", "Größe, 2"),
    ],
)
def test_what_is_typed_becomes_a_value_and_comes_back(key, text, value):
    assert typed(BY_KEY[key], text) == value
    assert typed(BY_KEY[key], shown(BY_KEY[key], value)) == value


@pytest.mark.parametrize("text", ["fast", "-1", "0", "44.1", "²"])
def test_a_rate_that_is_none_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match="Hz"):
        typed(BY_KEY["sample_rate"], text)


@pytest.mark.parametrize(
    "ticked, said, over",
    [(("neutone", "audacity"), "61 / 60 Audacity", True), (("neutone",), "61 / 150 Neutone", False), ((), "", False)],
)
def test_the_counter_shows_the_tightest_limit_of_the_ticked_hosts(ticked, said, over):
    card = ModelCard(short_description="x" * 61)
    assert counted(BY_KEY["short_description"], card.short_description, rows(card, *ticked)) == (said, over)


def test_an_empty_field_says_who_needs_it():
    card = ModelCard()
    assert counted(BY_KEY["authors"], (), rows(card, "neutone", "audacity"))[0] == "Neutone needs it"


def test_typing_over_a_limit_is_said_beneath_the_field_at_once(opened, qtbot):
    field = opened.page.card.fields["short_description"]
    field.input.setFocus()
    qtbot.keyClicks(field.input, "x" * 61)
    assert field.counter.text() == "61 / 60 Audacity"
    assert "Shorten it by 1" in field.trouble.text() and not field.trouble.isHidden()
    qtbot.keyClick(field.input, Qt.Key.Key_Backspace)
    assert field.trouble.isHidden()


def test_a_host_that_is_not_ticked_says_nothing(opened, qtbot):
    opened.controller.editing.set_card("short_description", "x" * 100)
    assert opened.page.card.fields["short_description"].trouble.text()
    opened.page.export.lines["audacity"].box.click()
    assert not opened.page.card.fields["short_description"].trouble.text()


def test_typing_keeps_commas_and_cursor_where_they_are(opened, qtbot):
    line = opened.page.card.fields["tags"].input
    line.setFocus()
    qtbot.keyClicks(line, "dirt, ")
    assert line.text() == "dirt, " and opened.project.card.tags == ("dirt",)
    qtbot.keyClick(line, Qt.Key.Key_Home)
    qtbot.keyClicks(line, "a")
    assert line.cursorPosition() == 1 and opened.project.card.tags == ("adirt",)


def test_a_problem_leads_to_its_field(opened, qtbot):
    opened.window.activateWindow()
    opened.controller.editing.set_card("name", "")
    opened.page.export.lines["neutone"].problem.click()
    qtbot.waitUntil(opened.page.card.fields["name"].input.hasFocus)


def test_a_problem_with_the_knobs_leads_to_their_table(opened):
    for _ in range(4):
        opened.controller.editing.add_parameter()
    opened.page.go_to("parameters")
    assert opened.page.tabs.currentWidget() is opened.page.editor
    assert "Neutone" in opened.page.editor.trouble.text()


def test_ticks_for_the_domain_go_into_the_card(opened):
    opened.page.card.domains["music"].click()
    opened.page.card.domains["speech"].click()
    assert opened.project.card.domain_tags == ("music", "speech")
