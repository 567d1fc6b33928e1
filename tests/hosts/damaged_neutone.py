"""Neutone packages spoiled in each way that a host or its users were seen to suffer from."""

import base64
import json
import zipfile

import torch
from torch import Tensor

from studio.hosts.neutone.scripted.root import Root


class OneRow(Root):
    def forward(self, x: Tensor, params: Tensor | None = None) -> Tensor:
        return self.stream(x, self.rest(x.size(1)) if params is None else self.rows(params))[:1]


class Short(Root):
    def forward(self, x: Tensor, params: Tensor | None = None) -> Tensor:
        return self.stream(x, self.rest(x.size(1)) if params is None else self.rows(params))[:, 1:]


class Invalid(Root):
    def forward(self, x: Tensor, params: Tensor | None = None) -> Tensor:
        return self.stream(x, self.rest(x.size(1)) if params is None else self.rows(params)) * float("nan")


class NoReset(Root):
    @torch.jit.export
    def reset(self) -> None:
        self.forget()


class Early(Root):
    @torch.jit.export
    def calc_buffering_delay_samples(self) -> int:
        return self.stream.buffering_latency() + 100


def rewritten(path, change):
    """Put another metadata.json into the archive; None leaves it out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = next(name for name in members if name.endswith("extra/metadata.json"))
    said = change(json.loads(members.pop(name)))
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        if said is not None:
            archive.writestr(name, json.dumps(said))


def broken_sound(said):
    pair = {"in": base64.b64encode(b"no mp3").decode(), "out": base64.b64encode(b"no mp3").decode()}
    return {**said, "sample_sound_files": [pair]}


def old_knob(said):
    knobs = {key: {**each, "type": "knob", "used": "True"} for key, each in said["neutone_parameters"].items()}
    return {**said, "neutone_parameters": knobs}


ROOTS = [OneRow, Short, Invalid, NoReset, Early]
METADATA = {
    "none": lambda said: None,
    "a long name": lambda said: {**said, "model_name": "x" * 31},
    "not what the code says": lambda said: {**said, "model_version": "9.9.9"},
    "a field left out": lambda said: {key: value for key, value in said.items() if key != "tags"},
    "knobs of SDK 1.4": old_knob,
    "examples that are no MP3": broken_sound,
}
