"""Kinds that are more than a file of code or of weights: programs, functions, folders, methods of other names."""

import json

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.errors import AnswerNeeded, FileError, ModelError
from studio.flows.opening import file_of, with_weights_source
from studio.loading.open_file import load_model
from studio.networks.openunmix import OpenUnmix
from studio.wrappers import torchscript

NET = """
from torch import nn

class Amp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = nn.Conv1d(1, width, 5, padding=2), nn.Conv1d(width, 1, 1)

    def forward(self, x):
        return self.b(self.a(x).tanh())
"""
X = torch.rand(1, 1, 200, generator=torch.Generator().manual_seed(6)) - 0.5


class Amp(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.a, self.b = nn.Conv1d(1, width, 5, padding=2), nn.Conv1d(width, 1, 1)

    def forward(self, x):
        return self.b(self.a(x).tanh()) + torch.zeros(x.shape[0], 1, x.shape[2])


def open_(path, **options):
    source = file_of(ModelSource(path=str(path), **options))
    kind = recognise(type(path)(source.path))
    return load_model(with_weights_source(source, kind), kind)


@pytest.mark.parametrize("dynamic", [False, True])
def test_exported_programs_open_at_the_lengths_they_were_made_for(tmp_path, dynamic):
    net = Amp().eval()
    length = torch.export.Dim("length", min=8, max=4096)
    program = torch.export.export(net, (X,), dynamic_shapes={"x": {2: length}} if dynamic else None)
    torch.export.save(program, tmp_path / "amp.pt2")
    loaded = open_(tmp_path / "amp.pt2")
    torch.testing.assert_close(loaded.module(X), net(X))
    assert loaded.source.call == ({} if dynamic else {"block_sizes": [200]})
    if dynamic:  # a trace follows the length too
        traced = torchscript.trace(loaded.module, X)[0]
        torch.testing.assert_close(traced(X[..., :90]), net(X[..., :90]))


def test_a_damaged_program_is_explained(tmp_path):
    torch.export.save(torch.export.export(Amp(), (X,)), tmp_path / "amp.pt2")
    data = bytearray((tmp_path / "amp.pt2").read_bytes())
    at = data.find(b'"graph_module"')
    data[at : at + 4] = b"XXXX"
    (tmp_path / "amp.pt2").write_bytes(data)
    with pytest.raises(FileError, match=r"cannot be opened as a torch\.export program"):
        open_(tmp_path / "amp.pt2")


@pytest.mark.parametrize(
    "name, more, options, made_by",
    [
        ("one.py", "def small():\n    return Amp(3)\n", {}, "small"),
        ("one.py", "def a():\n    return Amp(3)\ndef b(n=2):\n    return Amp(n)\n", {"class_name": "b"}, "b"),
        ("hubconf.py", "dependencies = ['torch']\ndef small(pretrained=False):\n    return Amp(3)\n", {}, "small"),
        (
            "one.py",
            "def size(width):\n    return Amp(width)\n",
            {"class_name": "size", "arguments": {"width": "9"}},
            "size",
        ),
    ],
)
def test_functions_make_models(tmp_path, name, more, options, made_by):
    (tmp_path / name).write_text(NET + more)
    loaded = open_(tmp_path / name, **options)
    assert loaded.class_name == made_by and loaded.module(X).shape == X.shape


def test_of_several_entry_points_one_is_chosen_and_missing_packages_are_named(tmp_path):
    (tmp_path / "hubconf.py").write_text(NET + "def a():\n    return Amp(3)\ndef b():\n    return Amp(4)\n")
    with pytest.raises(AnswerNeeded) as asked:
        open_(tmp_path / "hubconf.py")
    assert asked.value.choices == ("a", "b") and asked.value.fields == ("class",)
    (tmp_path / "hubconf.py").write_text("dependencies = ['torch', 'nosuchlib']\nimport nosuchlib\n")
    with pytest.raises(ModelError, match="depends on nosuchlib") as refused:
        open_(tmp_path / "hubconf.py")
    assert "pip install nosuchlib" in refused.value.hint


def test_a_model_that_the_file_makes_itself_is_taken(tmp_path):
    (tmp_path / "made.py").write_text("from torch import nn\nmodel = nn.Sequential(nn.Conv1d(1, 1, 1), nn.Tanh())\n")
    assert open_(tmp_path / "made.py").module(X).shape == X.shape


@pytest.mark.parametrize("sharded", [False, True])
def test_hugging_face_folders_open_with_their_settings(tmp_path, sharded):
    net, folder = Amp(7).eval(), tmp_path / "amp"
    folder.mkdir()
    (folder / "amp.py").write_text(NET)
    (folder / "config.json").write_text(json.dumps({"width": 7, "sampling_rate": 32000}))
    weights = net.state_dict()
    parts = {"model.safetensors": list(weights)}
    if sharded:
        parts = {"model-1.safetensors": list(weights)[:2], "model-2.safetensors": list(weights)[2:]}
        index = {"weight_map": {name: part for part, names in parts.items() for name in names}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    for part, names in parts.items():
        save_file({name: weights[name] for name in names}, folder / part)
    loaded = open_(folder)
    torch.testing.assert_close(loaded.module(X), net(X))
    assert loaded.card.sample_rate == 32000 and loaded.source.arguments == {"width": "7"}


def test_a_class_of_a_library_that_is_not_there_is_named(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["EncodecModel"], "transformers_version": "4.40"}')
    save_file({"some.weight": torch.rand(3)}, tmp_path / "model.safetensors")
    with pytest.raises(AnswerNeeded, match=r"EncodecModel, a class of transformers \(pip install transformers\)"):
        open_(tmp_path)


LIT = """
import pytorch_lightning as pl
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.loggers import WandbLogger
class Lit(pl.LightningModule):
    def __init__(self, width: int, lr: float = 1e-3):
        super().__init__()
        self.save_hyperparameters(ignore="lr")
        self.net = Amp(self.hparams.width)
    def forward(self, x):
        return self.net(x)
"""


def test_a_run_opens_with_its_newest_checkpoint_and_without_lightning(tmp_path):
    run = tmp_path / "lightning_logs" / "version_0"
    (run / "checkpoints").mkdir(parents=True)
    (tmp_path / "train.py").write_text(NET + LIT)
    (run / "hparams.yaml").write_text("width: 6\nother: !!python/object:foo.Bar {a: 1}\n")
    net = Amp(6).eval()
    saved = {"state_dict": {f"net.{name}": value for name, value in net.state_dict().items()}, "epoch": 2}
    torch.save(saved, run / "checkpoints" / "epoch=2.ckpt")
    loaded = open_(run)
    torch.testing.assert_close(loaded.module(X), net(X))
    assert loaded.class_name == "Lit" and "pytorch_lightning" in loaded.facts[0]


class Codec(nn.Module):
    @torch.jit.export
    def encode(self, x):
        return x * 2.0

    @torch.jit.export
    def decode(self, x):
        return x + 1.0


class Two(nn.Module):
    @torch.jit.export
    def hot(self, x):
        return x * 3.0

    @torch.jit.export
    def latency(self) -> int:
        return 3


def test_other_methods_than_forward_make_the_sound(tmp_path):
    for name, net in (("codec", Codec()), ("two", Two())):
        torchscript.script(net).save(str(tmp_path / f"{name}.ts"))
    torch.testing.assert_close(open_(tmp_path / "codec.ts").module(X), X * 2 + 1)
    assert open_(tmp_path / "two.ts").source.call == {"method": "hot"}
    assert open_(tmp_path / "codec.ts", class_name="decode").source.call == {"method": "decode"}
    with pytest.raises(AnswerNeeded, match="no method called cold"):
        open_(tmp_path / "codec.ts", class_name="cold")


def test_open_unmix_folders_give_each_target(tmp_path):
    torch.manual_seed(3)
    made = {}
    for target in ("drums", "vocals"):
        net = OpenUnmix(nb_bins=50, nb_output_bins=129, hidden_size=16, nb_layers=2).eval()
        made[target] = net
        torch.save({**net.state_dict(), "stft.window": torch.hann_window(256)}, tmp_path / f"{target}-12345678.pth")
    (tmp_path / "separator.json").write_text('{"sample_rate": 44100.0, "nb_channels": 2, "nhop": 64}')
    sound = torch.rand(1, 2, 3000) - 0.5
    loaded = open_(tmp_path)
    answer = loaded.module(sound)
    assert list(answer) == ["drums", "vocals"] and loaded.card.sample_rate == 44100
    torch.testing.assert_close(answer["vocals"], made["vocals"](sound))
