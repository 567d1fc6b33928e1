"""Files that were written for other toolkits open unchanged, sound as there, and write nothing on the way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from foreign_files import BLOCKS, BOOSTER, CLIPPER, DELAY, GENERATOR, LABELLER, OVERDRIVE

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.document.outline import describe_python
from studio.document.trust import Trust, require_consent_for_all
from studio.errors import ConsentNeeded, ModelError
from studio.jobs.probe import run
from studio.loading.open_file import load_model
from studio.loading.shim import TOPS
from studio.wrappers.captured import load_captured

BASE = "WaveformToWaveform"
FORWARD = "    forward = do_forward_pass\n"
EFFECT = """
import torch
{imports}

class Half({base}):
    def do_forward_pass(self, x, params=None):
        return 0.5 * x
"""


@pytest.fixture(autouse=True)
def forgotten():
    """What was stood in is forgotten, as it is when the child that opens a file ends."""
    finders, path = list(sys.meta_path), list(sys.path)
    yield
    sys.meta_path[:], sys.path[:] = finders, path
    for name in [each for each in sys.modules if each.partition(".")[0] in TOPS]:
        del sys.modules[name]


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Open a source text as the app does; what it is, and the captured module."""
    monkeypatch.chdir(tmp_path)

    def open_text(text, **source):
        path = tmp_path / "theirs.py"
        path.write_text(text)
        (tmp_path / "staged").mkdir(exist_ok=True)
        request = {"source": {"path": str(path), **source}, "digest": "", "folder": str(tmp_path / "staged")}
        found = run(request, lambda *_: None)
        return found, load_captured(Path(found["captured"]))

    return open_text


def test_a_neutone_effect_sounds_as_in_the_sdk(opened, tmp_path):
    found, captured = opened(CLIPPER)
    x = torch.linspace(-1, 1, 64).repeat(2, 1)
    made = captured.module(x, torch.tensor([[0.3], [0.6], [0.5]]).repeat(1, 64))
    assert torch.allclose(made, torch.clip(x * 1.5, -0.3, 0.6))  # gain delivers 0…1, not −12…12
    gain = captured.card.parameters[2]
    assert (gain.min, gain.max, gain.default_position, gain.show(gain.default)) == (-12.0, 12.0, 0.5, "0")
    assert any("ranges of its knobs are only shown" in each for each in found["facts"])
    assert captured.card.name == "soft.clip" and captured.card.experimental
    assert (captured.card.levels.wet, captured.card.levels.input_gain) == (0.75, 0.25)


def test_a_network_is_made_as_the_file_makes_it(opened):
    _, captured = opened(OVERDRIVE)
    assert (captured.call.sample_rates, captured.call.look_behind) == ((44100,), 100)
    weights = [tuple(each.shape) for name, each in captured.module.named_parameters() if name.endswith("conv.weight")]
    assert weights == [(4, 1, 5), (4, 4, 5)]


def test_what_the_author_wrote_for_reset_and_rate_is_called(opened):
    _, captured = opened(OVERDRIVE)
    module, silence, knob = captured.module, torch.zeros(1, 64), torch.zeros(1, 64)
    module.prepare(44100, 64)
    module.reset()
    first = module(silence, knob)
    assert first == pytest.approx(torch.full((1, 64), 0.1 + 0.1))  # `last` is 1 after a reset, the rate adds 0.1
    assert module(silence, knob)[0, 0] == pytest.approx(0.02 + 0.1, abs=1e-5)
    module.prepare(88200, 64)
    module.reset()
    assert module(silence, knob)[0, 0] == pytest.approx(0.1 + 0.2, abs=1e-5)


def test_a_model_that_is_as_wide_as_its_host_s_block_is_queued(opened):
    found, captured = opened(DELAY)
    assert any("only blocks of the size it was told" in each for each in found["facts"])
    module, knobs = captured.module, torch.zeros(0, 512)
    for block in (512, 128):  # announced, and found out by the shell
        module.prepare(48000, 512)
        module.reset()
        x = torch.rand(1, 2 * block)
        made = torch.cat([module(part, knobs[:, :block]) for part in x.split(block, 1)], 1)
        assert torch.allclose(made[:, block:], x[:, block:] + 0.5 * x[:, :block])


def test_a_model_of_the_sdk_s_blocks_streams_with_caches(opened, tmp_path):
    _, captured = opened(BLOCKS)
    assert captured.call.sample_rates == (44100,) and captured.call.latency == 64 and captured.call.stateful
    module, knob, x = captured.module, torch.full((1, 4096), 0.5), torch.randn(1, 4096)
    heard = []
    for parts in ([4096], [1, 511, 64, 3520]):
        module.prepare(44100, 512)
        module.reset()
        heard.append(torch.cat([module(part, knob[:, : part.shape[1]]) for part in x.split(parts, 1)], 1))
    assert torch.allclose(*heard, atol=1e-5) and heard[0].abs().max() > 0.1


def test_an_audacity_labeller_brings_its_metadata(opened, tmp_path):
    found, captured = opened(LABELLER)
    assert "Its call of save_model wrote nothing: export it from here." in found["facts"]
    assert not (tmp_path / "loud-net").exists()
    assert captured.card.labels == ("quiet", "loud") and captured.call.labels
    assert (captured.card.sample_rate, captured.card.short_description) == (16000, "Loud or quiet")


def test_an_audacity_effect_is_as_wide_as_its_metadata_say(opened):
    found, captured = opened(BOOSTER)
    assert "Stand-ins of ours are used for torchaudacity." in found["facts"]
    assert (captured.call.channels_in, [each.name for each in captured.call.outputs]) == (1, ["boosted"])
    assert torch.equal(captured.module(torch.ones(1, 9), torch.zeros(0, 9)), torch.full((1, 9), 2.0))


def test_a_gen_model_opens_with_every_kind_of_parameter(opened):
    _, captured = opened(GENERATOR)
    assert [each.kind for each in captured.card.parameters] == ["continuous", "text", "choice", "tokens"]
    assert captured.call.offline and captured.call.channels_in == 3
    made = captured.module(torch.zeros(3, 50), torch.tensor([[1.0], [1.0]]).repeat(1, 50))
    assert made == pytest.approx(torch.full((2, 50), 0.2 + 0.02 + 0.003))


@pytest.mark.parametrize(
    "imports, base",
    [
        ("from neutone_sdk import WaveformToWaveformBase, NeutoneParameter", "WaveformToWaveformBase"),
        ("from neutone_sdk.wavform_to_wavform import WaveformToWaveformBase", "WaveformToWaveformBase"),
        ("import neutone_sdk as nt", "nt.WaveformToWaveformBase"),
        ("import neutone_sdk.utils, neutone_sdk.core", "neutone_sdk.WaveformToWaveformBase"),
        ("from neutone_sdk import *", "WaveformToWaveformBase"),
        ("from neutone_sdk import utils, constants\nassert constants.MAX_N_PARAMS == 4", BASE),
        ("from torchaudacity import WaveformToWaveform", BASE),
        ("from torchaudacity.core import WaveformToWaveform", BASE),
        ("from audacitorch import WaveformToWaveformBase", "WaveformToWaveformBase"),
        ("from audacitorch.core import AudacityModel", "AudacityModel"),
        ("from studio import ContinuousNeutoneParameter, WaveformToWaveformBase", "WaveformToWaveformBase"),
    ],
)
def test_ways_to_import(imports, base, opened, tmp_path):
    imports += "\nfrom studio import WaveformToWaveform" * (base == BASE)
    _, captured = opened(EFFECT.format(imports=imports, base=base))
    x = torch.rand(captured.call.channels_in, 32)
    assert torch.equal(captured.module(x, torch.zeros(0, 32)), 0.5 * x)
    assert [each.is_wrapper for each in describe_python(tmp_path / "theirs.py").classes] == [True]


@pytest.mark.parametrize(
    "line, said",
    [
        ("from neutone_sdk import SampleQueueWrapper", "neutone_sdk.SampleQueueWrapper"),
        ("from neutone_sdk.sqw import SampleQueueWrapper", "neutone_sdk.sqw"),
        ("from neutone_sdk.conv import Conv2dGeneral", "neutone_sdk.conv.Conv2dGeneral"),
        ("import neutone_sdk\nneutone_sdk.Nothing", "neutone_sdk.Nothing"),
        ("import torchaudio\ntorchaudio.pipelines.HUBERT_BASE", "torchaudio.pipelines"),
        ("from torchaudio.functional import vad", "torchaudio.functional.vad"),
    ],
)
def test_what_a_stand_in_lacks_is_named(line, said, opened):
    with pytest.raises(ModelError) as refused:
        opened(line)
    assert said in refused.value.sentence and "theirs.py" in refused.value.sentence
    assert refused.value.hint.startswith("Install the real one: pip install ")


def test_asking_whether_a_name_is_there_is_no_fault(opened):
    text = "import torchaudio\nif hasattr(torchaudio, 'set_audio_backend'):\n    raise SystemExit\n"
    opened(
        text + EFFECT.format(imports="from audacitorch import WaveformToWaveformBase", base="WaveformToWaveformBase")
    )


def test_a_real_torchaudio_is_preferred(opened, tmp_path, monkeypatch):
    site = tmp_path / "site" / "torchaudio"
    site.mkdir(parents=True)
    (site / "__init__.py").write_text("REAL = True\n")
    monkeypatch.syspath_prepend(str(site.parent))
    found, _ = opened(
        EFFECT.format(imports="import torchaudio\nassert torchaudio.REAL", base="torch.nn.Module") + FORWARD
    )
    assert not any("Stand-ins" in each for each in found["facts"])


def test_the_rest_of_a_real_kit_is_still_there(opened, tmp_path, monkeypatch):
    site = tmp_path / "site" / "neutone_sdk"
    site.mkdir(parents=True)
    (site / "__init__.py").write_text("raise RuntimeError('not this one')\n")
    (site / "sandwich.py").write_text("HALF = 0.5\n")
    monkeypatch.syspath_prepend(str(site.parent))
    imports = (
        "from neutone_sdk import WaveformToWaveformBase\nfrom neutone_sdk.sandwich import HALF\nassert HALF == 0.5"
    )
    _, captured = opened(EFFECT.format(imports=imports, base="WaveformToWaveformBase"))
    assert captured.call.wrapper


def test_no_module_is_stood_in_for_files_that_do_not_ask(tmp_path):
    (tmp_path / "plain.py").write_text("import torch\nclass N(torch.nn.Module):\n    def forward(self, x): return x\n")
    load_model(ModelSource(path=str(tmp_path / "plain.py")), recognise(tmp_path / "plain.py"))
    with pytest.raises(ImportError):
        import neutone_sdk  # noqa: F401


def test_nothing_of_it_runs_unasked(tmp_path):
    path = tmp_path / "theirs.py"
    path.write_text("open('ran', 'w')\n" + LABELLER)
    with pytest.raises(ConsentNeeded) as asked:
        require_consent_for_all([path], Trust(folder=tmp_path / "trust"))
    assert "audacitorch" in asked.value.sentence and not (tmp_path / "ran").exists()


def test_weights_that_only_the_program_loads_are_told(opened):
    found, _ = opened(BOOSTER + "    model = MyVolumeModel()\n    model.load_state_dict(torch.load('w.pt'))\n")
    assert any("It loads weights in line" in each and "--source" in each for each in found["facts"])
