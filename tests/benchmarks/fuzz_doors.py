"""What the window calls when a file is dropped, on one damaged file after another, in one process in its stead."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz_seeds import NOTE
from mutations import PLAIN, Damaged, json_lie, source_lie
from sound_mutations import damage_sound
from zip_mutations import damage_zip, members_of

from studio.audio.files import probe_audio
from studio.audio.peaks import build_peaks
from studio.audio.raw import decode
from studio.document.kinds import recognise
from studio.document.opened import ModelSource
from studio.document.trust import Trust, content_digest
from studio.errors import ConsentNeeded, StudioError, error_from
from studio.flows import opening
from studio.link.child import LOCK
from studio.link.ending import ended, timed_out
from studio.link.job import Access, Limits
from studio.link.lock.strength import strength
from studio.storage import scratch_folder

HERE = Path(__file__).parent
SECONDS = 60.0  # of one file's job
PROCESSOR_SECONDS = 30
FILE_BYTES = 64 << 20


@dataclass(frozen=True)
class End:
    """How one file ended.

    Attributes:
        end: opened, looked at, sentence, sentence of the job, job ended, or FAULT.
        said: the sentence.
        peak_mb: largest memory of its job.
    """

    end: str
    said: str = ""
    peak_mb: int = 0


class Forge:
    """The line to the parent of all jobs; `run_job` stands in for `studio.link.job.run_job`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "fuzz_forge.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.last: dict[str, Any] = {}

    def run_job(
        self, name: str, request: dict[str, Any], *, access: Access, limits: Limits, **_: Any
    ) -> dict[str, Any]:
        assert name == "probe"
        with scratch_folder("job") as home:
            use = {"processor_seconds": PROCESSOR_SECONDS, "file_bytes": FILE_BYTES}
            locked = {**request, LOCK: {**access.at_home(home).to_json(), **use}}
            return self._ask({"request": locked, "seconds": SECONDS})

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        self.last = said = json.loads(self._process.stdout.readline())
        if "error" in said:  # told by a child that had locked itself in
            raise _Told(error_from(said["error"]), said["error"]["code"], said.get("traceback", ""))
        if "died" in said or "late" in said:
            raise _Ended(ended(said["died"]) if "died" in said else timed_out(said["late"]))
        raise _Opened

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


class _Opened(Exception):
    """The job came to its end; what the flow makes of its answer is no matter of the file."""


class _Ended(Exception):
    """The job did not."""


class _Told(Exception):
    """The job told an error: the error, its code, where it was."""


def damage(what: str, seed: int, case: int, seeds: Path) -> tuple[Path, Path, bytes, Damaged]:
    """What is done in one case: the seed's folder, the file in it, its honest bytes, and the damaged ones."""
    rng = random.Random(f"{seed} {what} {case}")
    folder = rng.choice(sorted(each for each in seeds.iterdir() if (each / NOTE).is_file()))
    name = json.loads((folder / NOTE).read_text())["damage"]
    data = (folder / name).read_bytes()
    if what == "audio":
        damaged = damage_sound(data, rng)
    elif data.startswith(b"PK"):
        damaged = damage_zip(data, rng)
    elif name.endswith(".py"):
        damaged = source_lie(data, rng) if rng.random() < 0.7 else rng.choice(PLAIN)(data, rng)
    elif data[:1] == b"{":
        damaged = json_lie(data, rng) if rng.random() < 0.7 else rng.choice(PLAIN)(data, rng)
    elif name.endswith(".safetensors") and rng.random() < 0.6:
        damaged = _tensor_header(data, rng)
    else:
        damaged = rng.choice(PLAIN)(data, rng)
    return folder, Path(name), data, damaged


def _tensor_header(data: bytes, rng: random.Random) -> Damaged:
    length = int.from_bytes(data[:8], "little")
    text, said = json_lie(data[8 : 8 + length], rng)
    return len(text).to_bytes(8, "little") + text + data[8 + length :], f"header: {said}"


class Window:
    """Doors of the window, and how each file went through them.

    Args:
        work: an empty folder.
        forge: where jobs run; None for sounds, which need none.
    """

    def __init__(self, work: Path, forge: Forge | None) -> None:
        self._work, self._forge = work, forge
        self._count = 0
        if forge is not None:
            opening.run_job = forge.run_job  # the flow is the app's own, its jobs are forked

    def try_case(self, what: str, seed: int, case: int, seeds: Path) -> dict[str, Any]:
        folder, name, honest, (data, said) = damage(what, seed, case, seeds)
        with self._laid_out(folder, name, data) as path:
            begun = time.monotonic()
            end = self._end(what, path)
            took = time.monotonic() - begun
        row = {
            "what": what, "seed": seed, "case": case, "file": folder.name, "damage": said, "end": end.end,
            "said": end.said[:300], "seconds": round(took, 3), "job_mb": end.peak_mb, "wall": strength().name,
            "window_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        }  # fmt: skip
        if honest.startswith(b"PK") and said.startswith("flipped") and len(data) == len(honest):
            row["flip"] = "reported" if end.end.startswith("sentence") else _unreported(honest, data)
        return row

    @contextlib.contextmanager
    def _laid_out(self, folder: Path, name: Path, data: bytes) -> Iterator[Path]:
        self._count += 1
        place = self._work / f"case-{self._count}"
        shutil.copytree(folder, place)
        (place / name).write_bytes(data)
        try:
            yield place / json.loads((folder / NOTE).read_text())["open"]
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _end(self, what: str, path: Path) -> End:
        try:
            return self._sound(path) if what == "audio" else self._model(path)
        except _Opened:
            return self._of_job("opened", "")
        except _Ended as error:
            return self._of_job("job ended", error.args[0].sentence)
        except _Told as error:
            told, code, trace = error.args
            return self._of_job("FAULT" if code == "fault" or not told.sentence else "sentence of the job",
                                told.sentence + (f" | {trace[-600:]}" if code == "fault" else ""))  # fmt: skip
        except StudioError as error:
            return End("sentence" if _is_sentence(error) else "FAULT", error.sentence)
        except Exception as error:  # that is what is looked for
            at = error.__traceback__
            while at is not None and at.tb_next is not None:
                at = at.tb_next
            where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
            return End("FAULT", f"{type(error).__name__} at {where}: {error}")

    def _of_job(self, end: str, said: str) -> End:
        assert self._forge is not None
        return End(end, said, self._forge.last.get("peak_mb", 0))

    def _sound(self, path: Path) -> End:
        kind = recognise(path)
        if kind.name != "audio":
            return End("looked at", kind.title)
        probe_audio(path)
        raw = decode(path, 48000, path.parent)
        build_peaks(raw)
        return End("opened", raw.note)

    def _model(self, path: Path) -> End:
        kind = recognise(path)
        if kind.name == "project":
            source, _ = opening.from_project(ModelSource(path=str(path)))
            recognise(Path(source.path))
            return End("opened", "as a project")
        if not kind.is_model:
            return End("looked at", kind.title)
        self._opened_as_asked(path)
        return End("looked at", "only asked about")

    def _opened_as_asked(self, path: Path) -> None:
        """Open it; say yes to each question, as a user would, but to none about a program."""
        trust = Trust(folder=self._work / f"state-{self._count // 100}")  # what was found whole adds up there
        for _ in range(3):
            try:
                opening.open_model(ModelSource(path=str(path)), path.parent, trust=trust)
            except ConsentNeeded as error:
                assert _is_sentence(error), "a question without words"
                about = path if path.name == error.about else path.parent / error.about
                kind = recognise(about).name
                if kind == "python" and about == path:
                    return
                trust.remember(content_digest(about), about.name, about, kind)


def _is_sentence(error: StudioError) -> bool:
    return bool(error.sentence.strip()) and "Traceback" not in error.sentence and error.code != "fault"


def _unreported(honest: bytes, data: bytes) -> str:
    """Whether bits that nobody reported mean nothing: every member has its name and its bytes."""
    before, after = members_of(honest), members_of(data)
    same = [each[:2] for each in before] == [each[:2] for each in after]
    return "harmless" if same else "SILENT"


def main(what: str, seed: int, seeds: Path, work: Path, cases: Path, results: Path) -> None:
    """Go through the cases named in a file, one a line; what is being tried stands in `cases` + .now."""
    os.environ["STUDIO_STATE_DIR"] = os.environ["STUDIO_CONFIG_DIR"] = str(work / "own")
    forge = Forge() if what == "models" else None
    window = Window(work, forge)
    now = cases.with_suffix(".now")
    with results.open("a", encoding="utf-8") as stream:
        for case in map(int, cases.read_text().split()):
            now.write_text(str(case))
            stream.write(json.dumps(window.try_case(what, seed, case, seeds)) + "\n")
            stream.flush()
    now.unlink(missing_ok=True)
    if forge is not None:
        forge.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(Path, sys.argv[3:7]))
