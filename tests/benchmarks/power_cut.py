"""Pull the plug while a writer works, and look at what the disk has (root, Linux, e2fsprogs, loop devices).

    python tests/benchmarks/power_cut.py --cuts 100 [--mount-options noauto_da_alloc]

A writer lives on an ext4 image mounted through a loop device. At a random moment the image is copied: the copy holds
what the file system had sent to the disk by then and nothing that was only in memory, as after a power cut. It is
mounted, by which the file system repairs itself, and must hold a whole version, not older than the last whose write
had returned. `noauto_da_alloc` switches off ext4's own guard against careless programs. A careless writer, which
replaces the file without a word to the disk, runs beside ours: it has to be caught, or nothing was measured.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from studio.document.card import ModelCard
from studio.document.edits import Move, first_record, record
from studio.document.history import History
from studio.document.journal import Journal, files_of
from studio.document.project import Project, load_project, save_project
from studio.document.recovery import read_work
from studio.errors import FileError
from studio.storage import move_folder_into_place, staging_beside

IMAGE_MB = 32
PROMISED = "whole, newest"


def version(number):
    return Project(
        knobs={"number": float(number)}, card=ModelCard(long_description=f"{number} " * (2000 + number % 900))
    )


def projects(folder):
    """Saves version after version; yields the number of each that is promised."""
    for number in range(1, 1 << 30):
        save_project(version(number), folder / "a.studio")
        yield number


def careless(folder):
    """As many programs do it: a rename, and the disk may take its time."""
    save_project(version(0), folder / "b.studio")
    text = (folder / "b.studio").read_text()
    for number in range(1, 1 << 30):
        (folder / "a.part").write_text(text.replace('"number": 0.0', f'"number": {number}.0'))
        (folder / "a.part").rename(folder / "a.studio")
        yield number


def edits(folder):
    """A journal: edits, now and then begun again."""
    history = History(Project())
    journal = Journal(folder / "a.journal", first_record(history, None))
    for number in range(1, 1 << 30):
        before, move = history.state, Move("do", version(number % 7).model_copy(update={"knobs": {"number": number}}))
        move.apply(history)
        if number % 100 == 0:
            journal.restart(first_record(history, None))
        else:
            journal.append(record(move, before))
        journal.sync()
        yield number


def exports(folder):
    """A folder that takes the place of another."""
    for number in range(1, 1 << 30):
        with staging_beside(folder / "package") as staged:
            (staged / "made").mkdir()
            for name in ("a.studio", "b.studio"):
                (staged / "made" / name).write_text(f'{{"studio": 2, "knobs": {{"number": {number}}}}}')
            move_folder_into_place(staged / "made", folder / "package")
        yield number


def number_of(folder):
    """The version that is there; None where there is none. Raises: FileError where it is torn."""
    if (folder / "package").exists():
        one, two = (load_project(folder / "package" / name).knobs["number"] for name in ("a.studio", "b.studio"))
        if one != two:
            raise FileError("the package is half of one and half of another")
        return int(one)
    if any(each.exists() for each in files_of(folder / "a.journal")):
        return int(read_work(folder / "a.journal").history.state.knobs.get("number", 0))
    return int(load_project(folder / "a.studio").knobs["number"]) if (folder / "a.studio").exists() else None


WRITERS = {"project": projects, "journal": edits, "export": exports, "careless": careless}


def sh(*command):
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def mounted(image, place, options="defaults"):
    sh("mount", "-o", f"loop,{options}", str(image), str(place))
    try:
        yield place
    finally:
        sh("umount", str(place))


def one_cut(writer, top, options, seed):
    """Write until a random moment, cut, and say what is there."""
    image, copy, place = top / "disk.img", top / "cut.img", top / "mnt"
    with image.open("wb") as stream:
        stream.truncate(IMAGE_MB << 20)
    sh("mkfs.ext4", "-q", "-F", str(image))
    with mounted(image, place, options):
        promised = _cut(writer, place, image, copy, random.Random(seed).uniform(0.05, 0.6))
    with mounted(copy, place):
        return _judged(place, promised)


def _cut(writer, place, image, copy, seconds):
    """Copy the image in the middle of the writer's work. Returns: the last promised version."""
    listen, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        for number in writer(place):
            os.write(tell, number.to_bytes(4, "little"))
    time.sleep(seconds)
    os.kill(pid, signal.SIGSTOP)
    os.close(tell)
    os.set_blocking(listen, False)
    try:
        said = os.read(listen, 1 << 20)  # first: what is promised after this need not be on the copy
    except BlockingIOError:
        said = b""
    shutil.copyfile(image, copy)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(listen)
    return int.from_bytes(said[-4:], "little")


def _judged(place, promised):
    try:
        found = number_of(place)
    except (FileError, OSError, LookupError):
        return "torn" if promised else "nothing promised yet"
    if found is None:
        return "missing" if promised else "nothing promised yet"
    return PROMISED if found >= promised else "whole, but older than promised"


def run(names, cuts, options, seed=0):
    """What was found, counted, by writer."""
    with tempfile.TemporaryDirectory(prefix="studio-cut-") as folder:
        (Path(folder) / "mnt").mkdir()
        return {
            name: Counter(one_cut(WRITERS[name], Path(folder), options, seed + cut) for cut in range(cuts))
            for name in names
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mount-options", default="defaults")
    args = parser.parse_args()
    bad = 0
    for name in WRITERS:
        seen = run([name], args.cuts, args.mount_options, args.seed)[name]
        bad += sum(seen.values()) - seen[PROMISED] - seen["nothing promised yet"] if name != "careless" else 0
        print(f"{name:10} {args.cuts} power cuts ({args.mount_options}): {dict(seen)}", flush=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
