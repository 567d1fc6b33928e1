"""Record what is heard while it plays."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from studio.errors import JobError, StudioError, error_from
from studio.link.job import Limits, Report, run_job
from studio.link.tape import OwnTape, Take

LIMITS = Limits(seconds=None, silence=60.0)  # a disk may sleep


@dataclass(frozen=True)
class Recorded:
    """What a recording left.

    Attributes:
        files: with the heard sound, in order; more than one where the sample rate changed.
        dry: beside them, the sound without the model.
        seconds: of sound in `files`.
        missed: seconds that the disk was too slow for; they are silent.
        seams: how often another device or engine interrupted the sound.
        trouble: why it ended before its time.
    """

    files: tuple[Path, ...]
    dry: tuple[Path, ...]
    seconds: float
    missed: float
    seams: int
    trouble: StudioError | None = None


def record(
    tape: OwnTape,
    take: Take,
    target: Path,
    *,
    bits: int = 24,
    dry: bool = False,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> Recorded:
    """Write `take` of the tape to `target` until the tape's `end` is called; to cancel is to end it as well.

    Args:
        tape: where the engine writes.
        take: what `tape.begin` gave.
        target: a WAV file; a number is added where it exists. Its folder is made.
        bits: 24, or 32 for float, which is bit for bit what the card got.
        dry: the sound without the model is written to `target_dry`, too.

    Raises: FileError where nothing can be written there; JobError.
    """

    def told(progress: float | None, step: str) -> None:
        if cancel is not None and cancel.is_set() and tape.take == take.number:
            tape.end()
        if report is not None:
            report(progress, step)

    handle = tape.handle
    asked = {"tape": handle, "number": take.number, "start": take.start}
    request = {**asked, "target": str(target), "bits": bits, "dry": dry}
    try:
        done = run_job("record", request, report=told, limits=LIMITS, inherit=(handle,))
    except JobError as error:
        said = JobError("The recording broke off.", f"What was written until then is in {target}.")
        said.output = error.output
        raise said from error
    finally:
        if tape.take == take.number:
            tape.end()
    files = done["files"]
    return Recorded(
        files=tuple(Path(each["path"]) for each in files),
        dry=tuple(Path(each) for each in done["dry"]),
        seconds=sum(each["frames"] / each["sample_rate"] for each in files),
        missed=done["missed"],
        seams=done["seams"],
        trouble=error_from(done["trouble"]) if done["trouble"] else None,
    )
