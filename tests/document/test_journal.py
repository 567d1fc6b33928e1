"""A journal reads as a true beginning whatever was done to it; a project comes back from it with its undo steps."""

import random
import time

import pytest

from studio.document.card import ModelCard
from studio.document.edits import KEPT_STEPS, Move, NewerWork, first_record, record, replay
from studio.document.history import History
from studio.document.journal import Journal, read_files, read_journal
from studio.document.parameter import Parameter
from studio.document.performance import Lane
from studio.document.project import Project
from studio.errors import FileError

CARD = ModelCard(name="Amp", parameters=tuple(Parameter(f"k{index}", default=0.1) for index in range(8)))
PROJECT = Project(card=CARD, knobs={f"k{index}": 0.1 for index in range(8)})


@pytest.fixture
def written(tmp_path):
    """A journal of 12 records, its bytes and what was written."""
    payloads = [random.Random(number).randbytes(5 + number * 7 % 40) for number in range(12)]
    journal = Journal(tmp_path / "a.journal", payloads[0])
    for payload in payloads[1:]:
        journal.append(payload)
    journal.sync()
    journal.close()
    return (tmp_path / "a.journal").read_bytes(), payloads


def test_any_cut_leaves_a_true_beginning(written):
    data, payloads = written
    whole = [len(read_journal(data[:size]).records) for size in range(len(data) + 1)]
    assert whole[-1] == 12 and whole == sorted(whole)
    assert all(list(read_journal(data[:size]).records) == payloads[:n] for size, n in enumerate(whole))


def test_any_flipped_bit_leaves_a_true_beginning(written):
    data, payloads = written
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        found = list(read_journal(bytes(flipped)).records)
        assert found == payloads[: len(found)] and len(found) < 12


def test_records_of_another_life_of_the_file_are_not_read(written, tmp_path):
    data, payloads = written
    again = Journal(tmp_path / "b.journal", payloads[0] + b"!")
    again.close()
    short = (tmp_path / "b.journal").read_bytes()
    assert list(read_journal(short + data[len(short) :]).records) == [payloads[0] + b"!"]


def test_a_restart_takes_the_place_of_all_records_and_goes_on(tmp_path):
    journal = Journal(tmp_path / "a.journal", b"one")
    journal.append(b"two", b"three")
    journal.restart(b"all")
    journal.append(b"more")
    journal.close()
    assert read_files(tmp_path / "a.journal").records == (b"all", b"more")
    assert len(list(tmp_path.iterdir())) == 2  # until the new one is on the disk


def test_a_torn_second_life_leaves_the_first(tmp_path):
    journal = Journal(tmp_path / "a.journal", b"one")
    journal.append(b"two")
    journal.sync()
    journal.restart(b"all")
    journal.close()
    newer = tmp_path / "a.journal-2"
    newer.write_bytes(newer.read_bytes()[:-1])
    assert read_files(tmp_path / "a.journal").records == (b"one", b"two")
    again = Journal(tmp_path / "a.journal", b"restored")
    again.sync()
    again.close()
    assert read_files(tmp_path / "a.journal").records == (b"restored",) and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("lives", range(1, 5))
def test_a_journal_is_one_file_once_it_is_on_the_disk(tmp_path, lives):
    journal = Journal(tmp_path / "a.journal", b"0")
    for life in range(lives):
        journal.restart(str(life).encode())
        journal.append(b"edit")
    journal.sync()
    journal.close()
    assert read_files(tmp_path / "a.journal").records == (str(lives - 1).encode(), b"edit")
    assert len(list(tmp_path.iterdir())) == 1


def changes(rng):
    """Random edits as a hand makes them."""
    while True:
        yield rng.choice(
            [
                lambda p: {"knobs": {**p.knobs, f"k{rng.randrange(8)}": rng.random()}},
                lambda p: {"knobs": dict(list(p.knobs.items())[1:])},
                lambda p: {"card": p.card.model_copy(update={"name": rng.choice("abc")})},
                lambda p: {"audio": tuple(f"/s/{rng.randrange(9)}.wav" for _ in range(rng.randrange(4)))},
                lambda p: {"automation": {"k1": Lane(points=((rng.random(), 0.5), (2.0, 1.0)))}},
                lambda p: {"mixer": p.mixer.model_copy(update={"wet": rng.random()})},
            ]
        )


def walk(seed, count, until=lambda: None):
    """A history after random moves, and the journal's records of them."""
    rng, history = random.Random(seed), History(PROJECT)
    made, records = changes(rng), [first_record(history, None)]
    for number in range(count):
        before, kind = history.state, rng.choices(["do", "undo", "redo", "close"], [8, 2, 1, 1])[0]
        update = next(made)(before)
        move = Move("do", before.model_copy(update=update), f"edit {number}", rng.choice(["", "knobs"]))
        move = move if kind == "do" else Move(kind)
        if move.apply(history):
            records.append(record(move, before))
    return history, records


@pytest.mark.parametrize("seed", range(6))
def test_replayed_records_are_the_walk_itself(seed):
    history, records = walk(seed, 120)
    found = replay(records).history
    assert (found.state, found.position, found.steps) == (history.state, history.position, history.steps)
    assert found.is_saved == history.is_saved
    again = replay([first_record(history, None)]).history
    assert (again.state, again.position, again.steps) == (history.state, history.position, history.steps)


def test_a_very_long_walk_comes_back_within_a_second_with_its_latest_steps():
    history, records = walk(1, 20_000)
    start = time.process_time()
    found = replay(records).history
    assert time.process_time() - start < 1.0
    assert found.state == history.state and found.position == min(history.position, KEPT_STEPS)
    assert found.steps[found.position].said == history.undo_text


def test_names_of_files_that_are_no_text_come_back():
    history = History(PROJECT)
    odd = Project(audio=("/s/a\udcff.wav", "/s/new\nline\u202e.wav"))
    before = history.state
    history.do(odd, "Open")
    assert replay([first_record(History(before), None), record(Move("do", odd, "Open"), before)]).history.state == odd


@pytest.mark.parametrize("records", [[], [b"{}"], [b"nonsense"], [b'{"journal": 1, "format": 2, "steps": []}']])
def test_records_that_make_no_project_are_refused(records):
    with pytest.raises(FileError, match="cannot be understood"):
        replay(records)


def test_work_of_a_newer_version_is_left_to_it():
    with pytest.raises(NewerWork, match="newer version"):
        replay([first_record(History(PROJECT), None).replace(b'"format":2', b'"format":9', 1)])


def test_work_that_an_older_version_kept_is_brought_up_to_date():
    old = first_record(History(Project(model={"path": "/m.py"})), None)
    old = old.replace(b'"format":2', b'"format":1').replace(b'"call":{}', b'"call":null')
    assert replay([old]).history.state.model.call == {}
