"""What is said of priority is what the scheduler says, for root and for anybody else."""

import os
import subprocess
import sys

import pytest

from studio.engine.priority import standing
from studio.link.precedence import describe
from studio.link.shared import Priority

ASK = """
import grp, os, resource, sys, threading
from studio.engine.priority import raise_priority, standing
if sys.argv[1] == "nobody" and os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
before = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
def ask():
    granted = raise_priority()
    policy = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
    nice = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    print(int(granted), policy in (os.SCHED_FIFO, os.SCHED_RR), nice)
thread = threading.Thread(target=ask); thread.start(); thread.join()
assert before == (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)), "other threads are as they were"
"""


@pytest.mark.parametrize("who", ["nobody", "oneself"])
def test_what_was_granted_is_what_the_scheduler_says(who):
    done = subprocess.run([sys.executable, "-c", ASK, who], capture_output=True, text=True, check=True, env=os.environ)
    granted, real_time, nice = done.stdout.split()
    expected = Priority.REAL_TIME if real_time == "True" else Priority.RAISED if int(nice) <= -11 else Priority.ORDINARY
    assert Priority(int(granted)) == expected


@pytest.mark.parametrize("priority", Priority)
def test_each_has_a_sentence_and_those_that_can_be_mended_a_hint(priority):
    sentence, hint = describe(priority)
    assert sentence.endswith(".")
    assert bool(hint) == (priority in (Priority.ORDINARY, Priority.RAISED))


def test_the_standing_is_what_the_shell_says():
    said = subprocess.run(["bash", "-c", "ulimit -r"], capture_output=True, text=True, check=True).stdout.strip()
    assert standing().startswith(f"ulimit -r is {said},")
