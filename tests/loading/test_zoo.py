"""Models of many kinds are called rightly: what is heard is what plain Python gives, and what is shown gives."""

import contextlib
import io

import pytest
import torch
import zoo

from studio.document.adapter_text import adapter_text
from studio.document.kinds import recognise
from studio.document.opened import ModelSource, OpenedModel
from studio.errors import CompileError, ModelError
from studio.jobs.probe import run
from studio.loading.open_file import load_model
from studio.wrappers.captured import load_captured

FEW = (
    "B1T",
    "T2",
    "mag512_bft",
    "cplx1024",
    "state_arg_lstm_opt",
    "state_buffer",
    "up3over2",
    "out_dataclass",
    "kwonly",
)
EDGE, LENGTH = 6000, 32768


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # many small calls: threads would only wait for one another
    yield
    torch.set_num_threads(before)


@pytest.fixture
def opened(tmp_path):
    def open_(name, call=None, source=None):
        path = tmp_path / f"{name}.py"
        path.write_text(source or f"{zoo.HEAD}\n{zoo.ZOO[name]}")
        asked = ModelSource(path=str(path), call=call or {})
        request = {"source": asked.model_dump(mode="json"), "folder": str(tmp_path), "digest": "none"}
        with contextlib.redirect_stdout(io.StringIO()):  # one of them prints
            made = OpenedModel.model_validate(run(request, lambda *_said: None))
        torch.manual_seed(0)
        model = load_model(asked, recognise(path)).module
        return made, model.double() if name == "float64" else model

    return open_


def blocks_of(call, name=""):
    size = (
        call.block_sizes[0] if call.block_sizes else zoo.BY_BLOCK.get(name, -(-1000 // call.multiple) * call.multiple)
    )
    whole = torch.rand(call.channels_in, LENGTH, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return [part for part in (whole * 0.9).split(max(size, call.min_block), 1) if part.shape[1] == size]


def heard(made, blocks):
    captured = load_captured(made.captured)
    positions = torch.tensor([each.default_position for each in captured.numeric]).reshape(-1, 1)
    torch.manual_seed(0)
    with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
        return torch.cat([captured.module(x.clone(), positions.expand(-1, x.shape[1]).contiguous()) for x in blocks], 1)


def shown(made, model, blocks):
    held = {"__name__": "adapter"}
    exec(compile(adapter_text(made), "adapter.py", "exec"), held)
    adapter = held["Adapter"](model)
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()):
        return torch.cat([adapter(x) for x in blocks], 1)


def distance(one, other):
    assert one.shape == other.shape
    return float((one - other).abs().max() / other.abs().max())


def check(opened, name):
    made, model = opened(name)
    blocks = blocks_of(made.call, name)
    sound = heard(made, blocks)
    if name not in zoo.RANDOM:
        with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
            wanted = zoo.reference(name, model, torch.cat(blocks, 1))
        up, down = made.call.ratio
        late, edge = made.call.latency * up // down, EDGE * up // down
        inside = slice(edge, wanted.shape[1] - edge)
        assert distance(sound[:, late:][:, inside], wanted[:, inside]) < 1e-4
    model = opened(name)[1]  # in its first state
    assert distance(shown(made, model, blocks), sound) < 1e-6


@pytest.mark.parametrize("name", FEW)
def test_it_is_heard_and_shown_as_it_is(opened, name):
    check(opened, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [each for each in zoo.ZOO if each not in FEW])
def test_so_are_the_rest(opened, name):
    check(opened, name)


@pytest.mark.parametrize(
    "name, call",
    [
        ("B1T", {"overlap": 256}),
        ("B1T", {"look_behind": 64, "look_ahead": 32}),
        ("up2", {"look_behind": 16, "look_ahead": 8}),
        ("B1T", {"filters_before": [{"kind": "high", "low_hz": 100.0}], "look_behind": 64}),
        ("mag512_bft", {"spectrum": {"n_fft": 512, "hop": 128, "layout": "BFT", "form": "log", "mask": False}}),
    ],
)
def test_what_is_put_around_a_model_is_shown_too(opened, name, call):
    made, model = opened(name, call)
    blocks = blocks_of(made.call)
    assert distance(shown(made, model, blocks), heard(made, blocks)) < 1e-6


NUMPY = """
import numpy as np
class Model(nn.Module):
    def forward(self, x):
        return torch.from_numpy(np.tanh(x.numpy()))
"""
BRANCH = """
class Model(nn.Module):
    def forward(self, x, *rest):
        if x.abs().max() > 0.5:
            return x * 2
        return x
"""
LENGTHS = """
class Model(nn.Module):
    def forward(self, x, *rest):
        n = int(x.shape[-1])
        return x - x.sum(-1, keepdim=True) / n
"""
STATE = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = torch.zeros(1, 1, 1)

    def forward(self, x, *rest):
        z = torch.cat([self.last, x], -1)
        self.last = x[..., -1:]
        return z[..., 1:] + z[..., :-1]
"""


@pytest.mark.parametrize(
    "source, said",
    [
        (NUMPY, "hands the sound to numpy"),
        (BRANCH, "decides by the sound which way to go (“if x.abs().max() > 0.5:”)"),
        (LENGTHS, "asks for the length, which the recording takes for a constant"),
        (STATE, ") is assigned anew in each call, which a recording loses"),
    ],
)
def test_what_a_recording_loses_is_named_where_nothing_else_works(opened, source, said):
    with pytest.raises(CompileError) as refused:
        opened("refused", source=f"{zoo.HEAD}\n{source}")
    assert said in refused.value.hint and "refused.py, line" in refused.value.sentence


@pytest.mark.parametrize(
    "call, count, knobs",
    [
        ({"arguments": [{"name": "drive", "role": "constant", "value": 0.2}]}, 1, ["tone"]),
        ({}, 1, ["drive", "tone"]),
    ],
)
def test_an_argument_that_is_said_to_be_constant_has_no_knob(opened, call, count, knobs):
    made, _ = opened("kwonly", call)
    assert [each.name for each in made.card.parameters] == knobs and made.call.channels_out == count


def test_one_of_several_outputs_can_be_picked(opened):
    made, model = opened("out_dict", {"output_key": ["rest"]})
    blocks = blocks_of(made.call)
    assert [each.name for each in made.call.outputs] == ["rest"]
    with torch.no_grad():
        assert distance(heard(made, blocks), model(torch.cat(blocks, 1)[None])["rest"][0]) < 1e-6


def test_nan_for_silence_is_told(opened):
    assert any("answers silence with no numbers (NaN)" in fact for fact in opened("nan_at_silence")[0].facts)


def test_frames_around_the_one_that_is_heard_are_given_to_it(opened):
    layer = "nn.Conv2d(1, 1, 3, padding=1)"
    source = zoo.MAGNITUDES.replace("nn.Conv1d({bins}, 16, 1)", layer).replace("nn.Conv1d(16, {bins}, 1)", layer)
    made, _ = opened("image", source=f"{zoo.HEAD}\n{source}")
    assert made.call.spectrum.layout == "BCFT"
    assert (made.call.look_behind, made.call.look_ahead) == (2 * made.call.spectrum.hop, 2 * made.call.spectrum.hop)


def test_a_method_that_is_missing_is_named(opened):
    with pytest.raises(ModelError, match="Model has no method encode"):
        opened("B1T", {"method": "encode"})
