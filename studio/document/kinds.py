"""What a file is, by its content: no torch, nothing is executed or unpickled, large files are not read."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any, BinaryIO

from studio.document.amplifier import amplifier_kind
from studio.document.folders import folder_kind
from studio.document.graphs import looks_like_onnx, onnx_kind
from studio.document.kind import Kind, no_model, with_name_noted
from studio.document.opcodes import Unread
from studio.document.outline import HUB, describe_python, parse
from studio.document.pickles import PickleContent, looks_pickled, read_pickles
from studio.document.scans.archive import BROKEN, Archive, UnsoundError, open_archive
from studio.document.scans.result import listed
from studio.document.scans.tensors import MAX_HEADER, read_header
from studio.document.shards import INDEX, shards_of
from studio.document.strangers import UNPACK, refuse_stranger, sound_kind
from studio.errors import FileError
from studio.storage import require_file

__all__ = ["Kind", "recognise"]
HEAD = 4096
MAX_TEXT = 8 << 20
MAX_SOURCE = 1 << 20
ROOT_CLASS = re.compile(rb"\x80.c(__torch__[\w.]*)\n(\w+)\n")  # with which data.pkl of an archive begins
METHOD = re.compile(rb"^  def (\w+)\(", re.MULTILINE)
NESTED = frozenset({"state_dict", "model_state_dict", "optimizer_state_dict", "hyper_parameters", "optimizer", "epoch"})
AGAIN = "Download or save it again."


def recognise(path: Path) -> Kind:
    """Tell what a file is.

    Raises: FileError that names what it is instead, where it is nothing that can be opened.
    """
    try:
        if path.is_dir():
            return folder_kind(path)
        require_file(path)
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return with_name_noted(path, _by_head(path, path.stat().st_size, head))
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error


def _by_head(path: Path, size: int, head: bytes) -> Kind:
    if not head:
        raise FileError(f"{path.name} is empty.", "Download or save it again.", about=path.name)
    refuse_stranger(path, head)
    if head.startswith(b"PK"):
        return _zip(path, size)
    if looks_pickled(head):
        with path.open("rb") as stream:
            return _pickled(path, size, _read_pickle(path, stream))
    if kind := _safetensors(path, size, head) or sound_kind(head, size):
        return kind
    if looks_like_onnx(path, head):
        return onnx_kind(path, size)
    return _text(path, size)


def _zip(path: Path, size: int) -> Kind:
    try:
        stream, archive = open_archive(path)
        with stream:
            return _archive(path, size, archive)
    except UnsoundError as error:
        raise FileError(f"{path.name} {error}.", AGAIN, about=path.name) from error
    except BROKEN as error:
        raise no_model(path, "a damaged or cut archive", AGAIN) from error


def _archive(path: Path, size: int, archive: Archive) -> Kind:
    names = list(archive.members)
    tails = {name.partition("/")[2] for name in names}
    if "archive_format" in tails or "serialized_exported_program.json" in names or "models/model.json" in tails:
        return Kind("pt2", size, "torch.export program")
    code = any(tail.startswith("code/") for tail in tails)
    if code and ("constants.pkl" in tails or "model.json" in tails):
        return _torchscript(path, size, archive, names)
    pickled = _tail(names, "data.pkl")
    if pickled:
        return _pickled(path, size, _read_pickle(path, archive.open(pickled)))
    if "[Content_Types].xml" in names:
        raise no_model(path, "an office document")
    raise _not_a_model(path, archive, names)


def _not_a_model(path: Path, archive: Archive, names: list[str]) -> FileError:
    """A zip archive of something else: say which file of it to open."""
    repository = any(name.rpartition("/")[2] in ("setup.py", "pyproject.toml", "README.md") for name in names)
    models = [name for name in names if name.endswith((".ts", ".nm", ".pt", ".pth", ".ckpt", ".safetensors", ".nam"))]
    models += [name for name in names[:2000] if name.endswith(".py") and _mentions_a_model(archive, name)]
    what = f"a zip archive of {len(names)} files{', a downloaded repository' if repository else ''}, not a model"
    hint = f"Unpack it and open {listed(models[:4])}." if models else UNPACK
    return no_model(path, what, hint)


def _mentions_a_model(archive: Archive, name: str) -> bool:
    if archive.size(name) > MAX_SOURCE:
        return False
    text = archive.read(name, MAX_SOURCE)
    return b"nn.Module" in text or b"LightningModule" in text


def _tail(names: list[str], wanted: str) -> str:
    return next((name for name in names if name.partition("/")[2] == wanted), "")


def _torchscript(path: Path, size: int, archive: Archive, names: list[str]) -> Kind:
    extra = _tail(names, "extra/metadata.json")
    said = _metadata(path, archive.read(extra, MAX_TEXT)) if extra else {}
    if "model_name" in said:
        if "audio_out_channels" in said:
            return Kind("neutone_gen", size, "Neutone Gen package")
        return Kind("neutone", size, "Neutone package")
    beside = path.with_name("metadata.json")
    if path.name == "model.pt" and beside.is_file() and beside.stat().st_size < MAX_TEXT:
        said = _json(beside.read_bytes())
        if "effect_type" in said or "domain_tags" in said:
            return Kind("audacity", size, "Audacity package")
    beside = path.with_name("controls.json")
    if path.name == "model.pt" and beside.is_file() and path.with_name("app.py").is_file():
        return Kind("harp", size, "HARP app")
    ours = _tail(names, "extra/studio.json")
    if ours and _json(archive.read(ours, MAX_TEXT)).get("host") == "plain":
        return Kind("plain", size, "plain TorchScript package")
    own = _root_code(archive, names)
    if b"def get_methods(self" in own or b"forward_params : Tensor" in own:  # the four numbers by which nn~ calls it
        return Kind("nn", size, "nn~ package")
    methods = [name.decode() for name in METHOD.findall(own) if not name.startswith(b"_")]
    others = [name for name in methods if name != "forward"]
    facts = [f"Beside forward it has {listed(others)}."] if others and "forward" in methods else []
    facts += [f"It has no forward, but {listed(others)}."] if others and "forward" not in methods else []
    return Kind("torchscript", size, "TorchScript archive", tuple(facts))


def _root_code(archive: Archive, names: list[str]) -> bytes:
    """The source of the class of the whole, empty where it cannot be found."""
    pickled = _tail(names, "data.pkl")
    found = ROOT_CLASS.match(archive.head(pickled, HEAD)) if pickled else None
    if found is None:
        return b""
    code = f"{pickled.partition('/')[0]}/code/{found[1].decode().replace('.', '/')}.py"
    if code not in archive.members or archive.size(code) > MAX_TEXT:
        return b""
    _, _, rest = archive.read(code, MAX_TEXT).partition(b"class " + found[2] + b"(Module):")
    return rest.partition(b"\nclass ")[0]


def _read_pickle(path: Path, stream: BinaryIO) -> PickleContent:
    try:
        return read_pickles(stream)
    except Unread as error:
        raise no_model(path, "a pickle of more values than can be looked through, not a model") from error
    except ValueError as error:
        raise no_model(path, "a damaged or cut pickle", AGAIN) from error


def _pickled(path: Path, size: int, content: PickleContent) -> Kind:
    if content.verdict == "foreign":
        shown = ", ".join(content.foreign[:4])
        return Kind("pickled-module", size, "pickled Python objects", (f"Opening it imports {shown}.",))
    if not content.tensors:
        raise no_model(path, "a pickle without weights, not a model")
    keys = tuple(text for text in dict.fromkeys(content.texts) if text.rpartition(".")[2].isidentifier())
    facts = (f"Holds {content.tensors} tensors: weights without the network around them.",)
    if content.verdict == "settings" or NESTED & set(content.texts):
        return Kind("checkpoint", size, "training checkpoint", facts, keys)
    return Kind("state_dict", size, "weights (state_dict)", facts, keys)


def _safetensors(path: Path, size: int, head: bytes) -> Kind | None:
    absurd = int.from_bytes(head[:8], "little") > MAX_HEADER
    if head[8:9] != b"{" or (absurd and head[8:10] not in (b'{"', b"{}")):
        return None
    try:
        header, held = read_header(path)
    except ValueError as error:
        raise no_model(path, f"a damaged or cut safetensors file: {error}", "Download it again.") from error
    if not header:
        raise no_model(path, "a safetensors file without tensors")
    if max(_end_of(entry) for entry in header.values()) > held:
        raise no_model(path, "a damaged or cut safetensors file", "Download it again.")
    facts = (f"Holds {len(header)} tensors: weights without the network around them.",)
    return Kind("safetensors", size, "weights (safetensors)", facts, tuple(header))


def _shards(path: Path, size: int, keys: tuple[str, ...]) -> Kind:
    """Weights in several files, one of which is an index."""
    parts = shards_of(path)
    safe = all(name.endswith(".safetensors") for name in parts)
    held = [path.with_name(name) for name in parts]
    size += sum(each.stat().st_size for each in held if each.is_file())
    facts = (f"Holds {len(keys)} tensors in {len(parts)} files: weights without the network around them.",)
    return Kind("safetensors" if safe else "state_dict", size, "weights in several files", facts, keys)


def _end_of(entry: Any) -> int:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    whole = isinstance(offsets, list) and len(offsets) == 2 and all(isinstance(each, int) for each in offsets)
    return int(offsets[1]) if whole and offsets is not None else 1 << 62


def _text(path: Path, size: int) -> Kind:
    if size > MAX_TEXT:
        raise no_model(path, "an unknown binary file, not a model")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise no_model(path, "an unknown binary file, not a model") from error
    if text.lstrip().startswith("{"):
        return _json_kind(path, size, text)
    try:
        tree = parse(path)
    except FileError:
        if path.suffix.lower() == ".py":
            raise
        raise no_model(path, "a text file, not a model") from None
    statements = (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom)
    if path.suffix.lower() == ".py" or any(isinstance(node, statements) for node in tree.body):
        return _python(path, size)
    raise no_model(path, "a text file, not a model")


def _python(path: Path, size: int) -> Kind:
    """Python source, and the functions in it that make models."""
    outline = describe_python(path)
    title = "entry points of torch.hub" if path.name == HUB else "Python source"
    facts = [f"Makes models by {listed([each.said() for each in outline.factories])}."] if outline.factories else []
    facts += [f"Depends on {listed(outline.needs)}."] if outline.needs else []
    return Kind("python", size, title, tuple(facts))


def _json_kind(path: Path, size: int, text: str) -> Kind:
    said = _json(text.encode())
    if "studio" in said:
        return Kind("project", size, "project")
    if path.name.endswith(INDEX) and isinstance(said.get("weight_map"), dict):
        return _shards(path, size, tuple(said["weight_map"]))
    if (amplifier := amplifier_kind(said)) is not None:
        return Kind(amplifier[0], size, amplifier[1])
    if "in_shape" in said and "layers" in said:
        hint = "Open the JSON with model_data and state_dict that it was made from."
        raise no_model(path, "an RTNeural file, as AIDA-X plays", hint)
    if "nbformat" in said:
        raise no_model(path, *_notebook(path, said))
    if "model_name" in said or "effect_type" in said or "domain_tags" in said:
        raise no_model(path, "a model card, not a model", "Open the model; the card is read with --card.")
    if not said and text.strip("{} \t\r\n"):
        raise no_model(path, "cut or damaged JSON", "Download or save it again.")
    raise no_model(path, "a JSON file, not a model")


def _notebook(path: Path, said: dict[str, Any]) -> tuple[str, str]:
    """What a notebook is instead of a model, and how it becomes a Python file."""
    cells = said.get("cells")
    held = [each for each in cells if isinstance(each, dict)] if isinstance(cells, list) else []
    sources = [each.get("source", "") for each in held if each.get("cell_type") == "code"]
    texts = ["".join(map(str, each)) for each in sources if isinstance(each, (str, list))]
    models = sum("nn.Module" in text for text in texts)
    where = f" {models} of its {len(texts)} cells define a model." if models else ""
    hint = f"Save its cells as a Python file (jupyter nbconvert --to script {path.name}) and open that.{where}"
    return "a notebook, not a model", hint


def _metadata(path: Path, data: bytes) -> dict[str, Any]:
    """What a package says of itself. Raises: FileError where that is nested beyond reading."""
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise no_model(path, "a package whose description is nested too deep to read") from error
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _json(data: bytes) -> dict[str, Any]:
    """The object in `data`, empty where there is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
