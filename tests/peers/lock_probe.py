"""Try to do harm from inside the lock, and say what got through.

    python lock_probe.py [--user 65534] [--without]

`--user` tries it as somebody else (root only), `--without` with no lock, to see that every attempt would work. Every
attempt is harmless: files in a temporary folder, a listener on loopback, a process of our own.
"""

import argparse
import contextlib
import ctypes
import encodings.idna  # noqa: F401 - wanted by a connection, and not to be had later
import json
import mmap
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

OWN = ["write own folder", "own threads"]
NOBODY = 65534


def attempts(folder, outside, port, victim):
    """Each entry returns normally where the harm was possible."""
    libc = ctypes.CDLL(None, use_errno=True)

    def done(value):
        if value < 0:
            raise OSError(ctypes.get_errno(), "refused")

    def own():
        (folder / "below").mkdir(exist_ok=True)
        (folder / "below" / "a").write_text("x")
        (folder / "below" / "a").rename(folder / "b")
        (folder / "b").unlink()

    def thread():
        one = threading.Thread(target=lambda: None)
        one.start()
        one.join()

    def link_out():
        (folder / "link").symlink_to(outside / "secret.txt")

    def udp():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", ("127.0.0.1", port))

    def local(address):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(address)

    def fork():
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)

    def grow():
        held = [mmap.mmap(-1, 1 << 30) for _ in range(24)]
        for each in held:
            each.close()

    def large():
        with (folder / "large").open("wb") as file:
            file.truncate(1 << 34)
        (folder / "large").unlink()

    def compute():
        if resource.getrlimit(resource.RLIMIT_CPU)[1] != resource.RLIM_INFINITY:
            raise OSError("limited")

    secret, marker = outside / "secret.txt", outside / "marker.txt"
    return {
        "write own folder": own,
        "own threads": thread,
        "read a foreign file": secret.read_text,
        "read it by way of /proc": lambda: Path(f"/proc/self/root{secret}").read_text(),
        "write a foreign file": lambda: marker.write_text("x"),
        "append to a foreign file": lambda: secret.open("a").close(),
        "cut a foreign file": lambda: os.truncate(outside / "cut.txt", 0),
        "delete a foreign file": (outside / "victim.txt").unlink,
        "move a foreign file in": lambda: (outside / "moved.txt").rename(folder / "moved.txt"),
        "link a foreign file in": lambda: os.link(secret, folder / "linked.txt"),
        "lay a link that leads out": link_out,
        "change a foreign mode": lambda: (outside / "mode.txt").chmod(0o600),
        "change a foreign time": lambda: os.utime(outside / "mode.txt", (1, 1)),
        "mark a foreign file": lambda: os.setxattr(outside / "mode.txt", "user.x", b"1"),
        "list the home": lambda: os.listdir(outside),
        "make a pipe file": lambda: os.mkfifo(folder / "pipe"),
        "connect by TCP": lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
        "send by UDP": udp,
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "connect to a local socket": lambda: local(str(outside / "bus")),
        "connect to a nameless socket": lambda: local(f"\0lock-probe-{port}"),
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "fork": fork,
        "signal a process": lambda: os.kill(victim, 0),
        "signal its group": lambda: os.kill(0, 0),
        "trace a process": lambda: done(libc.ptrace(0x4206, victim, 0, 0)),
        "read a process' memory": lambda: Path(f"/proc/{victim}/maps").read_text(),
        "share memory": lambda: done(libc.shmget(0, 4096, 0o1600)),
        "leave its session": os.setsid,
        "outlive its parent": lambda: done(libc.prctl(1, 0, 0, 0, 0)),
        "become urgent": lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)),
        "raise its limits": lambda: done(libc.prlimit(victim, 7, None, None)),
        "take 24 GB": grow,
        "write 16 GB": large,
        "compute for ever": compute,
    }


def child(spec):
    """Lock in, try everything, print what was possible."""
    folder, outside = Path(spec["folder"]), Path(spec["outside"])
    sys.path.insert(0, spec["studio"])
    from studio.link.lock import limits, lock, places

    places.readable()  # what Python reads of itself for this, somebody else may not be allowed to
    if spec["user"]:
        os.setgroups([])
        os.setgid(spec["user"])
        os.setuid(spec["user"])
    os.chdir(folder)
    started, layers = time.perf_counter(), ()
    if spec["locked"]:
        limits.limit_memory(8 << 30)
        layers = lock.lock_down([], [folder], processor_seconds=60, file_bytes=1 << 30)
    milliseconds = 1000 * (time.perf_counter() - started)
    possible = []
    for name, attempt in attempts(folder, outside, spec["port"], spec["victim"]).items():
        with contextlib.suppress(Exception):
            attempt()
            possible.append(name)
    print(json.dumps({"layers": layers, "ms": round(milliseconds, 2), "possible": possible, "user": os.getuid()}))


def probe(user=0, *, locked=True, around=None):
    """What got through, as {"layers", "ms", "possible", "user"}, and in "kept" whether the foreign files are as before.

    `around` makes another command line of one, for a program that is put around the process: it gets the folder too.
    """
    with tempfile.TemporaryDirectory() as top, socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as stack:
        folder, outside = Path(top) / "job", Path(top) / "outside"
        port = listener.getsockname()[1]
        outside.mkdir()
        folder.mkdir()
        for name in ("secret", "victim", "cut", "moved", "mode"):
            (outside / f"{name}.txt").write_text("kept")
        for address in (str(outside / "bus"), f"\0lock-probe-{port}"):
            bus = stack.enter_context(socket.socket(socket.AF_UNIX))
            bus.bind(address)
            bus.listen()
        if user:
            for each in (Path(top), folder, outside, *outside.iterdir()):
                os.chown(each, user, user)
        victim = subprocess.Popen(["/bin/sleep", "60"], **({"user": user, "group": user} if user else {}))
        try:
            spec = {"folder": str(folder), "outside": str(outside), "port": port, "victim": victim.pid, "user": user,
                    "locked": locked, "studio": str(Path(__file__).resolve().parents[2])}
            words = [sys.executable, "-B", "-P", str(Path(__file__).resolve()), "--child", json.dumps(spec)]
            words = around(words, folder) if around else words
            done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        finally:
            victim.kill()
            victim.wait()
        if not done.stdout.strip():
            raise RuntimeError(f"exit {done.returncode}: {done.stderr[-500:]}")
        found = json.loads(done.stdout.splitlines()[-1])
        kept = [each.name for each in outside.glob("*.txt") if each.read_text() == "kept"]
        return {**found, "kept": len(kept) == 5 and not (outside / "marker.txt").exists()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--user", type=int, default=0)
    parser.add_argument("--without", action="store_true")
    parser.add_argument("--child")
    args = parser.parse_args()
    if args.child:
        return child(json.loads(args.child))
    found = probe(args.user, locked=not args.without)
    print(f"user {found['user']}: lock {found['ms']} ms, {' + '.join(found['layers']) or 'no lock'}; possible: {', '.join(found['possible'])}")
    return None


if __name__ == "__main__":
    main()
