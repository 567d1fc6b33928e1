"""Label files as their formats are published, written by hand; and what is written, read again."""

from __future__ import annotations

import random

import pytest

from studio.audio.label import Label
from studio.audio.labels import labels_as, read_labels, write_labels
from studio.errors import FileError

AUDACITY = "0.500000\t1.250000\tvoice\n\\\t300.000000\t3400.000000\n2.000000\t2.000000\t\n3.5\t4\ttwo words\n"
SEMICOLONS = "Onset (s);Offset (s);Event label\n0,5;1,25;voice\n2;2;\n\n3,5;4;two words\n"
HEADLESS = '0.5,1.25,voice\n2,2,\n3.5,4,"two words"\n'
DURATIONS = "label\tstart_time\tduration\nvoice\t0.5\t0.75\n\t2\t0\ntwo words\t3.5\t0.5\n"
SRT = (
    "1\r\n00:00:00,500 --> 00:00:01,250\r\nvoice\r\n\r\n2\r\n00:00:02,000 --> 00:00:02,000\r\n\r\n"
    "3\n00:00:03.500 --> 00:00:04,000 X1:40 X2:600\ntwo words"
)
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "a 7 in a name"
        xmin = 0
        xmax = 5
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "voice" ! said 3 times
        intervals [3]:
            xmin = 1.25
            xmax = 3.5
            text = ""
        intervals [4]:
            xmin = 3.5
            xmax = 4
            text = "two words"
    item [2]:
        class = "TextTier"
        name = "points"
        xmin = 0
        xmax = 5
        points: size = 1
        points [1]:
            number = 2
            mark = ""
"""
SHORT = """File type = "ooTextFile"
"TextGrid"

0
5
<exists>
2
"IntervalTier"
"a 7 in a name"
0
5
3
0 0.5 ""
0.5 1.25 "voice"
3.5 4 "two words"
"TextTier" "points" 0 5 1 2 ""
"""
FILES = {
    "audacity.txt": AUDACITY, "semicolons.csv": SEMICOLONS, "headless.csv": HEADLESS, "durations.tsv": DURATIONS,
    "cues.srt": SRT, "long.TextGrid": LONG, "short.TextGrid": SHORT,
}  # fmt: skip


def spans(labels):
    return [(each.start, each.end, each.name) for each in labels]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", FILES)
def test_published_forms_are_read(name, encoding, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name].encode(encoding))
    assert spans(read_labels(path)) == [(0.5, 1.25, "voice"), (2, 2, ""), (3.5, 4, "two words")]


def test_frequencies_and_tiers_are_kept(tmp_path):
    (tmp_path / "a.txt").write_text(AUDACITY)
    (tmp_path / "b.TextGrid").write_text(LONG)
    first = read_labels(tmp_path / "a.txt")[0]
    assert (first.low_hz, first.high_hz) == (300, 3400)
    assert labels_as(tmp_path / "c.txt", [first]) == "".join(AUDACITY.splitlines(True)[:2])
    assert [each.tier for each in read_labels(tmp_path / "b.TextGrid")] == ["a 7 in a name", "points", "a 7 in a name"]


@pytest.mark.parametrize(("ending", "exact"), [("txt", 6), ("csv", 6), ("TextGrid", 6), ("srt", 3)])
def test_what_is_written_is_read_again(ending, exact, tmp_path):
    """Thousands of seconds, overlaps, points, empty names, quotes and other alphabets; exact to the unit."""
    dice = random.Random(5)
    names = ["", "voice", 'say "ah", twice', "语音", "a;b", "ü\u2028ß", " padded "]
    labels = []
    for _ in range(300):
        start = round(dice.uniform(0, 9000), exact)
        labels.append(
            Label(start, round(start + dice.choice([0, 0.001, 3.25, dice.random()]), exact), dice.choice(names))
        )
    path = tmp_path / f"labels.{ending}"
    write_labels(path, labels, 9500)
    plain = {"ü\u2028ß": "ü ß"} if ending == "txt" else {}
    expected = sorted((each.start, each.end, plain.get(each.name, each.name).strip()) for each in labels)
    assert sorted((start, end, name.strip()) for start, end, name in spans(read_labels(path))) == expected


def test_labels_that_overlap_get_tiers_of_their_own(tmp_path):
    labels = [Label(0, 2, "a"), Label(1, 3, "b"), Label(2, 4, "c"), Label(1, 1, "point")]
    text = labels_as(tmp_path / "x.TextGrid", labels, 5)
    grid = {each.name: each.tier for each in _read(tmp_path, text)}
    assert grid == {"a": "labels", "b": "labels 2", "c": "labels", "point": "points"}
    assert text.count('text = ""') == 3 and "xmax = 5\ntiers?" in text  # behind c; before and behind b


def _read(folder, text, name="x.TextGrid"):
    (folder / name).write_text(text, encoding="utf-8")
    return read_labels(folder / name)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.txt", "0\t1\tx\n2\t1\ty\n", 2),
        ("a.txt", "0\t1\tx\nnine\t10\ty\n", 2),
        ("a.txt", "\\\t100\t200\n", 0),
        ("a.csv", "start,end,label\n0,1,x\n\n1,zwei,y\n", 4),
        ("a.csv", "who,when\nx,1\n", 1),
        ("a.csv", "start,end\nnan,2\n", 2),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:61:00,000 --> 00:62:00,000\ny\n", 6),
        ("a.srt", "1\n00:00:01,000 --> soon\nx\n", 2),
        ("a.TextGrid", LONG.replace("xmax = 1.25", "xmax = later"), 22),
        ("a.TextGrid", LONG.replace('"voice"', '"voice'), 32),
        ("a.TextGrid", LONG[: LONG.index("item [2]")], 30),
        ("a.TextGrid", LONG.replace('"TextGrid"', '"PitchTier"'), 2),
        ("a.TextGrid", "ooBinaryFile\x08TextGrid", 1),
        ("a.txt", "once upon a time", 0),
        ("a.txt", "", None),
    ],
)
def test_damage_is_named_with_its_line(name, text, line, tmp_path):
    if line is None:
        assert _read(tmp_path, text, name) == []
        return
    with pytest.raises(FileError) as refused:
        _read(tmp_path, text, name)
    assert (f"line {line}:" if line else name) in refused.value.sentence and refused.value.hint


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x80\x81\x82", bytes(range(256))])
def test_what_is_not_text_is_refused(data, tmp_path):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(FileError, match="not text"):
        read_labels(tmp_path / "a.txt")


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(FileError, match="no ending of a label file"):
        write_labels(tmp_path / "a.mid", [])
