"""Numbers and commands cross a process border unharmed."""

import os
import subprocess
import sys

import pytest

from studio.link.shared import KNOBS, Command, Op, State, create_board, read, unpacked

OTHER_SIDE = """
import sys
from studio.link.handles import take
from studio.link.shared import open_board
board = open_board(take(int(sys.argv[1])))
board.position, board.load, board.state = int(board.knobs[63] * 1000), board.gain_db, 4
board.peaks[:] = [0.1, 0.2, 0.3, 0.4]
"""


def test_what_one_process_writes_the_other_reads():
    file, board = create_board()
    with file:
        board.knobs[KNOBS - 1], board.gain_db = 0.75, -6.5
        subprocess.run([sys.executable, "-c", OTHER_SIDE, str(file.fileno())], pass_fds=(file.fileno(),), check=True)
    status = read(board)
    assert (status.position, status.load, status.state) == (750, -6.5, State.OVERLOAD)
    assert status.peaks == (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize("op", list(Op))
def test_commands_survive_a_pipe_in_order(op):
    sent = [Command(op, 1 << 50, -2.5), Command(Op.SEEK, 7.0), Command(Op.BYPASS)]
    incoming, outgoing = os.pipe()
    try:
        os.write(outgoing, b"".join(each.packed() for each in sent))
        assert list(unpacked(os.read(incoming, 4096))) == sent
    finally:
        os.close(incoming)
        os.close(outgoing)
