"""What is captured sounds like the model, whatever the model does."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import torch
from torch import nn

from studio.document.call import Argument, Call
from studio.document.card import ModelCard
from studio.document.parameter import Parameter
from studio.errors import CompileError, ModelError
from studio.wrappers.adapter import make_adapter
from studio.wrappers.base import describe
from studio.wrappers.capture import capture
from studio.wrappers.captured import load_captured, save_captured

SOURCES = {
    "Gain": "def forward(self, x, gain: float = 0.5):\n        return x * gain",
    "Branch": "def forward(self, x):\n        if bool(x.abs().max() > 0.5):\n            return x * 2\n"
    "        return x",
    "Memory": "def forward(self, x):\n        y = x + self.last\n        self.last = x[:, :, -1:]\n        return y",
    "Numpy": "def forward(self, x):\n        return torch.tensor(x.numpy()[::-1].copy())",
    "Trying": "def forward(self, x):\n        try:\n            if bool(x.sum() > 0):\n                return x\n"
    "        except ValueError:\n            pass\n        return -x",
    "Writing": "def forward(self, x):\n        return x.mul_(2.0)",
    "Clip": "def forward(self, x, low, high: int):\n        return torch.clip(x, -low, low) * high",
}


@pytest.fixture
def model(tmp_path):
    """A model from its source, as a user's file holds it."""

    def make(name):
        body = SOURCES[name]
        text = (
            f"import torch\nfrom torch import nn\n\n\nclass {name}(nn.Module):\n    def __init__(self):\n"
            f'        super().__init__()\n        self.register_buffer("last", torch.zeros(1, 1, 1))\n\n    {body}\n'
        )
        path = tmp_path / f"{name.lower()}_model.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        return getattr(module, name)().eval()

    return make


def adapt(model, folder, call=None, parameters=()):
    call = call or Call()
    make = lambda numbers=False: make_adapter(model, "model", call, parameters, folder, numbers)  # noqa: E731
    return capture(make(), call, ModelCard(parameters=parameters), scriptable=lambda: make(True))[0]


def test_a_knob_moves_what_it_drives(model, tmp_path):
    knob = Parameter("gain", min=0.0, max=4.0, default=1.0, drives="argument:gain")
    call = Call(arguments=(Argument(name="gain", is_tensor=False),))
    captured = adapt(model("Gain"), tmp_path, call, (knob,))
    x = torch.ones(1, 8)
    for position, gain in ((0.0, 0.0), (0.25, 1.0), (1.0, 4.0)):
        assert torch.allclose(captured.module(x, torch.full((1, 8), position)), x * gain)


@pytest.mark.parametrize(("level", "factor"), [(0.2, 1.0), (0.9, 2.0)])
def test_a_branch_on_the_sound_is_compiled_not_traced(model, tmp_path, level, factor):
    captured = adapt(model("Branch"), tmp_path)
    assert captured.how == "script"
    x = torch.full((1, 64), level)
    assert torch.allclose(captured.module(x, torch.zeros(0, 64)), x * factor)


def test_state_is_kept_and_reset_forgets_it(model, tmp_path):
    captured = adapt(model("Memory"), tmp_path)
    assert captured.call.stateful
    x, none = torch.ones(1, 16), torch.zeros(0, 16)
    first, second = captured.module(x, none), captured.module(x, none)
    captured.module.reset()
    assert torch.equal(captured.module(x, none), first) and not torch.equal(first, second)


@pytest.mark.parametrize("name", ["Numpy", "Trying"])
def test_what_cannot_be_compiled_is_said_with_file_and_line(model, tmp_path, name):
    with pytest.raises(CompileError) as refused:
        adapt(model(name), tmp_path)
    assert f"{name.lower()}_model.py, line" in refused.value.sentence and refused.value.hint


def test_a_gru_is_traced_and_survives_the_disk(tmp_path):
    class Amp(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru, self.out = nn.GRU(1, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x):
            return self.out(self.gru(x)[0])

    amp = Amp().eval()
    captured = adapt(amp, tmp_path, Call(layout="BTC", output_layout="BTC"))
    save_captured(captured, tmp_path / "amp.pt")
    again = load_captured(tmp_path / "amp.pt")
    x = torch.randn(1, 700)
    assert captured.how == "trace" and again.call == captured.call
    with torch.no_grad():
        assert torch.allclose(again.module(x, torch.zeros(0, 700)), amp(x.T[None])[0].T, atol=1e-6)


def test_archives_hold_no_paths_and_are_reproducible(model, tmp_path):
    import zipfile

    captured = adapt(model("Memory"), tmp_path)
    for name in ("one.pt", "two.pt"):
        save_captured(captured, tmp_path / name)
    with zipfile.ZipFile(tmp_path / "one.pt") as archive:
        assert not [name for name in archive.namelist() if name.endswith(".debug_pkl")]
        assert not any(str(tmp_path).encode() in archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("seed_style", [True, False])
def test_the_forgotten_parent_constructor_is_harmless(seed_style):
    from studio.wrappers.base import WaveformToWaveform

    class Louder(WaveformToWaveform):
        def __init__(self, model):
            if not seed_style:
                super().__init__(model)
            model.eval()
            self.model = model

        def do_forward_pass(self, x: torch.Tensor) -> torch.Tensor:
            return self.model(x)

    wrapper = Louder(nn.Identity())
    assert torch.equal(wrapper(torch.ones(1, 4)), torch.ones(1, 4)) and describe(wrapper)[0].wrapper


@pytest.mark.parametrize(("axes", "shape"), [("BSCT", (1, 3, 2, 64)), ("BCST", (1, 2, 3, 64)), ("BTSC", (1, 64, 3, 2))])
def test_rows_come_stem_by_stem_whatever_the_order_of_axes(axes, shape):
    from studio.document.adapting import rows
    from studio.document.call import Output

    numbers = torch.arange(3 * 2 * 64).reshape(3, 2, 64)
    made = numbers.permute(*("SCT".index(axis) for axis in axes.replace("B", ""))).unsqueeze(0)
    call = Call(outputs=tuple(Output(name=name, channels=2) for name in "abc"))
    assert made.shape == shape
    assert torch.equal(eval(rows("made", axes, call)), numbers.reshape(6, 64))


def test_a_model_that_writes_into_its_input_leaves_the_hosts_buffer_alone(model, tmp_path):
    captured = adapt(model("Writing"), tmp_path)
    x = torch.ones(1, 32)
    assert torch.equal(captured.module(x, torch.zeros(0, 32)), x * 2) and torch.equal(x, torch.ones(1, 32))


@pytest.mark.parametrize("drives", ["argument:drive", "element:gain[3]", ""])
def test_a_knob_that_would_turn_without_an_effect_is_refused(model, tmp_path, drives):
    knob = Parameter("ghost", default=0.5, drives=drives)
    with pytest.raises(ModelError, match="ghost") as refused:
        adapt(model("Gain"), tmp_path, Call(arguments=(Argument(name="gain", is_tensor=False),)), (knob,))
    assert "gain" in refused.value.hint


class Late(nn.Module):
    """Nothing of its past is heard during the first 12345 samples."""

    def __init__(self):
        super().__init__()
        self.past = torch.zeros(1, 1, 12345)
        self.seen = torch.zeros(())

    def forward(self, x):
        line = torch.cat([self.past, x], 2)
        self.past = line[:, :, x.size(2) :]
        self.seen = line.abs().mean()
        return line[:, :, : x.size(2)]


def test_a_long_memory_is_kept_although_the_trials_are_short(tmp_path):
    call = Call(layout="BCT", output_layout="BCT")
    adapted = make_adapter(Late(), "late", call, (), tmp_path)
    captured, _ = capture(adapted, call, ModelCard(name="late"))
    sound = torch.randn(1, 20480)
    with torch.no_grad():
        made = torch.cat([captured.module(part, torch.zeros(0, 512)) for part in torch.split(sound, 512, 1)], 1)
    torch.testing.assert_close(made[:, 12345:], sound[:, :-12345])
    assert captured.call.stateful
