"""A file out of a repository is imported with the package that it belongs to."""

import pytest
import torch

from studio.loading.source import import_file
from studio.wrappers import torchscript

NET = """
from torch import nn
{line}

class Net(nn.Module):
    def forward(self, x):
        return gain(x)
"""
LINES = {
    "absolute": "from {name}.util.parts import gain",
    "two dots": "from ..util.parts import gain",
    "a neighbour's dots": "from .middle import gain",
}


@pytest.mark.parametrize("kind", LINES)
def test_a_module_deep_in_a_package_finds_the_others(tmp_path, kind):
    name = f"repo_{kind.replace(' ', '_')}".replace("'", "")
    models, util = tmp_path / name / "models", tmp_path / name / "util"
    for folder in (models, util):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / name / "__init__.py").touch()
    (util / "parts.py").write_text("def gain(x):\n    return x * 0.25\n")
    (models / "middle.py").write_text("from ..util.parts import gain\n")
    (models / "net.py").write_text(NET.format(line=LINES[kind].format(name=name)))
    net = import_file(models / "net.py").Net()
    assert net(torch.ones(1, 1, 4)).tolist() == [[[0.25] * 4]]
    assert torchscript.script(net).code  # its source is found
