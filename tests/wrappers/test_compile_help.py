"""What TorchScript refuses is said with the user's line, the construct there and a mend."""

import pytest
from refused import REFUSED

from studio.errors import CompileError
from studio.loading.source import import_file
from studio.wrappers import torchscript
from studio.wrappers.explain import explain_compile, refused

NAMES = [f"{at}-{each.construct}" for at, each in enumerate(REFUSED)]


@pytest.mark.parametrize("case", REFUSED, ids=NAMES)
def test_line_construct_and_mend_are_named(case, tmp_path):
    path = tmp_path / f"model_{REFUSED.index(case)}.py"
    path.write_text(case.source())
    number = 1 + [line.strip() for line in path.read_text().splitlines()].index(case.line)
    with pytest.raises(Exception) as raised:  # torch raises a dozen kinds
        torchscript.script(import_file(path).Model().eval())
    said = explain_compile(raised.value)
    assert said.sentence.startswith(f"TorchScript cannot compile {path.name}, line {number}, ")
    assert case.construct in said.sentence and case.line[:60] in said.sentence and case.mend in said.mend


def test_there_are_at_least_25_kinds():
    assert len({each.construct for each in REFUSED}) >= 25


def test_a_class_without_a_file_is_said_to_have_none():
    held = {}
    exec("from torch import nn\nclass Model(nn.Module):\n    def forward(self, x):\n        return x\n", held)
    with pytest.raises(Exception) as raised:
        torchscript.script(held["Model"]())
    said = explain_compile(raised.value)
    assert "its source is not in a file" in said.sentence and ".py file" in said.mend


def test_torchs_own_words_stay_as_details():
    error = refused(RuntimeError("Lambda aren't supported:\n somewhere"), "Or not.", ["trace"])
    assert isinstance(error, CompileError) and error.output == "RuntimeError: Lambda aren't supported:\n somewhere"
    assert error.hint == "Write a method, or the expression itself. Or not." and error.fields == ("trace",)


def test_what_is_in_no_table_is_quoted():
    said = explain_compile(RuntimeError("Quite new:\n more"))
    assert said.sentence == "TorchScript cannot compile the model: Quite new."
