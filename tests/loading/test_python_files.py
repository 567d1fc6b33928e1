"""Python files of users: imported under a clean name, the right class made, and every fault named with its line."""

import inspect
import sys

import pytest
import torch

from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.errors import AnswerNeeded, FileError, ModelError
from studio.loading.open_file import load_model
from studio.wrappers import torchscript

HEAD = "import torch\nfrom torch import nn\n"
GAIN = HEAD + "class Gain(nn.Module):\n    def forward(self, x):\n        return x * 0.5\n"


@pytest.fixture
def load(tmp_path):
    def make(text, name="model.py", **options):
        (tmp_path / name).write_text(text)
        source = ModelSource(path=str(tmp_path / name), **options)
        return load_model(source, recognise(tmp_path / name))

    return make


@pytest.mark.parametrize("name", ["my-model.py", "2nd try (final).py", "torch.py", "class.py", "json.py", "größe.py"])
def test_any_file_name_will_do(load, name, tmp_path):
    """TorchScript cannot load an archive whose class lives in a module with a dash in its name."""
    loaded = load(GAIN, name)
    assert loaded.name == "Gain" and torch.equal(loaded.module(torch.ones(3)), torch.full((3,), 0.5))
    assert "x * 0.5" in inspect.getsource(type(loaded.module))
    torchscript.script(loaded.module).save(str(tmp_path / "saved.ts"))
    torchscript.load(str(tmp_path / "saved.ts"))


def test_an_edited_file_is_read_anew(load):
    assert load(GAIN).module(torch.ones(1)) == 0.5
    assert load(GAIN.replace("0.5", "0.25")).module(torch.ones(1)) == 0.25


def test_nothing_else_changes_for_the_app(load, tmp_path):
    dtype, folder = torch.get_default_dtype(), sys.path[0]
    loaded = load(GAIN + "torch.set_default_dtype(torch.float64)\nif __name__ == '__main__':\n    raise SystemExit\n")
    assert loaded.module is not None and torch.get_default_dtype() == dtype and sys.path[0] == folder
    assert [each.name for each in tmp_path.iterdir()] == ["model.py"]


def test_neighbours_are_imported_and_not_mixed_up(tmp_path):
    for name, factor in (("one", 2), ("other", 3)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "parts.py").write_text(f"FACTOR = {factor}\n")
        (folder / "model.py").write_text(HEAD + "import parts\n" + GAIN[len(HEAD) :].replace("0.5", "parts.FACTOR"))
        loaded = load_model(ModelSource(path=str(folder / "model.py")), recognise(folder / "model.py"))
        assert loaded.module(torch.ones(1)) == factor


def test_the_model_is_made_ready(load):
    text = HEAD + (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.a = nn.utils.parametrizations.weight_norm(nn.Conv1d(1, 2, 3).double())\n"
        "        self.drop = nn.Dropout(0.5)\n        self.window = torch.ones(4, dtype=torch.float64)\n"
        "    def forward(self, x):\n        return self.drop(self.a(x))\n"
    )
    module = load(text).module
    assert not module.training and not any(each.requires_grad for each in module.parameters())
    assert {each.dtype for each in (*module.parameters(), module.window)} == {torch.float32}
    assert "weight" in dict(module.a.named_parameters()) and not hasattr(module.a, "parametrizations")


TWO = HEAD + "class A(nn.Module): pass\nclass B(nn.Module): pass\n"
PART = HEAD + (
    "class Block(nn.Module): pass\nclass Net(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n        self.block = Block()\n"
)
WRAPPED = "from studio import WaveformToWaveform\n" + GAIN + (
    "class Wrapper(WaveformToWaveform):\n    def do_forward_pass(self, x):\n        return self.model(x)\n"
)  # fmt: skip


@pytest.mark.parametrize("text, name", [(PART, "Net"), (WRAPPED, "Wrapper")])
def test_the_class_that_is_meant_is_picked(load, text, name):
    assert load(text).class_name == name


def test_of_several_classes_the_user_says_which(load):
    with pytest.raises(AnswerNeeded) as asked:
        load(TWO)
    assert asked.value.fields == ("class",) and asked.value.choices == ("A", "B")
    assert load(TWO, class_name="B").class_name == "B"
    with pytest.raises(AnswerNeeded, match="no model called C"):
        load(TWO, class_name="C")


def test_a_wrapper_gets_the_network_of_its_file(load):
    assert load(WRAPPED).module.model(torch.ones(1)) == 0.5


ARGUMENTS = HEAD + (
    "class Net(nn.Module):\n"
    "    def __init__(self, hidden: int, gain: float, deep: bool = False, sizes=(1, 2), name: str = 'a', any=1):\n"
    "        super().__init__()\n        self.given = hidden, gain, deep, sizes, name, any\n"
)


def test_arguments_that_nothing_tells_are_asked_for(load):
    with pytest.raises(AnswerNeeded) as asked:
        load(ARGUMENTS, arguments={"gain": "0.5"})
    assert asked.value.fields == ("arg",) and asked.value.choices == ("hidden: int",)
    assert "--arg hidden=" in asked.value.hint


def test_typed_arguments_become_what_the_signature_wants(load):
    typed = {"hidden": "16", "gain": "1e-1", "deep": "yes", "sizes": "[3, 4]", "name": "12", "any": "0.25"}
    assert load(ARGUMENTS, arguments=typed).module.given == (16, 0.1, True, [3, 4], "12", 0.25)


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"hidden": "many", "gain": "1"}, "hidden wants a whole number, not 'many'"),
        ({"hidden": "1", "gain": "1", "deep": "perhaps"}, "deep wants true or false"),
        ({"hiden": "1"}, "no argument hiden; it takes hidden, gain"),
    ],
)
def test_wrong_arguments_are_named(load, typed, said):
    with pytest.raises(ModelError, match=said) as caught:
        load(ARGUMENTS, arguments=typed)
    assert caught.value.fields == ("arg",)


INIT = HEAD + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        "


@pytest.mark.parametrize(
    "text, kind, said",
    [
        ("import torch\ndef broken(:\n    pass\n", FileError, "line 2"),
        (HEAD + "x = 1 / 0\n", ModelError, r"model\.py, line 3: ZeroDivisionError"),
        (INIT + "nn.Conv1d(1, 1, 'wide')\n", ModelError, r"model\.py, line 6"),
        (INIT + "open('/no/such/file')\n", ModelError, r"model\.py, line 6: FileNotFoundError"),
        ("import sys\nsys.exit(3)\n", ModelError, r"ended the program \(model\.py, line 2\)"),
        ("x = 1\nimport os\n", ModelError, "defines no model class"),
    ],
)
def test_faults_in_the_user_s_code_are_placed(load, text, kind, said):
    with pytest.raises(kind, match=said) as caught:
        load(text)
    assert caught.value.hint and caught.value.about in ("model.py", "Net")


def test_all_modules_that_are_missing_are_named_at_once(load):
    optional = "try:\n    import nosuchother\nexcept ImportError:\n    pass\n"
    with pytest.raises(ModelError, match="needs the modules nosuchthing, sklearn, which are not") as caught:
        load(f"import torch, nosuchthing.parts\nfrom sklearn.svm import SVC\n{optional}{GAIN}")
    assert "(pip install nosuchthing scikit-learn)" in caught.value.hint


@pytest.mark.parametrize("module, package", [("nosuchthing", "nosuchthing"), ("sklearn.svm", "scikit-learn")])
def test_a_missing_module_comes_with_the_line_that_installs_it(load, module, package):
    with pytest.raises(ModelError, match=f"needs the module {module.partition('.')[0]}") as caught:
        load(f"import {module}\n" + GAIN)
    assert f"pip install {package}" in caught.value.hint


def test_a_wrapper_describes_itself(load):
    from studio.loading.probe import experiment

    loaded = load(WRAPPED)
    found = experiment(loaded.module, loaded.name)
    assert found.call.wrapper and found.call.channels_in == found.call.channels_out == 2
    assert found.module is loaded.module


def test_a_torchscript_archive_opens(tmp_path, load):
    torchscript.script(load(GAIN).module).save(str(tmp_path / "gain.ts"))
    loaded = load_model(ModelSource(path=str(tmp_path / "gain.ts")), recognise(tmp_path / "gain.ts"))
    assert loaded.name == "gain" and loaded.module(torch.ones(1)) == 0.5
