"""HARP packages: their app called as the endpoint calls it, and once as a real endpoint."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import urllib.request
import venv
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from little_models import (
    Blocks,
    Clipper,
    Doubler,
    Gelu,
    Gru,
    Halves,
    Identity,
    Knobs,
    Late,
    Stems,
    Tcn,
    Wide,
    Wild,
    captured,
)

from studio.document.check import passed
from studio.document.kinds import recognise
from studio.errors import CardError, HostError, ModelError
from studio.hosts.harp import package, read, reference, verify
from studio.hosts.harp.verify import call_app, load_app
from studio.hosts.reference import load_reference
from studio.wrappers import torchscript
from studio.wrappers.archive import save_archive
from studio.wrappers.base import WaveformToWaveformBase
from studio.wrappers.captured import load_captured, save_captured

LABELS = {Halves: ("first", "second"), Wild: ("one", "two")}
EFFECTS = [Identity, Clipper, Tcn, Blocks, Wide, Knobs, Late, Stems, Doubler, Gelu, Gru]


def made(kind):
    return captured(kind, LABELS.get(kind, ()), **({"ratio": (2, 1)} if kind is Doubler else {}))


@pytest.mark.parametrize("kind", [*EFFECTS, Halves, Wild])
def test_it_sounds_as_it_was_heard(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 30001), 44100, (0.3,) * len(model.numeric))
    heard.save(tmp_path / "heard.npz")
    folder = package(model, work(model, heard.positions))[0]
    checks = verify(folder, load_reference(tmp_path / "heard.npz"))
    assert [check for check in checks if check.verdict != "pass"] == [] and len(checks) == 7
    assert recognise(folder).name == "harp" and recognise(folder / "model.pt").name == "harp"


@pytest.mark.parametrize(("length", "channels"), [(1, 1), (5000, 2), (3_000_000, 1)])
def test_delay_is_taken_out_and_lengths_are_kept(length, channels, work, noise):
    """Reference: a delay with its delay taken out is nothing at all; the longest is cut into pieces."""
    model = made(Late)
    sound = np.tile(noise(1, length), (channels, 1))
    heard = call_app(load_app(package(model, work(model))[0]), sound, 44100, [])
    np.testing.assert_array_equal(heard, sound)


class Echo(WaveformToWaveformBase):
    """The sound and itself 50 samples of 44.1 kHz later."""

    def get_native_sample_rates(self):
        return [44100]

    def get_look_behind_samples(self):
        return 50

    def do_forward_pass(self, x, params: dict[str, torch.Tensor]):
        return x[:, 50:] + x[:, :-50]


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_files_of_any_rate_meet_the_model_at_its_own(rate, work):
    """Reference: the echo of a swelling tone, written down as a formula."""

    def tone(t):
        return 0.4 * np.sin(2 * np.pi * 440 * t) * np.sin(np.pi * t / 3) ** 2

    t = np.arange(3 * rate) / rate
    model = captured(Echo)
    heard = call_app(load_app(package(model, work(model))[0]), tone(t).astype(np.float32)[None], rate, [])
    expected = tone(t) + tone(t - 50 / 44100) * (t >= 50 / 44100)
    np.testing.assert_allclose(heard[0, : 5 * rate // 2], expected[: 5 * rate // 2], atol=2e-5)
    assert heard.shape == (1, 3 * rate)


def test_labels_of_a_file_of_another_rate(work):
    """Reference: bursts where they were put, 2000 samples of 22.05 kHz that are 4000 of the model's."""
    model = captured(Halves, ("first", "second"), sample_rates=(44100,))
    sound = np.zeros((2, 4000), np.float32)
    sound[:, 1250:1490] = 0.5  # the second half of the third piece of 1000 at 44.1 kHz
    found = call_app(load_app(package(model, work(model))[0]), sound, 22050, [])
    assert found.shape == (3, 8) and found[0, 2] == 1
    np.testing.assert_allclose(found[1:, 2], [2000 / 44100, 2500 / 44100], atol=1e-6)


def test_knobs_become_controls_that_start_where_they_stand(work):
    model = made(Knobs)
    folder = package(model, work(model, (0.5, 1.0, 0.0)))[0]
    _, cutoff, shape, on = load_app(folder).controls()["inputs"]
    assert (cutoff["label"], cutoff["minimum"], cutoff["maximum"]) == ("cutoff (Hz)", 20.0, 20000.0)
    assert cutoff["value"] == pytest.approx(632.456, 1e-4) and cutoff["type"] == "slider"
    assert (shape["type"], shape["choices"][2], shape["value"]) == ("dropdown", ["fold", "fold"], "fold")
    assert (on["type"], on["value"]) == ("toggle", False)
    heard = call_app(load_app(folder), np.zeros((1, 64), np.float32), 44100, [2000.0, "hard", True])
    np.testing.assert_allclose(heard, 0.1 + 0.1 + 1.0, rtol=1e-5)


def test_every_output_is_a_file_of_its_own(work, noise, tmp_path):
    model, sound = made(Stems), noise(1, 1000)
    app = load_app(package(model, work(model))[0])
    soundfile.write(tmp_path / "song.wav", sound.T, 44100, subtype="FLOAT")
    paths = [Path(each) for each in app.process(str(tmp_path / "song.wav"))]
    assert [path.name for path in paths] == ["song_1_drums.wav", "song_2_bass.wav", "song_3_other.wav"]
    np.testing.assert_array_equal(soundfile.read(paths[1], dtype="float32")[0], -sound[0])
    assert [each["label"] for each in app.controls()["outputs"]] == ["drums", "bass", "other"]


def test_labels_are_as_harp_reads_them(work, noise, tmp_path):
    model = made(Halves)
    app = load_app(package(model, work(model))[0])
    soundfile.write(tmp_path / "song.wav", noise(1, 5000).T, 44100)
    found = app.process(str(tmp_path / "song.wav"))
    assert found["meta"] == {"_type": "pyharp.LabelList"} and len(found["labels"]) == 5
    one = found["labels"][1]
    assert (one["t"], one["duration"]) == (pytest.approx(1000 / 44100), pytest.approx(500 / 44100))
    assert one["label"] in ("first", "second") and isinstance(one["color"], int) and one["label_type"] == "AudioLabel"


@pytest.mark.parametrize("kind", [Clipper, Tcn, Gru, Blocks, Doubler, Halves])
def test_an_opened_package_sounds_the_same(kind, work, noise, tmp_path):
    model = made(kind)
    heard = reference(model, noise(model.call.channels_in, 20000), 44100)
    folder = package(model, work(model))[0]
    (folder / "app.py").write_text("raise SystemExit('reading must not run this')")
    save_captured(read(folder), tmp_path / "opened.pt")
    again = load_captured(tmp_path / "opened.pt")
    np.testing.assert_allclose(reference(again, heard.audio, 44100).expected, heard.expected, atol=1e-6)
    assert again.card.parameters == model.card.parameters and read(folder / "model.pt").how == "package"


def test_a_card_that_does_not_do_is_refused(work):
    model, labeller = made(Identity), captured(Halves)
    with pytest.raises(CardError) as refused:
        package(model, work(model, name="", sample_rate=400_000))
    assert set(refused.value.fields) == {"name", "sample_rate"}
    with pytest.raises(CardError) as refused:
        package(labeller, work(labeller))
    assert refused.value.fields == ("labels",) and not work(labeller).folder.exists()


def change(folder, name, before, after):
    text = (folder / name).read_text()
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1))


DAMAGES = {
    "tags": ("controls.json", '"tags": [\n        "test"\n      ]', '"tags": "test"'),
    "number box": ("controls.json", '"type": "slider"', '"type": "number_box"'),
    "other knob": ("controls.json", '"max": 12.0', '"max": 11.0'),
    "no range": ("controls.json", '"minimum"', '"min"'),
    "gradio": ("requirements.txt", "gradio==5.28.0", "gradio"),
    "front matter": ("README.md", "sdk_version", "sdk"),
    "app": ("app.py", "def process", "def proceed"),
    "rate": ("app.py", "rate, subtype", "2 * rate, subtype"),
    "syntax": ("app.py", "def process(", "def process"),
    "no file": ("controls.json", "{", ""),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_package_is_refused(damage, work, noise):
    model = made(Clipper)
    heard = reference(model, noise(2, 5000), 44100, (0.3, 0.6, 0.7))
    folder = package(model, work(model))[0]
    assert passed(verify(folder, heard))
    change(folder, *DAMAGES[damage])
    assert not passed(verify(folder, heard))


def test_another_or_a_cut_model_is_noticed(work, noise):
    model = made(Tcn)
    heard = reference(model, noise(1, 5000), 44100)
    with torch.no_grad():
        next(model.module.parameters()).mul_(1.01)
    folder = package(model, work(model))[0]
    assert {check.id for check in verify(folder, heard) if check.verdict == "fail"} == {"harp.same-sound"}
    (folder / "model.pt").write_bytes((folder / "model.pt").read_bytes()[:-100])
    assert [check.id for check in verify(folder, heard)] == ["harp.loads"]
    with pytest.raises(ModelError):
        read(folder)


def test_an_app_of_somebody_else_is_not_read(work):
    model = made(Identity)
    folder = package(model, work(model))[0]
    save_archive(torchscript.script(torch.nn.Identity()), folder / "model.pt", {})
    with pytest.raises(HostError, match="does not say"):
        read(folder)


@pytest.fixture(scope="module")
def gradio(tmp_path_factory):
    """A Python with what a package asks for, and this one's torch."""
    folder = tmp_path_factory.mktemp("gradio")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    model = made(Identity)
    wanted = (package_into(model, folder / "package") / "requirements.txt").read_text().splitlines()
    plain = [line for line in wanted if not line.startswith("torch")]
    subprocess.run([python, "-m", "pip", "install", "-q", *plain], check=True, timeout=900)
    where = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
    )
    torch_at = Path(torch.__file__).parents[1]
    (Path(where.stdout.strip()) / "torch.pth").write_text(f"{torch_at}\n{site.getsitepackages()[0]}\n")
    return python


def package_into(model, folder):
    from studio.hosts.packaging import Packaging

    return package(model, Packaging(folder, model.card))[0]


@pytest.fixture
def endpoint(gradio, tmp_path):
    """Start a package's app; returns a function that calls it by the protocol that HARP speaks, and its address."""
    started = []

    def start(folder):
        settings = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "PYTHONUNBUFFERED": "1"}
        app = subprocess.Popen(
            [gradio, "app.py"], cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(app)
        said = ""
        for line in app.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found[0]
        raise AssertionError(said)

    yield start
    for app in started:
        app.terminate()
        app.communicate(timeout=30)


def called(address, name, *values):
    """Post the values, then read the answer from the stream of events."""
    body = json.dumps({"data": list(values)}).encode()
    url, head = f"{address}/gradio_api/call/{name}", {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, head), timeout=60) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{url}/{event}", timeout=120) as answer:
        lines = answer.read().decode().splitlines()
    assert "event: complete" in lines, lines
    return json.loads(lines[lines.index("event: complete") + 1].removeprefix("data: "))


def upload(address, path):
    """Send a file as HARP does; returns what stands for it in a call."""
    limit = b"limit-of-a-part"
    head = b'--%s\r\nContent-Disposition: form-data; name="files"; filename="given.wav"\r\n\r\n' % limit
    body = head + path.read_bytes() + b"\r\n--%s--\r\n" % limit
    kind = {"Content-Type": f"multipart/form-data; boundary={limit.decode()}"}
    request = urllib.request.Request(f"{address}/gradio_api/upload", body, kind)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return {"path": json.load(answer)[0], "meta": {"_type": "gradio.FileData"}}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("kind", "values"), [(Knobs, (632.4555, "fold", True)), (Clipper, (0.2, 0.5, -6.0)), (Stems, ()), (Halves, ())]
)
def test_a_real_endpoint_answers_as_harp_expects(kind, values, work, noise, tmp_path, endpoint):
    model = made(kind)
    folder, sound = package(model, work(model))[0], noise(model.call.channels_in, 30000)
    soundfile.write(tmp_path / "given.wav", sound.T, 44100, subtype="FLOAT")
    positions = [each.position(value) for each, value in zip(model.numeric, values, strict=True)]
    expected = reference(model, sound, 44100, positions).expected
    address = endpoint(folder)
    assert called(address, "controls") == [load_app(folder).controls()]
    assert called(address, "cancel") == []
    found = called(address, "process", upload(address, tmp_path / "given.wav"), *values)
    if kind is Halves:
        assert found[0]["meta"]["_type"] == "pyharp.LabelList" and len(found[0]["labels"]) == expected.shape[1]
        return
    assert {each["meta"]["_type"] for each in found} == {"gradio.FileData"} and all(each["url"] for each in found)
    rows = []
    for number, each in enumerate(found):
        urllib.request.urlretrieve(each["url"], tmp_path / f"{number}.wav")
        rows.append(soundfile.read(tmp_path / f"{number}.wav", dtype="float32", always_2d=True)[0].T)
    np.testing.assert_allclose(np.concatenate(rows), expected, atol=1e-5)
