"""What may run is asked for once, for that exact content, and in words that say what would happen."""

import io

import pytest
import torch
from torch import Tensor, nn

from studio.document.kinds import recognise
from studio.document.neighbours import local_imports
from studio.document.outline import describe_python, signature_form
from studio.document.sources import sources_beside
from studio.document.trust import Trust, content_digest, require_consent, require_consent_for_all
from studio.errors import ConsentNeeded, FileError
from studio.storage import resources, sha256
from studio.wrappers import torchscript

PYTHON = """
import os
import subprocess as sp
import torch.nn as nn
from studio import WaveformToWaveform
from parts import Part

class Base(nn.Module):
    def __init__(self, width: int, gain=0.5, *, deep: bool = False):
        super().__init__()
        self.inner = Part()

class Net(Base):
    pass

class Wrapper(WaveformToWaveform):
    def do_forward_pass(self, x):
        sp.run(["true"])
        os.remove("x")
        open("y", "w")
        return x

class NoModel:
    pass
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "net.py").write_text(PYTHON)
    (tmp_path / "parts.py").write_text("import deeper\nclass Part: pass\n")
    (tmp_path / "deeper.py").write_text("import parts\n")
    (tmp_path / "unused.py").write_text("x = 1\n")
    return tmp_path


def ask(path, trust):
    require_consent(path, recognise(path), content_digest(path), trust)


def test_an_outline_tells_models_from_the_rest(folder):
    base, net, wrapper = describe_python(folder / "net.py").classes
    assert [base.name, net.name, wrapper.name] == ["Base", "Net", "Wrapper"]
    assert (base.inner, net.inner, wrapper.is_wrapper) == (True, False, True)
    assert [each.said() for each in net.arguments] == ["width: int", "gain = 0.5", "deep: bool = False"]
    assert [each.needed for each in signature_form(folder / "net.py", "Net")] == [True, False, False]
    assert [each.name for each in wrapper.arguments] == ["model"]


def test_the_question_says_what_would_run(folder):
    with pytest.raises(ConsentNeeded) as asked:
        ask(folder / "net.py", Trust(folder=folder))
    for part in ("net.py is a Python program", "os", "subprocess", "parts.py", "subprocess.run (line", "open (line"):
        assert part in asked.value.sentence
    assert asked.value.fields == ("trust",) and "--trust" in asked.value.hint


def test_trust_is_in_contents_and_in_what_they_import(folder):
    trust = Trust.of([folder / "net.py"])
    ask(folder / "net.py", trust)
    assert [each.name for each in local_imports(folder / "net.py")] == ["deeper.py", "parts.py"]
    (folder / "unused.py").write_text("x = 2\n")
    ask(folder / "net.py", trust)
    (folder / "deeper.py").write_text("import os\n")
    with pytest.raises(ConsentNeeded):
        ask(folder / "net.py", trust)


def test_a_file_alone_is_known_by_its_plain_hash(folder):
    assert content_digest(folder / "unused.py") == sha256(folder / "unused.py")


@pytest.mark.parametrize("remember", [Trust.remember, Trust.remember_ours])
def test_consent_is_remembered_on_this_machine(folder, remember, tmp_path):
    digest = content_digest(folder / "net.py")
    remember(Trust(folder=tmp_path / "state"), digest, "net.py")
    ask(folder / "net.py", Trust(folder=tmp_path / "state"))
    with pytest.raises(ConsentNeeded):
        ask(folder / "net.py", Trust(folder=tmp_path / "elsewhere"))


def test_a_damaged_memory_trusts_nobody(folder):
    (folder / "consents.json").write_text('{"broken')
    with pytest.raises(ConsentNeeded):
        ask(folder / "net.py", Trust(folder=folder))


@pytest.mark.parametrize("path", sorted(resources().glob("examples/*.py")), ids=lambda path: path.name)
def test_what_the_app_ships_is_not_asked_about(path, tmp_path):
    ask(path, Trust(folder=tmp_path))


def test_weights_are_harmless_but_their_source_is_not(folder):
    torch.save({"inner.weight": torch.ones(2)}, folder / "weights.pt")
    ask(folder / "weights.pt", Trust(folder=folder))
    with pytest.raises(ConsentNeeded, match=r"net\.py is a Python program"):
        require_consent_for_all([folder / "weights.pt", folder / "net.py"], Trust(folder=folder))


def test_pickled_objects_name_what_they_import(folder):
    torch.save(nn.Conv1d(1, 1, 3), folder / "whole.pt")
    with pytest.raises(ConsentNeeded, match=r"torch\.nn\.modules\.conv\.Conv1d"):
        ask(folder / "whole.pt", Trust(folder=folder))


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1.0


@pytest.mark.parametrize(
    "body, said",
    [
        ("    return torch.add(x, 1.)\n", "Nothing but arithmetic"),
        ('    return torch.from_file("/tmp/x", True, 4)\n', "reads or writes files: .*from_file in forward"),
        ('    return ops.aten.from_file("/tmp/x", True, 4)\n', "reads or writes files: .*from_file in forward"),
        ("    t = torch\n    return t.add(x, 1.)\n", "hides what it calls"),
        ('    return getattr(torch, "from" "_file")(x)\n', "hides what it calls"),
    ],
)
def test_torchscript_is_looked_through(tmp_path, body, said):
    import zipfile

    buffer = io.BytesIO()
    torchscript.save(torchscript.script(Plain()), buffer, {})
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(tmp_path / "model.ts", "w") as target:
        for info in source.infolist():
            data = source.read(info).replace(b"    return torch.add(x, 1.)\n", body.encode())
            target.writestr(info.filename, data)
    with pytest.raises(ConsentNeeded, match=said):
        ask(tmp_path / "model.ts", Trust(folder=tmp_path))


def test_arithmetic_opens_without_a_question_only_inside_the_lock(tmp_path):
    path = tmp_path / "model.ts"
    torchscript.save(torchscript.script(Plain()), str(path), {})
    kind, digest, trust = recognise(path), content_digest(path), Trust(folder=tmp_path)
    require_consent(path, kind, digest, trust, is_locked=True)
    with pytest.raises(ConsentNeeded, match=r"Nothing but arithmetic .*Nothing protects you here"):
        require_consent(path, kind, digest, trust, warning="Nothing protects you here.")


@pytest.mark.parametrize("name", ["net.py", "whole.pt"])
def test_python_and_pickled_classes_are_asked_about_inside_the_lock_as_well(folder, name):
    torch.save(Plain(), folder / "whole.pt")
    path = folder / name
    with pytest.raises(ConsentNeeded):
        require_consent(path, recognise(path), content_digest(path), Trust(folder=folder / "state"), is_locked=True)


NETWORK = "import torch.nn as nn\nclass {}(nn.Module):\n    def __init__(self):\n        self.{} = nn.Linear(1, 1)\n"


def test_the_source_of_weights_is_found_by_its_names(tmp_path):
    for name, part in (("right", "encoder"), ("wrong", "decoder")):
        (tmp_path / f"{name}.py").write_text(NETWORK.format(name.title(), part))
    (tmp_path / "broken.py").write_text("def (")
    torch.save({"module.encoder.weight": torch.ones(1, 1)}, tmp_path / "weights.pt")
    found = sources_beside(tmp_path / "weights.pt", recognise(tmp_path / "weights.pt"))
    assert [each.name for each in found] == ["right.py"]


def test_neighbours_imported_with_a_dot_count_whatever_they_are_called(tmp_path):
    (tmp_path / "net.py").write_text("from .torch import a\nfrom . import parts\nimport numpy\n")
    for name in ("torch.py", "parts.py", "numpy.py"):
        (tmp_path / name).write_text("a = 1\n")
    assert [each.name for each in local_imports(tmp_path / "net.py")] == ["parts.py", "torch.py"]


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileError, match="does not exist"):
        Trust.of([tmp_path / "nothing.py"])


def test_what_was_heard_is_remembered_but_may_not_run_for_that(tmp_path):
    Trust(folder=tmp_path).remember_heard("abc", "net.py")
    again = Trust(folder=tmp_path)
    assert again.was_heard("abc") and not again.was_heard("abd")
    assert not again.is_trusted("abc") and not again.ours("abc")
