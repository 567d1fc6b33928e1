"""A process that locks itself in as an engine does, tries what it can, and prints what it could do."""

import ctypes
import grp
import json
import os
import socket
import sys
import threading
from pathlib import Path

from studio.link.lock.lock import LockError
from studio.link.lock.player import lock_player

folder, options = Path(sys.argv[1]), sys.argv[2:]
SHARED = Path("/dev/shm")
libc = ctypes.CDLL(None, use_errno=True)
shared = SHARED / f"studio-trial-{os.getpid()}"


def new_thread():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def local_socket():
    path = shared.with_suffix(".socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as made:
        made.bind(str(path))
    path.unlink()


def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def peer_memory():
    libc.process_vm_readv.argtypes = [ctypes.c_int, *[ctypes.c_void_p, ctypes.c_ulong] * 2, ctypes.c_ulong]
    if libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def made(path):
    path.write_text("x")
    path.unlink()


TRIALS = {
    "a local socket": local_socket,
    "a new thread": new_thread,
    "a nice value": lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5),
    "shared memory": lambda: shared.open("r+b").close(),
    "names of groups": lambda: grp.getgrgid(0),
    "its folder": lambda: (folder / "given" / "file").read_text(),
    "its own process id": lambda: os.kill(os.getpid(), 0),
    "extra": lambda: made(folder / "extra" / "new"),
    "the internet": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
    "a datagram": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close(),
    "a program": lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0),
    "a fork": fork,
    "a signal to the parent": lambda: os.kill(os.getppid(), 0),
    "the memory of the parent": peer_memory,
    "a file of the user": lambda: (folder / "private" / "file").read_text(),
    "the user's folder": lambda: list((folder / "private").iterdir()),
    "a new file": lambda: made(folder / "new"),
    "a new file in shared memory": lambda: made(shared.with_suffix(".new")),
    "writing its folder": lambda: (folder / "given" / "file").write_text("other words"),
    "a change of mode": lambda: (folder / "private" / "file").chmod(0o644),
    "a link out of its folder": lambda: (folder / "given" / "link").read_text(),
}

shared.write_bytes(bytes(64))
if "late" in options:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
could = []
try:
    if "locked" in options:
        lock_player([folder / "given"])
    for name, trial in TRIALS.items():
        try:
            trial()
        except (OSError, KeyError):
            continue
        could.append(name)
except LockError as error:
    could.append(type(error).__name__)
print(json.dumps(could), flush=True)
shared.unlink()
os._exit(0)
