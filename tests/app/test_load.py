"""What playing costs, how late it is, and what ails the engine: in the status line and in a dialog."""

from types import SimpleNamespace

import pytest
from PySide6.QtGui import QColor, QGuiApplication

from studio.app.figures import FigureReader, report
from studio.app.load import LoadHistory
from studio.app.widgets.figures_button import FiguresButton, wordings_of
from studio.app.widgets.load_chart import LoadChart
from studio.link.shared import Priority, State


@pytest.fixture
def clock():
    return SimpleNamespace(now=1000.0)


@pytest.fixture
def history(clock):
    return LoadHistory(lambda: clock.now)


def status(**changed):
    said = {"state": State.RUNNING, "playing": True, "position": 0, "ready": 0, "sample_rate": 48000, "block": 256}
    said |= {"depth": 0, "latency": 64, "device_latency": 480, "load": 0.25, "worst_us": 2000.0, "xruns": 0}
    return SimpleNamespace(**{**said, "muted_blocks": 0, "priority": Priority.REAL_TIME, **changed})


def test_a_minute_is_kept_and_no_more(history, clock):
    for second in range(90):
        clock.now = 1000.0 + second
        history.look(second / 100, 0.0, 0)
    columns = history.columns(60)
    assert [column.load for column in columns] == pytest.approx([each / 100 for each in range(30, 90)], abs=0.011)


def test_the_highest_of_a_column_is_kept_at_any_width(history, clock):
    for look in range(1800):
        clock.now = 1000.0 + look / 30
        history.look(0.1, 3.0 if look == 900 else 0.2, int(look >= 900))
    for count in (7, 60, 333):
        columns = history.columns(count)
        assert max(column.worst for column in columns) == 3.0 and sum(column.late for column in columns) == 1


def test_dropouts_are_counted_over_a_new_engine_and_from_a_reset_on(history):
    assert [history.look(0.1, 0.1, count) for count in (2, 3, 0, 1)] == [2, 3, 3, 4]
    history.reset()
    assert history.look(0.1, 0.1, 3) == 2


def test_the_latency_is_the_sum_of_its_parts():
    now = FigureReader().look(status(depth=2, latency=64 + 512), 48000)
    assert [each.samples for each in now.delays] == [480, 512, 64]
    assert now.latency_ms == pytest.approx(22.0) and now.latency_samples == 1056
    assert "22.0 ms (1056 samples)" in report(now, LoadHistory(), "Card")


@pytest.mark.parametrize("state", [State.NO_DEVICE, State.LOST, State.OVERLOAD, State.FAILING])
def test_every_bad_state_says_what_it_means_and_what_to_do(state):
    ails = FigureReader().look(status(state=state), 48000).ails
    assert ails.word and ails.said.endswith(".") and ails.hint.endswith(".")


def test_a_model_slower_than_real_time_says_how_far_it_has_got_and_when_it_waits():
    reader = FigureReader()
    slow = status(state=State.AHEAD, position=12000, ready=12000)
    assert reader.look(slow, 48000).ails.word == "Rendering ahead, 50%"
    for _ in range(10):
        ails = reader.look(slow, 48000).ails
    assert "waiting" in ails.said and "0.2 s" in ails.said
    assert "waiting" not in reader.look(status(state=State.AHEAD, position=12256, ready=12000), 48000).ails.said


def test_what_happened_is_remembered():
    reader = FigureReader()
    for state, depth in ((State.RUNNING, 0), (State.OVERLOAD, 0), (State.RUNNING, 0), (State.RUNNING, 2)):
        reader.look(status(state=state, depth=depth), 48000)
    assert [said for _, said in reader.history.recent()] == ["overload", "all well again", "2 blocks ahead"]


def test_the_button_says_as_much_as_there_is_room_for(qtbot):
    button, now = FiguresButton(), FigureReader().look(status(xruns=2), 48000)
    button.show()
    qtbot.addWidget(button)
    button.show_figures(now)
    for wording in wordings_of(now):
        button.resize(button.fontMetrics().horizontalAdvance(wording) + 12, 24)
        assert button.text() == wording
    assert "worst block 2.0 of 5.3 ms" in wordings_of(now)[0] and "2 drop-outs" in wordings_of(now)[0]
    assert button.text() == "Load 25%"


def test_the_chart_shows_the_curve_and_the_dropouts(qtbot, theme, history, clock):
    chart = LoadChart(theme, history)
    qtbot.addWidget(chart)
    chart.resize(400, 160)
    for look in range(600):
        clock.now = 1000.0 + look / 10
        history.look(0.5, 0.6, look // 599)
    image, red = chart.grab().toImage(), QColor(theme.tokens["meter_clip"])
    found = [x for x in range(400) for y in range(160) if image.pixelColor(x, y) == red]
    assert found and min(found) > 390
    assert image.pixelColor(200, 130) != QColor(theme.tokens["wave_field"]), "the curve is filled"


def test_the_dialog_says_all_of_it_and_copies_it(opened, qtbot):
    opened.engine.now.xruns = 3
    opened.window.status.figures.click()
    dialog = opened.wiring.commands.sounds.load
    qtbot.waitUntil(lambda: dialog.late.text() == "3 drop-outs")
    assert dialog.total.text() == "Latency 6.3 ms (304 samples)"
    dialog.copy.click()
    assert "Test card · 48000 Hz · block 256" in QGuiApplication.clipboard().text()
    dialog.reset.click()
    qtbot.waitUntil(lambda: dialog.late.text() == "0 drop-outs")


def test_hidden_it_costs_nothing(opened, qtbot):
    opened.window.status.figures.click()
    dialog = opened.wiring.commands.sounds.load
    dialog.hide()
    opened.engine.now.xruns = 9
    qtbot.waitUntil(lambda: dialog._now.late == 9)
    assert dialog.late.text() != "9 drop-outs"


def test_what_ails_the_engine_stands_above_the_transport_until_it_is_well(opened, qtbot):
    notice = opened.page.audio.notice
    opened.engine.now.state = State.OVERLOAD
    qtbot.waitUntil(notice.isVisible)
    assert notice.word.text() == "Overload" and notice.way.isVisible()
    opened.engine.now.state = State.RUNNING
    qtbot.waitUntil(lambda: not notice.isVisible())


def test_without_precedence_a_hint_says_why_it_may_stutter(opened, qtbot):
    opened.engine.now.priority = Priority.ORDINARY
    qtbot.waitUntil(opened.window.status.priority.isVisible)
    assert "stutter" in opened.window.status.priority.toolTip()


def test_what_is_rendered_ahead_is_shaded(opened, qtbot):
    opened.engine.now.state, opened.engine.now.ready = State.AHEAD, 12000
    wave = opened.page.audio.dry
    qtbot.waitUntil(lambda: wave._ready == 12000)
    image = wave.grab().toImage()
    low, good = image.height() - 2, QColor(opened.window.theme.tokens["good"])
    assert image.pixelColor(wave.width() // 4, low) == good
    assert image.pixelColor(wave.width() * 3 // 4, low) != good
