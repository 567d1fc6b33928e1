"""A scan says what a file would do, never does it, and keeps quiet about honest files."""

import argparse
import collections
import datetime
import functools
import io
import json
import os
import pathlib
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from archives import Calls, exec_pickle, rewritten, saved, scripted, text, torch_zip, with_body, zipped
from torch import Tensor, nn

from studio.document.kinds import recognise
from studio.document.scans.checksums import check_checksums
from studio.document.scans.scan import scan
from studio.errors import FileError
from studio.wrappers import torchscript

CODE = "open('marker', 'w').close()"


def scanned(folder, data, name="file"):
    path = folder / name
    path.write_bytes(data)
    return scan(path, recognise(path).name)


PICKLES = {
    "reduce": (torch_zip(exec_pickle(CODE)), "runs text as a program: __builtin__.exec"),
    "bare": (pickle.dumps(Calls(os.system, "touch marker"), 4), "starts programs: posix.system('touch marker')"),
    "open": (torch_zip(pickle.dumps(Calls(open, "marker", "w"), 2)), "touches files: io.open('marker', 'w')"),
    "inst": (torch_zip(b"(S'x'\ni__builtin__\nexec\n."), "runs text as a program"),
    "obj": (torch_zip(b"(c__builtin__\nexec\nS'x'\no."), "runs text as a program"),
    "memo": (
        torch_zip(
            b"\x80\x04" + text("exec") + b"\x94" + text("builtins") + b"\x9400h\x01h\x00\x93" + text("x") + b"\x85R."
        ),
        "runs text as a program: builtins.exec",
    ),
    "computed": (
        torch_zip(
            b"\x80\x02cbuiltins\ngetattr\ncbuiltins\n__import__\n" + text("os") + b"\x85R" + text("system") + b"\x86R."
        ),
        "imports what it chooses: builtins.__import__('os')",
    ),
    "called result": (
        torch_zip(b"\x80\x02ccollections\nOrderedDict\n)R" + text("x") + b"\x85R."),
        "hides what it calls",
    ),
    "changed global": (torch_zip(b"\x80\x02ctorch\nTensor\n}" + text("a") + b"K\x01sb."), "hides what it calls"),
    "extension": (torch_zip(b"\x80\x02\x82\x01."), "hides what it calls"),
    "nested": (torch_zip(pickle.dumps(Calls(pickle.loads, exec_pickle(CODE)), 2)), "unpickles more: pickle.loads"),
    "partial": (
        torch_zip(pickle.dumps(Calls(functools.partial, exec, CODE), 2)),
        "hides what it calls: functools.partial",
    ),
    "old layout": (
        saved({"note": Calls(exec, CODE)}, _use_new_zipfile_serialization=False),
        "runs text as a program: __builtin__.exec",
    ),
    "own class": (saved(nn.Conv1d(1, 1, 3)), "imports and calls torch.nn.modules.conv.Conv1d"),
    "one bad value": (saved({"w": torch.ones(2), "note": Calls(exec, CODE)}), "runs text as a program"),
}


@pytest.mark.parametrize("name", PICKLES)
def test_what_a_pickle_would_call_is_said_and_not_called(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    data, said = PICKLES[name]
    found = scanned(tmp_path, data)
    assert found.verdict == "runs" and said in found.said() and found.decided_by
    assert not (tmp_path / "marker").exists()


def test_a_pickle_in_a_pickle_is_looked_into(tmp_path):
    inner = pickle.dumps(Calls(pickle.loads, exec_pickle(CODE)), 4)
    assert "runs text as a program" in scanned(tmp_path, torch_zip(inner)).said()


SCRIPTS = {
    "torch.save": ("    torch.save(x, 'm')\n    return x\n", "reads or writes files: torch.save in forward of Plain"),
    "from_file": ("    return torch.from_file('m', True, 4)\n", "reads or writes files: torch.from_file"),
    "name space": ("    return ops.aten.from_file('m', True, 4)\n", "reads or writes files: ops.aten.from_file"),
    "alias": ("    t = torch\n    return t.from_file('m', True, 4)\n", "hides what it calls: torch is handed about"),
    "aliased operator": ("    f = torch.from_file\n    return f('m', True, 4)\n", "hides what it calls: f"),
    "aliased space": ("    a = ops.aten\n    return a.from_file('m', True, 4)\n", "hides what it calls: ops.aten"),
    "getattr": ("    return getattr(torch, 'from' '_file')('m', True, 4)\n", "hides what it calls"),
    "computed": ("    return getattr(x, x)\n", "hides what it calls: getattr"),
    "in a list": ("    return [torch.save][0](x, 'm')\n", "hides what it calls: torch.save"),
    "network": ("    return ops.c10d.send(x)\n", "reaches other processes: ops.c10d.send"),
    "python": ("    return ops.prim.PythonOp(x)\n", "reaches other processes"),
    "foreign library": ("    return ops.mylib.go(x)\n", "needs compiled code of its own: ops.mylib.go"),
    "foreign class": ("    return __torch__.torch.classes.evil.Box(x)\n", "needs compiled code of its own: evil.Box"),
    "memory": ("    return ops.mkldnn.data_ptr(x)\n", "looks at raw memory"),
    "lambda": ("    return (lambda y: y)(x)\n", "hides what it calls"),
    "endless": ("    while True:\n      x = torch.add(x, 1)\n    return x\n", "never comes back"),
    "no Python": ("    return ^Evil()(x)\n", "holds code that cannot be followed"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_torchscript_would_do_is_said(tmp_path, name):
    body, said = SCRIPTS[name]
    found = scanned(tmp_path, with_body(body))
    assert found.verdict == "runs" and said in found.said()


def test_what_acts_while_it_is_loaded_is_said(tmp_path):
    body = "    self.n = int(torch.sum(torch.from_file('m', True, 8)))\n"
    found = scanned(tmp_path, with_body(body, at_load=True))
    assert "torch.from_file in __setstate__ of Stateful" in found.said()
    assert "acts while it is loaded: __setstate__ of Stateful" in found.notes


def test_code_under_a_name_in_capitals_is_looked_through(tmp_path):
    """Torch finds members whatever their case: the call is honest, what it calls is hidden."""
    data = with_body("    return __torch__.evil.f(x, )\n")
    hidden = ("archive/CODE/__torch__/evil.PY", b"def f(x: Tensor) -> Tensor:\n  torch.save(x, 'm')\n  return x\n")
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        data = zipped(*[(name, source.read(name)) for name in source.namelist()], hidden)
    assert "torch.save in f" in scanned(tmp_path, data).said()


def test_a_name_that_only_stands_for_a_function_of_the_archive_is_no_alias(tmp_path):
    body = "    _0 = __torch__.net.helper\n    return _0(x, )\n"
    assert scanned(tmp_path, with_body(body)).verdict == "arithmetic"
    assert scanned(tmp_path, with_body(f"    _0 = torch.save\n{body}")).verdict == "runs"


def program(module, *given):
    buffer = io.BytesIO()
    torch.export.save(torch.export.export(module, given), buffer)
    return buffer.getvalue()


def put(wanted, body):
    return lambda name, held: (body(held) if callable(body) else body) if wanted in name else held


EXPORTED = {
    "sample inputs": (put("sample_inputs", saved(Calls(exec, CODE))), "runs text as a program: __builtin__.exec"),
    "a function": (
        put("models/model.json", lambda held: held.replace(b"torch.ops.aten.relu.default", b"torch.hub.load")),
        "calls a function: torch.hub.load",
    ),
    "an operator": (
        put("models/model.json", lambda held: held.replace(b"aten.relu.default", b"aten.from_file.default")),
        "reads or writes files: torch.ops.aten.from_file.default",
    ),
    "a size that SymPy evaluates": (
        put("models/model.json", lambda held: held[:-1] + b', "x": {"expr_str": "__import__(\'os\').getpid()"}}'),
        "runs text as a program",
    ),
    "disguised letters": (
        put("models/model.json", lambda held: held.replace(b'"target"', b'"t\\u0061rget"')),
        "hides what it calls",
    ),
}


@pytest.mark.parametrize("name", EXPORTED)
def test_what_an_exported_program_would_run_is_said(tmp_path, name):
    change, said = EXPORTED[name]
    honest = program(nn.ReLU(), torch.ones(3))
    assert scanned(tmp_path, honest).verdict == "arithmetic"
    found = scanned(tmp_path, rewritten(honest, change))
    assert found.verdict == "runs" and said in found.said()


def test_compiled_code_in_a_package_is_refused(tmp_path):
    data = zipped(("p/archive_format", b"pt2"), ("p/data/aotinductor/model/x.so", b"\x7fELF" + bytes(64)))
    found = scanned(tmp_path, data)
    assert found.verdict == "damaged" and "compiled code (p/data/aotinductor/model/x.so)" in found.said()


class Control(nn.Module):
    """Loops, dicts, texts, submodules by index, exceptions, an exported method called save_state."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3)])
        self.save = 2
        self.register_buffer("state", torch.zeros(1, 1, 8))

    def forward(self, x: Tensor, gain: float = 0.5) -> dict[str, Tensor]:
        if x.dim() != 3:
            raise ValueError(f"bad shape {x.shape}")
        for layer in self.layers:
            x = layer(x)
        count = 0
        while True:
            count += 1
            if count > 10:
                break
        parts = [each * gain for each in torch.split(x, 1, dim=1)]
        later = torch.jit.fork(torch.relu, x)
        names = ", ".join(["a", "b"]).upper().split(",")
        self.state = self.state * 0.9
        return {"sum": torch.cat(parts, 1) * self.save, names[0]: torch.jit.wait(later)}

    @torch.jit.export
    def save_state(self) -> Tensor:
        return self.state


NETWORKS = {
    "control": Control,
    "stateful": lambda: nn.Sequential(nn.BatchNorm1d(1), nn.PReLU(), nn.Upsample(scale_factor=2.0), nn.Dropout()),
    "recurrent": lambda: nn.LSTM(4, 8, 2, bidirectional=True),
    "transformer": lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2), 2),
    "embedding": lambda: nn.EmbeddingBag(5, 3),
}


@pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:.*deprecated")
@pytest.mark.parametrize("name", NETWORKS)
def test_honest_networks_are_arithmetic(tmp_path, name):
    script = torchscript.script(NETWORKS[name]().eval())
    for made in (script, torch.jit.freeze(script)):
        made.save(str(tmp_path / "net.ts"))
        assert scan(tmp_path / "net.ts", "torchscript").said() == "arithmetic only"
        assert check_checksums(tmp_path / "net.ts").verdict == "arithmetic"


def weights():
    return nn.Sequential(nn.Conv1d(1, 4, 3), nn.BatchNorm1d(4), nn.LSTM(4, 4)).state_dict()


def training():
    net = nn.Linear(3, 3)
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.ones(3)).sum().backward()
    optimizer.step()
    return {"state_dict": net.state_dict(), "optimizer_states": [optimizer.state_dict()], "epoch": 1}


CHECKPOINTS = {
    "weights": weights,
    "training": training,
    "lightning": lambda: {"state_dict": weights(), "hyper_parameters": argparse.Namespace(path=pathlib.Path("x"))},
    "numpy": lambda: {"model": weights(), "best": np.float64(0.3), "i": np.int64(3), "rows": np.ones((2, 3))},
    "kinds": lambda: {
        str(kind): torch.ones(3, dtype=kind)
        for kind in (torch.float16, torch.bfloat16, torch.float64, torch.bool, torch.complex64, torch.uint16)
    },
    "views": lambda: {"a": torch.arange(10)[2:7], "b": torch.ones(4, 6).t(), "c": torch.ones(1, 5).expand(3, 5)},
    "others": lambda: {
        "w": torch.ones(2), "when": datetime.datetime(2026, 1, 1), "n": collections.Counter("aab"), "big": 2**70,
        "parameter": nn.Parameter(torch.ones(2)), "empty": torch.zeros(0, 3), "raw": b"\x80\x02not a pickle",
        "long": "x" * 200_000, "bytes": b"y" * 300_000, "set": {1, 2}, "size": torch.Size([1]), "dtype": torch.float32,
    },
}  # fmt: skip


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_honest_checkpoints_are_arithmetic(tmp_path, name, protocol, old):
    path = tmp_path / "weights.pt"
    torch.save(CHECKPOINTS[name](), path, pickle_protocol=protocol, _use_new_zipfile_serialization=not old)
    kind = recognise(path)
    assert kind.is_weights and scan(path, kind.name).said() == "arithmetic only"


def test_names_of_omegaconf_are_settings_and_not_foreign(tmp_path):
    body = b"\x80\x02}" + text("cfg") + b"comegaconf.dictconfig\nDictConfig\n)\x81s" + text("w")
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x10tQ"
    (tmp_path / "c.ckpt").write_bytes(torch_zip(body + storage + b"s."))
    assert recognise(tmp_path / "c.ckpt").name == "checkpoint"


def short(by):
    return rewritten(scripted(nn.Linear(8, 8)), lambda name, held: held[:-by] if "/data/" in name else held)


def longer(data):
    return rewritten(data, lambda name, held: held + b"more" if name.endswith("data.pkl") else held)


def flipped(data, at=0.5):
    changed = bytearray(data)
    changed[int(len(changed) * at)] ^= 64
    return bytes(changed)


DAMAGED = {
    "four bytes short": (short(4), "claims 256 bytes, the file holds 252"),
    "a storage missing": (
        rewritten(saved({"w": torch.ones(8)}), lambda name, held: None if name.endswith("data/0") else held),
        "the numbers of storage 0 are missing",
    ),
    "goes on after its end": (longer(saved({"w": torch.ones(8)})), "goes on after its end"),
    "old layout cut": (saved({"w": torch.ones(99)}, _use_new_zipfile_serialization=False)[:-40], "cut short"),
    "reaches beyond": (
        torch_zip(
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + b"ctorch\nFloatStorage\n" + text("0")
            + text("cpu") + b"K\x04tQK\x02K\x03\x85K\x01\x85\x89}tR."
        ),
        "reaches beyond its numbers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_told_before_torch_sees_it(tmp_path, name):
    data, said = DAMAGED[name]
    found = scanned(tmp_path, data)
    assert found.verdict == "damaged" and said in found.said()


def test_every_flipped_bit_of_a_weight_is_found(tmp_path):
    """Reference: zipfile's own test, member by member."""
    honest = saved({"w": torch.ones(4096)})
    for at in np.linspace(0.1, 0.9, 30):
        (tmp_path / "w.pt").write_bytes(flipped(honest, at))
        with zipfile.ZipFile(tmp_path / "w.pt") as archive:
            wrong = archive.testzip()
        found = check_checksums(tmp_path / "w.pt")
        assert (found.verdict == "damaged") == (wrong is not None) and found.decided_by == (wrong or "")


def test_files_that_torch_saved_without_checksums_are_not_called_damaged(tmp_path):
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"w": torch.ones(64)}, tmp_path / "w.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    found = check_checksums(tmp_path / "w.pt")
    assert found.verdict == "arithmetic" and found.notes == ("was saved without checksums",)


ENTRY = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}


def tensors(header, body):
    said = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(said).to_bytes(8, "little") + said + body


HEADERS = {
    "a hole": ({"w": ENTRY | {"data_offsets": [16, 32]}}, 32, "a hole lies before tensor w"),
    "an overlap": ({"a": ENTRY, "b": ENTRY}, 16, "others overlap tensor b"),
    "too much": ({"w": ENTRY}, 32, "its tensors take 16 bytes, the file holds 32"),
    "a wrong size": ({"w": ENTRY | {"shape": [1 << 40, 1 << 40]}}, 16, "claims another size than it takes"),
    "an unknown type": ({"w": ENTRY | {"dtype": "F99"}}, 16, "is of an unknown type"),
    "a negative place": ({"w": ENTRY | {"data_offsets": [-16, 0]}}, 16, "claims a place that cannot be"),
    "a doubled name": (b'{"w":%s,"w":%s}' % ((json.dumps(ENTRY).encode(),) * 2), 16, "a name occurs twice"),
    "a doubled name, disguised": (
        b'{"w":%s,"\\u0077":%s}' % ((json.dumps(ENTRY).encode(),) * 2), 16, "a name occurs twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_safetensors_header_is_not_believed(tmp_path, name):
    header, length, said = HEADERS[name]
    (tmp_path / "w.safetensors").write_bytes(tensors(header, bytes(length)))
    found = scan(tmp_path / "w.safetensors", "safetensors")
    assert found.verdict == "damaged" and said in found.said()


def linked():
    info = zipfile.ZipInfo("m/data.pkl")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return zipped((info, b"elsewhere"))


def locked():
    data = bytearray(zipped(("m/data.pkl", b"secret")))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def two_directories():
    """A list of members for one reader, and another, at the place it names, for another reader."""
    data = zipped(("m/data.pkl", b"evil"))
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    return data[:end] + data[start:end].replace(b"data", b"DATA") + data[end:]


ARCHIVES = {
    "climbs out": (zipped(("../m/data.pkl", b"x")), "points outside the archive"),
    "absolute": (zipped(("/m/data.pkl", b"x")), "points outside the archive"),
    "a link": (linked(), "points outside the archive"),
    "a password": (locked(), "is locked with a password"),
    "a bomb": (zipped(("m/data.pkl", bytes(64 << 20)), method=zipfile.ZIP_DEFLATED), "unpacks to far more"),
    "one name in two cases": (zipped(("m/data.pkl", b"x"), ("m/DATA.pkl", b"y")), "two members share a name"),
    "two lists of members": (two_directories(), "not where it should be"),
    "too many": (zipped(*[(f"m/{i}", b"") for i in range(20_001)]), "an archive of 20001 files"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives_that_do_harm_are_refused_at_once(tmp_path, name):
    data, said = ARCHIVES[name]
    (tmp_path / "model.pt").write_bytes(data)
    with pytest.raises(FileError, match=said):
        recognise(tmp_path / "model.pt")


def test_random_damage_ends_in_a_verdict(tmp_path):
    """No error but FileError leaves the scans, whatever the bytes are."""
    rng = np.random.default_rng(5)
    honest = [scripted(Control()), saved(weights()), saved(training(), _use_new_zipfile_serialization=False)]
    for data in [each for each in honest for _ in range(60)]:
        broken = bytearray(data)
        for at in rng.integers(0, len(broken), rng.integers(1, 9)):
            broken[at] = rng.integers(256)
        try:
            scanned(tmp_path, bytes(broken[: rng.integers(1, len(broken) + 1)] if rng.random() < 0.3 else broken))
            check_checksums(tmp_path / "file")
        except FileError:
            pass


def test_a_large_checkpoint_is_scanned_in_little_memory_and_time(tmp_path):
    """Reference: the same in a fresh process without torch, by the operating system's own count."""
    torch.save({f"layers.{i}.weight": torch.empty(250_000) for i in range(200)}, tmp_path / "big.pt")
    code = (
        "import resource, sys, time\nfrom pathlib import Path\n"
        "from studio.document.scans.scan import scan\nfrom studio.document.scans.checksums import check_checksums\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10\n"
        "before, begun = peak(), time.process_time()\n"
        "assert scan(Path(sys.argv[1]), 'state_dict').verdict == 'arithmetic'\n"
        "spent = time.process_time() - begun\nassert check_checksums(Path(sys.argv[1])).verdict == 'arithmetic'\n"
        "assert 'torch' not in sys.modules\nprint(peak() - before, spent)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "big.pt"], capture_output=True, text=True, check=True)
    megabytes, seconds = map(float, done.stdout.split())
    assert megabytes <= 20 and seconds < 0.1
