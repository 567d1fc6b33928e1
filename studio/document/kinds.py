"""What a file is, by its content: no torch, nothing is executed or unpickled, large files are not read."""

from __future__ import annotations

import ast
import json
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.document.amplifier import amplifier_kind
from studio.document.outline import parse
from studio.document.pickles import PickleContent, looks_pickled, read_pickles
from studio.errors import FileError
from studio.storage import require_file

HEAD = 4096
MAX_TEXT = 8 << 20
MAX_HEADER = 100 << 20
ROOT_CLASS = re.compile(rb"\x80.c(__torch__[\w.]*)\n(\w+)\n")  # with which data.pkl of an archive begins
MODEL_KINDS = (
    "python", "torchscript", "state_dict", "checkpoint", "pickled-module", "pt2", "safetensors",
    "neutone", "neutone_gen", "audacity", "nn", "harp", "plain", "nam", "guitarml",
)  # fmt: skip
NESTED = frozenset({"state_dict", "model_state_dict", "optimizer_state_dict", "hyper_parameters", "optimizer", "epoch"})
SOUNDS = {
    "WAV": (b"RIFF", b"RF64"),
    "FLAC": (b"fLaC",),
    "Ogg": (b"OggS",),
    "AIFF": (b"FORM",),
    "MP3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "AU": (b".snd",),
    "CAF": (b"caff",),
}
STRANGERS = (
    (b"version https://git-lfs", "a Git LFS pointer, the model itself was not downloaded", "Run git lfs pull."),
    (b"<!doctype html", "a web page, not a model", "The download probably needed a login; fetch it again."),
    (b"<html", "a web page, not a model", "The download probably needed a login; fetch it again."),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"%PDF", "a PDF document", ""),
    (b"\x7fELF", "a program", ""),
    (b"MZ", "a program", ""),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and open the model inside."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it and open the model inside."),
    (b"Rar!", "a RAR archive", "Unpack it and open the model inside."),
    (b"\x93NUMPY", "a NumPy array, not a model", ""),
    (b"\x89HDF", "an HDF5 file (Keras or TensorFlow), not PyTorch", "Convert the model to PyTorch first."),
)


@dataclass(frozen=True)
class Kind:
    """What a file is.

    Attributes:
        name: `python`, `torchscript`, `state_dict`, `checkpoint`, `pickled-module`, `pt2`, `safetensors`, `onnx`,
            `neutone`, `neutone_gen`, `audacity`, `nn`, `harp`, `plain`, `nam`, `guitarml`, `project` or `audio`.
        size_bytes: of the file; of a folder's model.
        title: the kind in words.
        facts: sentences for the user.
        keys: names of weights, where the file holds weights alone.
    """

    name: str
    size_bytes: int
    title: str
    facts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_model(self) -> bool:
        return self.name in MODEL_KINDS

    @property
    def is_weights(self) -> bool:
        """Whether a network is missing around it."""
        return self.name in ("state_dict", "checkpoint", "safetensors")


def recognise(path: Path) -> Kind:
    """Tell what a file is.

    Raises: FileError that names what it is instead, where it is nothing that can be opened.
    """
    if path.is_dir():
        return _folder(path)
    require_file(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
        return _by_head(path, path.stat().st_size, head)
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error


def _by_head(path: Path, size: int, head: bytes) -> Kind:
    if not head:
        raise FileError(f"{path.name} is empty.", "Download or save it again.", about=path.name)
    if not head.strip(b"\0"):
        raise _not(path, "only zero bytes: a disk was full or a download broke off", "Download it again.", verb="holds")
    low = head[:64].lstrip().lower()
    for start, what, hint in STRANGERS:
        if head.startswith(start) or (start.startswith(b"<") and low.startswith(start)):
            raise _not(path, what, hint)
    if head.startswith(b"PK"):
        return _zip(path, size)
    if looks_pickled(head):
        with path.open("rb") as stream:
            return _pickled(path, size, _read_pickle(path, stream))
    if kind := _safetensors(path, size, head):
        return kind
    for title, starts in SOUNDS.items():
        if head.startswith(starts):
            return Kind("audio", size, f"{title} sound")
    if head[257:262] == b"ustar":
        raise _not(path, "a tar archive", "Unpack it and open the model inside.")
    if _is_onnx(path, head):
        facts = ("ONNX models can be looked at, not played: open the PyTorch model it was made from.",)
        return Kind("onnx", size, "ONNX model", facts)
    return _text(path, size)


def _folder(path: Path) -> Kind:
    model, described = path / "model.pt", path / "metadata.json"
    if model.is_file() and (path / "app.py").is_file() and (path / "controls.json").is_file():
        return Kind("harp", model.stat().st_size, "HARP app")
    if model.is_file() and described.is_file():
        return Kind("audacity", model.stat().st_size, "Audacity package")
    raise FileError(f"{path.name or path} is a folder, not a model.", "Open the model file inside it.", about=path.name)


def _zip(path: Path, size: int) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist()]
            if len(set(names)) != len(names):
                raise _not(path, "a damaged archive: two members share a name")
            return _archive(path, size, archive, names)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError) as error:
        raise _not(path, "a damaged or cut archive", "Download or save it again.") from error


def _archive(path: Path, size: int, archive: zipfile.ZipFile, names: list[str]) -> Kind:
    tails = {name.partition("/")[2] for name in names}
    if "archive_format" in tails or "serialized_exported_program.json" in names or "models/model.json" in tails:
        return Kind("pt2", size, "torch.export program")
    if "constants.pkl" in tails and any(tail.startswith("code/") for tail in tails):
        return _torchscript(path, size, archive, names)
    pickled = next((name for name in names if name.partition("/")[2] == "data.pkl"), "")
    if pickled:
        with archive.open(pickled) as stream:
            return _pickled(path, size, _read_pickle(path, stream))
    if "[Content_Types].xml" in names:
        raise _not(path, "an office document")
    hint = "Unpack it and open the model inside."
    raise _not(path, f"a zip archive of {len(names)} files, not a model", hint)


def _torchscript(path: Path, size: int, archive: zipfile.ZipFile, names: list[str]) -> Kind:
    extra = next((name for name in names if name.partition("/")[2] == "extra/metadata.json"), "")
    said = _json(archive.read(extra)) if extra else {}
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
    ours = next((name for name in names if name.partition("/")[2] == "extra/studio.json"), "")
    if ours and _json(archive.read(ours)).get("host") == "plain":
        return Kind("plain", size, "plain TorchScript package")
    if _is_nn(archive, names):
        return Kind("nn", size, "nn~ package")
    return Kind("torchscript", size, "TorchScript archive")


def _is_nn(archive: zipfile.ZipFile, names: list[str]) -> bool:
    """Whether the class of the whole has a method with the four numbers by which nn~ calls it."""
    pickled = next((name for name in names if name.partition("/")[2] == "data.pkl"), "")
    if not pickled:
        return False
    with archive.open(pickled) as stream:
        found = ROOT_CLASS.match(stream.read(HEAD))
    code = f"{pickled.partition('/')[0]}/code/{found[1].decode().replace('.', '/')}.py" if found else ""
    if found is None or code not in names or archive.getinfo(code).file_size > MAX_TEXT:
        return False
    _, _, rest = archive.read(code).partition(b"class " + found[2] + b"(Module):")
    own = rest.partition(b"\nclass ")[0]
    return b"def get_methods(self" in own or b"forward_params : Tensor" in own


def _read_pickle(path: Path, stream: Any) -> PickleContent:
    try:
        return read_pickles(stream)
    except ValueError as error:
        raise _not(path, "a damaged or cut pickle", "Download or save it again.") from error


def _pickled(path: Path, size: int, content: PickleContent) -> Kind:
    if content.verdict == "foreign":
        shown = ", ".join(content.foreign[:4])
        return Kind("pickled-module", size, "pickled Python objects", (f"Opening it imports {shown}.",))
    if not content.tensors:
        raise _not(path, "a pickle without weights, not a model")
    keys = tuple(text for text in dict.fromkeys(content.texts) if text.rpartition(".")[2].isidentifier())
    facts = (f"Holds {content.tensors} tensors: weights without the network around them.",)
    if content.verdict == "settings" or NESTED & set(content.texts):
        return Kind("checkpoint", size, "training checkpoint", facts, keys)
    return Kind("state_dict", size, "weights (state_dict)", facts, keys)


def _safetensors(path: Path, size: int, head: bytes) -> Kind | None:
    if len(head) < 10 or head[8:9] != b"{":
        return None
    length = struct.unpack("<Q", head[:8])[0]
    if length > MAX_HEADER:
        return None
    if length > size - 8:
        raise _not(path, "a cut safetensors file", "Download it again.")
    with path.open("rb") as stream:
        stream.seek(8)
        header = _json(stream.read(length))
    keys = tuple(key for key in header if key != "__metadata__")
    ends = [_end_of(header[key]) for key in keys]
    if not keys or max(ends) > size - 8 - length:
        raise _not(path, "a damaged or cut safetensors file", "Download it again.")
    facts = (f"Holds {len(keys)} tensors: weights without the network around them.",)
    return Kind("safetensors", size, "weights (safetensors)", facts, keys)


def _end_of(entry: Any) -> int:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    whole = isinstance(offsets, list) and len(offsets) == 2 and all(isinstance(each, int) for each in offsets)
    return int(offsets[1]) if whole and offsets is not None else 1 << 62


def _is_onnx(path: Path, head: bytes) -> bool:
    """A protobuf whose field 1 is a small version number and whose next field is one of ONNX's."""
    if head[0] != 0x08 or len(head) < 4 or not 1 <= head[1] <= 32:
        return False
    return path.suffix.lower() == ".onnx" or head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A)


def _text(path: Path, size: int) -> Kind:
    if size > MAX_TEXT:
        raise _not(path, "an unknown binary file, not a model")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not(path, "an unknown binary file, not a model") from error
    if text.lstrip().startswith("{"):
        return _json_kind(path, size, text)
    try:
        tree = parse(path)
    except FileError:
        if path.suffix.lower() == ".py":
            raise
        raise _not(path, "a text file, not a model") from None
    statements = (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom)
    if path.suffix.lower() == ".py" or any(isinstance(node, statements) for node in tree.body):
        return Kind("python", size, "Python source")
    raise _not(path, "a text file, not a model")


def _json_kind(path: Path, size: int, text: str) -> Kind:
    said = _json(text.encode())
    if "studio" in said:
        return Kind("project", size, "project")
    if (amplifier := amplifier_kind(said)) is not None:
        return Kind(amplifier[0], size, amplifier[1])
    if "in_shape" in said and "layers" in said:
        hint = "Open the JSON with model_data and state_dict that it was made from."
        raise _not(path, "an RTNeural file, as AIDA-X plays", hint)
    if "nbformat" in said:
        raise _not(path, "a notebook, not a model", "Save its cells as a Python file and open that.")
    if "model_name" in said or "effect_type" in said or "domain_tags" in said:
        raise _not(path, "a model card, not a model", "Open the model; the card is read with --card.")
    if not said and text.strip("{} \t\r\n"):
        raise _not(path, "cut or damaged JSON", "Download or save it again.")
    raise _not(path, "a JSON file, not a model")


def _json(data: bytes) -> dict[str, Any]:
    """The object in `data`, empty where there is none."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _not(path: Path, what: str, hint: str = "", verb: str = "is") -> FileError:
    return FileError(f"{path.name} {verb} {what}.", hint or "Open a model or a sound.", about=path.name)
