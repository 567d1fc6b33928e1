"""The log: whole records from several processes at once, never more than three files, no token, nothing that poses."""

import logging
import subprocess
import sys

import pytest

from studio.diagnostics import log as logs

WRITER = """
import logging, sys
from studio.diagnostics.log import LogHandler, log_file
handler = LogHandler(log_file(), sys.argv[1], behind=sys.argv[1] == "window")
logger = logging.getLogger("studio.test"); logger.addHandler(handler); logger.setLevel(logging.INFO)
for number in range(int(sys.argv[2])):
    logger.info("%s-%d %s", sys.argv[1], number, "x" * int(sys.argv[3]))
handler.close()
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def logger():
    """A logger that writes to the log, as a command has it."""
    handler, made = logs.LogHandler(logs.log_file(), "command", behind=False), logging.getLogger("studio.test")
    made.addHandler(handler)
    made.setLevel(logging.INFO)
    yield made
    made.removeHandler(handler)
    handler.close()


def write(kind, count, size):
    return subprocess.Popen([sys.executable, "-c", WRITER, kind, str(count), str(size)])


def test_two_processes_write_at_once_and_every_record_is_whole():
    writers = [write("window", 300, 200), write("command", 300, 200)]
    assert [each.wait() for each in writers] == [0, 0]
    lines = logs.log_file().read_text().splitlines()
    said = [line.split(": ")[1].split(" ")[0] for line in lines]
    for kind in ("window", "command"):  # nothing lost, nothing torn, each in its order
        assert [each for each in said if each.startswith(kind)] == [f"{kind}-{number}" for number in range(300)]
    assert all(line.endswith("x" * 200) for line in lines)


def test_it_never_takes_more_than_three_files_of_a_megabyte():
    writers = [write("window", 350, 9000), write("command", 350, 9000)]
    assert [each.wait() for each in writers] == [0, 0]
    files = sorted(each for each in logs.log_folder().iterdir() if each.suffix != ".lock")
    assert [each.name for each in files] == ["studio.log", "studio.log.1", "studio.log.2"]
    assert sum(each.stat().st_size for each in files) <= 1.2 * logs.MOST_BYTES * logs.FILES
    youngest = max(each.read_text().splitlines()[-1] for each in files if each.stat().st_size)
    assert "-349 " in youngest and logs.last_lines(1)[0][-5:] == "xxxxx"


def test_the_end_goes_on_in_the_file_before(logger):
    logs.log_folder().mkdir(parents=True)
    (logs.log_folder() / "studio.log.1").write_text("a\nb\n")
    logs.log_file().write_text("c\n")
    assert logs.last_lines(2) == ["b", "c"] and logs.last_lines(9) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "said",
    [
        "two\n2026-11-21 21:00:00,000 window 1 ERROR studio: forged",
        "\x1b[31mred",
        "\N{RIGHT-TO-LEFT OVERRIDE}x",
        pytest.param("\udcff", id="no letter"),
    ],
)
def test_no_name_can_pose_as_a_record_or_colour_a_terminal(logger, said):
    record = logger.makeRecord("studio.test", logging.INFO, "test_log.py", 1, "Opened %s", (said,), None)
    logger.handlers[0].handle(record)  # not through the logger: pytest would keep it, and cannot pass every letter on
    lines = logs.log_file().read_text().splitlines()
    assert all(line.startswith(" ") for line in lines[1:])
    assert all(letter.isprintable() for line in lines for letter in line)


def test_tokens_are_never_written(logger, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "mysecretword")
    logger.warning("Refused: Bearer abcdefghijkl, hf_AbCdEfGhIjKlMn, https://ada:geheim@host/x, mysecretword")
    text = logs.log_file().read_text()
    assert text.count("<token>") == 4
    assert not any(each in text for each in ("abcdefghijkl", "AbCdEf", "geheim", "mysecretword"))


def test_a_disk_that_takes_nothing_is_no_trouble(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    logs.append(tmp_path / "file" / "log" / "studio.log", "lost")
    assert logs.last_lines(5) == [] and capsys.readouterr().err == ""
