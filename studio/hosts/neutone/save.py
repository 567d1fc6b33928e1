"""`save_neutone_model`: from a wrapper in a script of one's own to a verified package, in this process."""

from __future__ import annotations

import os
from pathlib import Path

from studio.audio.files import read_audio
from studio.document.limits import limits_of
from studio.errors import HostError
from studio.hosts.neutone.metadata import Levels
from studio.hosts.neutone.package import MAX_SAMPLES, package, require_model
from studio.hosts.neutone.verify import verify
from studio.hosts.packaging import Packaging, Sound, positions_of, require_card
from studio.hosts.reference import stream_reference
from studio.storage import resources, staging_beside, write_bytes
from studio.wrappers.base import WaveformToWaveformBase, Wrapper, describe
from studio.wrappers.capture import capture
from studio.wrappers.captured import Captured

SECONDS = 2.0  # of the bundled recording that are compared


def save_neutone_model(
    model: Wrapper,
    root_dir: str | os.PathLike[str],
    freeze: bool = False,  # noqa: ARG001 - this and what follows the SDK's scripts may pass
    optimize: bool = False,  # noqa: ARG001
    dump_samples: bool = True,
    submission: bool = False,
    max_n_samples: int = MAX_SAMPLES,
    test_offline_mode: bool = True,  # noqa: ARG001
    speed_benchmark: bool = True,  # noqa: ARG001
) -> None:
    """Write `model.nm`, `metadata.json` and, with `dump_samples`, `samples/` into `root_dir`, all verified.

    Args:
        model: an instance of a wrapper class.
        root_dir: the folder; made where it does not exist, other files in it stay.
        freeze: taken for the SDK's sake; the model is always captured in the form that most hosts load.
        optimize: likewise.
        dump_samples: put examples made from the bundled recording into the package.
        submission: refuse a card with empty fields, as the model list does.
        max_n_samples: how many examples at most.
        test_offline_mode: taken for the SDK's sake; always done.
        speed_benchmark: taken for the SDK's sake; `studio bench` measures.

    Raises: CardError, CompileError, ModelError, or HostError with the checks that failed.
    """
    call, card = describe(model)
    require_model(call)
    require_card(card, "neutone", complete=submission)
    captured, _ = capture(model, call, card)
    positions = tuple(positions_of(captured))
    sounds = sorted((resources() / "audio").glob("*.flac"))
    samples = tuple(_example(captured, path, positions) for path in sounds[:max_n_samples]) if dump_samples else ()
    audio, rate = read_audio(sounds[0])
    reference = stream_reference(
        captured, audio[:, : int(SECONDS * rate)], rate, limits_of("neutone").block_size, positions
    )
    with staging_beside(Path(root_dir)) as staging:
        work = Packaging(staging, card, positions, samples)
        paths = package(captured, work, _levels(model), complete=submission)
        failed = [check for check in verify(paths[0], reference) if check.verdict == "fail"]
        if failed:
            said = "; ".join(f"{check.title}: {check.value}" for check in failed)
            raise HostError(f"The package was not accepted: {said}.", failed[0].advice, about="neutone")
        for path in paths:
            name = "model.nm" if path == paths[0] else path.relative_to(staging)
            write_bytes(Path(root_dir) / name, path.read_bytes())


def _example(captured: Captured, path: Path, positions: tuple[float, ...]) -> tuple[Sound, Sound, int]:
    audio, rate = read_audio(path)
    made = stream_reference(captured, audio, rate, limits_of("neutone").block_size, positions)
    return audio, made.expected, rate


def _levels(model: Wrapper) -> Levels:
    if not isinstance(model, WaveformToWaveformBase):
        return Levels()
    return Levels(
        model.get_wet_default_value(),
        model.get_dry_default_value(),
        model.get_input_gain_default_value(),
        model.get_output_gain_default_value(),
    )
