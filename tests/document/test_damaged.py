"""What fuzzing found: files that once made the app raise something else than a sentence, and bits nobody missed."""

from __future__ import annotations

import json
import struct
import zipfile

import pytest

from studio.document.card import read_card
from studio.document.kinds import Kind, recognise
from studio.document.scans.checksums import check_checksums
from studio.document.scans.scan import scan
from studio.document.trust import Trust
from studio.document.whole import refuse_damaged
from studio.errors import FileError, StudioError

DIGITS = "9" * 5000  # more than Python turns into a number
DEEP = "[" * 5000 + "]" * 5000
CELL = {"cell_type": "code", "source": 7}


def tensors(header):
    text = header if isinstance(header, str) else json.dumps(header)
    return struct.pack("<Q", len(text)) + text.encode() + bytes(16)


@pytest.mark.parametrize("text", [f'{{"name": {DIGITS}}}', f'{{"name": {DEEP}}}', "[1]", '{"parameters": 3}'])
def test_a_card_that_cannot_be_read_says_so(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(StudioError, match=r"card\.json|parameters"):
        read_card(tmp_path / "card.json")


@pytest.mark.parametrize(
    "name, data",
    [
        ("book.ipynb", json.dumps({"nbformat": 4, "cells": [CELL, 3, {"cell_type": "code"}]}).encode()),
        ("book.ipynb", b'{"nbformat": 4, "cells": 7}'),
        ("net.safetensors", tensors(f'{{"a": {DIGITS}}}')),
        ("net.safetensors", tensors(f'{{"a": {DEEP}}}')),
        ("amp.nam", f'{{"architecture": "Linear", "weights": {DEEP}}}'.encode()),
        ("amp.nam", f'{{"architecture": "Linear", "weights": [{DIGITS}]}}'.encode()),
        ("work.studio", f'{{"studio": {DIGITS}}}'.encode()),
    ],
)
def test_what_it_is_not_is_said(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FileError, match=name):
        recognise(tmp_path / name)


@pytest.mark.parametrize("dtype", [["F32"], {"a": 1}, None, 32])
def test_a_type_that_is_none_damages_a_file_of_tensors(tmp_path, dtype):
    path = tmp_path / "net.safetensors"
    path.write_bytes(tensors({"a": {"dtype": dtype, "shape": [4], "data_offsets": [0, 16]}}))
    assert scan(path, "safetensors").verdict == "damaged"


def packed(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("a/extra/metadata.json", b'{"model_name": "x"}')
        archive.writestr("a/data/0", bytes(range(256)))
    return path.read_bytes()


def test_every_bit_that_changes_a_members_name_or_bytes_is_reported(tmp_path):
    """All bits of an archive, one after the other: none may pass by which another reader finds something else."""
    path = tmp_path / "net.pt"
    honest, silent = packed(path), []
    with zipfile.ZipFile(path) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    for place in range(8 * len(honest)):
        data = bytearray(honest)
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)
        if check_checksums(path).verdict != "damaged" and data[:2] == b"PK" and contents(path) not in (None, before):
            silent.append(place)
    assert not silent


def contents(path):
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # it refuses by itself
        return None


def test_a_name_that_the_list_says_otherwise_is_damage(tmp_path):
    path = tmp_path / "net.pt"
    data = packed(path)
    path.write_bytes(data[: data.rindex(b"metadata.json")] + b"metadatb" + data[data.rindex(b"metadata.json") + 8 :])
    found = check_checksums(path)
    assert found.verdict == "damaged" and "metadatb.json" in found.said()
    with pytest.raises(FileError, match="is damaged"):
        refuse_damaged(path, Kind("state_dict", 1, "weights"), "d" * 64, Trust(folder=tmp_path))
