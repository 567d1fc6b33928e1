"""The jobs behind `studio check` and `studio bench` answer with plain data."""

import json

import pytest
import torch
from torch import Tensor

from studio.document.call import Call
from studio.document.card import ModelCard
from studio.document.check import Check
from studio.errors import ModelError
from studio.flows.checking import facts_of
from studio.jobs import bench, check
from studio.wrappers.base import WaveformToLabels, WaveformToWaveform
from studio.wrappers.capture import capture
from studio.wrappers.captured import save_captured


class Late(WaveformToWaveform):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("past", torch.zeros(1, 50))

    def do_forward_pass(self, x: Tensor) -> Tensor:
        joined = torch.cat([self.past, x], 1)
        self.past = joined[:, x.size(1) :]
        return joined[:, : x.size(1)]


class Labels(WaveformToLabels):
    def __init__(self, end: float) -> None:
        super().__init__()
        self.end = end

    def do_forward_pass(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return torch.tensor([0, 1]), torch.tensor([[0.0, 0.5], [0.5, self.end]])


@pytest.fixture
def request_for(tmp_path):
    def make(wrapper, rate=None, **said):
        card = ModelCard(labels=("silence", "sound")) if said.get("labels") else ModelCard()
        made, _ = capture(wrapper, Call(wrapper=True, layout="CT", output_layout="CT", **said), card)
        save_captured(made, tmp_path / "captured.pt")
        return {"captured": str(tmp_path / "captured.pt"), "sample_rate": rate}

    return make


def test_checks_are_told_with_their_progress(request_for):
    steps = []
    found = check.run(request_for(Late(), latency=50), lambda part, step: steps.append(part))["checks"]
    assert {each["id"]: each["verdict"] for each in found}["latency"] == "pass"
    assert steps == sorted(steps) and steps[0] >= 0 and steps[-1] <= 1


def test_what_is_answered_is_plain_data_with_plots_and_mends(request_for):
    found = json.loads(json.dumps(check.run(request_for(Late()), lambda *_: None)))["checks"]
    latency = next(each for each in found if each["id"] == "latency")
    assert latency["mend"]["call"] == {"latency": 50} and len(latency["plot"]["series"][0]["x"]) > 100
    assert facts_of(Check.model_validate(each) for each in found) == {"latency": 50}


@pytest.mark.parametrize("end, said", [(1.0, ""), (99.0, "outside the sound"), (0.2, "ends before it starts")])
def test_times_of_labels_are_held_against_the_clock(request_for, end, said):
    (found,) = check.run(request_for(Labels(end), 16000, labels=True), lambda *_: None)["checks"]
    assert said in found["advice"] and (found["verdict"] == "fail") == bool(said)


def test_every_block_size_has_a_row(request_for):
    rows = bench.run(request_for(Late(), latency=50), lambda *_: None)["rows"]
    assert [row["block"] for row in rows] == [64, 128, 256, 512, 1024, 2048]
    assert all(row["latency_samples"] == 50 and row["realtime_factor"] > 0 for row in rows)
    assert all(row["worst_us"] >= row["p99_us"] >= row["wrapped_us"] for row in rows)
    assert all(row["overhead_us"] == pytest.approx(row["wrapped_us"] - row["bare_us"], abs=0.2) for row in rows)


def test_a_labeller_has_no_blocks_to_time(request_for):
    with pytest.raises(ModelError, match="block by block"):
        bench.run(request_for(Labels(1.0), labels=True), lambda *_: None)
