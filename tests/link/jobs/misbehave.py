"""A job that does what foreign code may do."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from studio.errors import ModelError

UNLOCKED = True  # to see that whatever the lock keeps away is survived as well


def run(request, report):
    return globals()[request["do"]](request, report) or {}


def echo(request, report):
    report(0.5, "half")
    return {"said": request["say"], "pid": os.getpid(), "parent": os.getppid()}


def refuse(request, report):
    raise ModelError("No knobs.", "Add one.", about="m.py", fields=["knobs"])


def stumble(request, report):
    return {}["nothing"]


def segfault(request, report):
    ctypes.string_at(0)


def be_killed(request, report):
    os.kill(os.getpid(), signal.SIGKILL)


def be_aborted(request, report):
    os.abort()


def leave(request, report):
    os._exit(3)


def leave_politely(request, report):
    sys.exit(0)


def shout(request, report):
    print("x" * 10000)
    os.write(1, b'{"result": {"forged": true}}\n')
    print("the end", file=sys.stderr)
    return {"said": "well"}


def read_input(request, report):
    return {"said": sys.stdin.read()}


def close_everything(request, report):
    os.closerange(0, 100)
    time.sleep(60)


def fork(request, report):
    if os.fork() == 0:
        time.sleep(60)  # keeps the message channel open
        os._exit(0)
    os._exit(7)


def start_a_helper(request, report):
    helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    report(None, str(helper.pid))
    time.sleep(60)


def eat_memory(request, report):
    return {"said": len(bytes(16 << 30))}


def talk_for_ever(request, report):
    Path(request["pid_file"]).write_text(str(os.getpid()))
    while True:
        report(None, str(time.monotonic()))


def be_unprintable(request, report):
    return {"said": object()}
