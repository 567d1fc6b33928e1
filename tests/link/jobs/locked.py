"""A job that is locked in, and does what foreign code may try."""

import os
import resource
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import numpy as np

from studio.errors import ModelError
from studio.storage import write_text


def run(request, report):
    return globals()[request["do"]](request) or {}


def read(request):
    return {"said": Path(request["path"]).read_text()}


def write(request):
    Path(request["path"]).write_text("x")


def write_wrapped(request):
    try:
        write(request)
    except OSError as error:
        raise ModelError("It failed.") from error


def save(request):
    write_text(Path(request["path"]), "whole")


def connect(request):
    socket.create_connection(("127.0.0.1", 9))


def start(request):
    subprocess.run(["true"], check=True)


def fork(request):
    os.fork()


def shoot(request):
    os.kill(os.getppid(), signal.SIGKILL)


def look_around(request):
    made = np.linalg.svd(np.random.default_rng(0).normal(size=(64, 64)))[1]
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
    threading.Thread(target=int).start()
    import sqlite3  # imported for the first time, from a shared library

    home, below = os.environ["HOME"], tempfile.gettempdir()
    tokens = [name for name in os.environ if "TOKEN" in name or "SECRET" in name]
    return {
        "home": home,
        "temporary": below,
        "tokens": tokens,
        "sum": float(made.sum()),
        "sqlite": sqlite3.sqlite_version,
    }


def compute_for_ever(request):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 3))
    while True:
        pass


def write_a_lot(request):
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python sets it aside
    with Path(tempfile.gettempdir(), "large").open("wb") as file:
        file.truncate(1 << 40)


def forbidden_call(request):
    os.kill(os.getpid(), signal.SIGSYS)
