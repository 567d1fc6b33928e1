"""How many blocks ahead a model needs, from what its calls cost."""

import pytest

from studio.engine.cost import Cost
from studio.engine.depth import Workable, choose_depth, find_workable

RATE = 48000


@pytest.mark.parametrize(
    ("mean", "worst", "model_block", "block", "depth"),
    [
        (0.30, 0.40, 0, 128, 0),  # in the callback itself
        (0.30, 0.60, 0, 128, 1),  # a call that takes more than half a block
        (0.30, 2.40, 512, 128, 3),  # one call in four does the work of all
        (0.30, 9.00, 256, 128, 3),  # never more than its own blocks and one
        (0.95, 0.95, 0, 128, None),  # nothing helps
    ],
)
def test_the_worst_call_decides_and_not_the_mean(mean, worst, model_block, block, depth):
    seconds = block / RATE
    assert choose_depth(Cost(mean * seconds, worst * seconds), model_block, RATE, block) == depth


def overhead(per_call, per_sample):
    """A model whose calls cost the same whatever they bring, and its samples something each."""

    def measure(block):
        seconds = per_call + per_sample * block / RATE
        return Cost(seconds, seconds), 0

    return measure


def found_for(measure, block):
    return find_workable(measure, measure(block)[0], RATE, block)


def test_the_smallest_block_that_works_is_found():
    found = found_for(overhead(per_call=0.004, per_sample=0.3), 128)
    assert found == Workable(512, 1)  # 4 ms and 3.2 ms of 10.7 ms
    assert str(found) == "blocks of 512 samples, rendered one block ahead"


def test_a_model_slower_than_its_own_sound_works_at_no_block():
    assert found_for(overhead(per_call=0.0, per_sample=1.5), 128) is None


def test_nothing_larger_than_the_largest_block_is_tried():
    assert found_for(overhead(per_call=0.0, per_sample=0.1), 8192) is None
