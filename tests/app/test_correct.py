"""Saying how a model really wants to be called."""

import pytest
from PySide6.QtGui import QGuiApplication

from studio.app.dialogs.adapter import AdapterDialog
from studio.app.dialogs.call_fields import FIELDS, found_or_usual, typed
from studio.app.dialogs.call_form import CallForm
from studio.app.dialogs.correct import CorrectDialog
from studio.document.call import Call
from studio.document.treatment import Decoding, Filter, Spectrum

SAMPLE = {
    "block_sizes": ("512, 1024", [512, 1024]),
    "latency": ("72", 72),
    "method": ("encode", "encode"),
    "ratio": ("3/2", [3, 2]),
    "output_key": ("0, voice", [0, "voice"]),
    "outputs": ("drums 2, voice", [{"name": "drums", "channels": 2}, {"name": "voice", "channels": 1}]),
    "arguments": (
        "gain = knob 0.5, mode = constant soft, h = state [1, 1, 8], bits = constant [1, 0]",
        [
            {"name": "gain", "role": "knob", "value": 0.5},
            {"name": "mode", "role": "constant", "value": "soft"},
            {"name": "h", "role": "state", "shape": [1, 1, 8]},
            {"name": "bits", "role": "constant", "value": [1.0, 0.0]},
        ],
    ),
    "look_behind": ("4093", 4093),
    "cached": ("yes", True),
    "aggregate": ("samples", "samples"),
    "spectrum.n_fft": ("2048", {"n_fft": 2048}),
    "spectrum.window": ("sine", {"window": "sine"}),
    "decoding.frame_hop": ("160", {"frame_hop": 160.0}),
}


def form_of(qtbot, theme, call=None, said=None):
    form = CallForm(theme, call or Call(), said or {})
    qtbot.addWidget(form)
    return form


def put(form, key, text):
    widget = form.inputs[key]
    if hasattr(widget, "setText"):
        widget.setText(text)
        widget.textEdited.emit(text)
    else:
        widget.setCurrentIndex(widget.findData(text))
        widget.activated.emit(widget.currentIndex())


def trouble(form, key):
    return "" if form.troubles[key].isHidden() else form.troubles[key].text()


def test_every_field_of_the_parts_can_be_corrected():
    for part, model in (("spectrum", Spectrum), ("decoding", Decoding)):
        assert {key.partition(".")[2] for key in FIELDS if key.startswith(f"{part}.")} == set(model.model_fields)
    plain = {key for key in FIELDS if "." not in key}
    elsewhere = {"layout", "sample_rates", "spectrum", "decoding", "labels", "filters_before", "filters_after"}
    ours = {"wrapper", "state_outputs", "nesting"}  # they follow from the arguments and from the answer
    assert plain | elsewhere | ours == set(Call.model_fields)


@pytest.mark.parametrize("key", SAMPLE)
def test_what_is_typed_corrects_the_call(qtbot, theme, key):
    form, (text, value) = form_of(qtbot, theme), SAMPLE[key]
    put(form, key, text)
    assert form.value() == {key.partition(".")[0]: value}


def test_what_is_left_open_stays_as_it_was_found(qtbot, theme):
    form = form_of(qtbot, theme, Call(latency=64, spectrum=Spectrum(hop=128)))
    assert form.value() == {}
    assert form.inputs["latency"].placeholderText().startswith("As found (64)")
    assert form.inputs["spectrum.hop"].placeholderText().startswith("As found (128)")
    assert found_or_usual(Call(), FIELDS["decoding.on"]) == "0.5"


@pytest.mark.parametrize(
    "typing, key, why",
    [
        ({"latency": "soon"}, "latency", "Write a whole number."),
        ({"arguments": "gain 0.5"}, "arguments", "name = knob 0.5"),
        ({"output_layout": "BC"}, "output_layout", "Write T"),
        ({"block_sizes": "512 and more"}, "block_sizes", "whole numbers"),
        ({"decoding.on": "1.5", "decoding.frame_hop": "1"}, "decoding.on", "less than or equal to 1"),
        ({"decoding.on": "0.6"}, "decoding.frame_hop", "required"),
        ({"decoding.on": "0.1", "decoding.frame_hop": "1"}, "decoding", "Off must not be above on."),
        ({"spectrum.hop": "5000"}, "spectrum", "The hop must not be longer than a frame."),
    ],
)
def test_what_cannot_be_so_is_said_beside_the_field(qtbot, theme, typing, key, why):
    form = form_of(qtbot, theme)
    for name, text in typing.items():
        put(form, name, text)
    assert why in trouble(form, key)
    assert [name for name in form.troubles if trouble(form, name)] == [key]


def test_filters_are_added_judged_and_removed(qtbot, theme):
    form = form_of(qtbot, theme)
    rows = form.filters["filters_after"]
    rows.add.click()
    assert "needs high_hz" in rows.rows[0].trouble.text()
    rows.rows[0].lines["high_hz"].setText("8000")
    rows.rows[0].lines["high_hz"].textEdited.emit("8000")
    assert rows.rows[0].trouble.isHidden() and form.value()["filters_after"][0]["high_hz"] == 8000.0
    rows.rows[0].removed.emit()
    assert form.value() == {}


def test_corrections_are_shown_again_and_can_all_be_taken_back(qtbot, theme):
    low = Filter(kind="low", high_hz=8000)
    said = {
        "latency": 7,
        "spectrum": {"hop": 64},
        "filters_before": [low.model_dump()],
        "outputs": [{"name": "a", "channels": 1}],
    }
    form = form_of(qtbot, theme, Call(latency=7, spectrum=Spectrum(hop=64), filters_before=(low,)), said)
    assert form.inputs["latency"].text() == "7" and form.inputs["spectrum.hop"].text() == "64"
    assert len(form.filters["filters_before"].rows) == 1 and not form.sections["Filters"].body.isHidden()
    assert form.value() == said
    form.reset()
    assert form.value() == {} and form.sections["Filters"].about.text() == "as found"


def test_a_part_that_was_found_can_be_refused(qtbot, theme):
    form = form_of(qtbot, theme, Call(decoding=Decoding(frame_hop=160)))
    form.uses["decoding"].setCurrentIndex(form.uses["decoding"].findData("no"))
    assert form.value() == {"decoding": None}


def test_the_dialog_opens_the_model_again_as_one_step(opened, qtbot):
    opened.window.menus.actions["model.correct"].trigger()
    dialog = next(each for each in opened.window.findChildren(CorrectDialog) if each.isVisible())
    put(dialog.form, "look_behind", "x")
    assert not dialog.yes.isEnabled()
    put(dialog.form, "look_behind", "256")
    dialog.yes.click()
    qtbot.waitUntil(lambda: opened.project.call.look_behind == 256)
    assert opened.project.model.call == {"look_behind": 256}
    assert opened.window.menus.actions["edit.undo"].text() == "Undo correct the call"


def test_the_call_is_shown_as_python_to_copy(opened, qtbot):
    opened.window.menus.actions["model.correct"].trigger()
    dialog = next(each for each in opened.window.findChildren(CorrectDialog) if each.isVisible())
    dialog.python.click()
    shown = dialog.findChildren(AdapterDialog)[0]
    shown.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "class Adapter(nn.Module):" in copied and shown.text.isReadOnly()
    compile(copied, "adapter.py", "exec")
    shown.yes.click()
    dialog.no.click()


def test_all_sizes_is_a_word():
    assert typed(FIELDS["block_sizes"], "any") == () and typed(FIELDS["block_sizes"], "64 128") == (64, 128)
