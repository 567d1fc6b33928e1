"""`save_neutone_model`: from a wrapper in a script of one's own to a verified package, in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np

from studio.audio.files import read_audio
from studio.document.limits import limits_of
from studio.errors import HostError
from studio.hosts import neutone, neutone_gen
from studio.hosts.neutone.package import MAX_SAMPLES, require_model
from studio.hosts.neutone.pairs import AudioSamplePair
from studio.hosts.packaging import Packaging, Sound, positions_of, require_card
from studio.hosts.reference import stream_reference
from studio.loading.opening import is_held_back
from studio.storage import resources, staging_beside, write_bytes
from studio.wrappers.base import Wrapper, describe
from studio.wrappers.capture import capture
from studio.wrappers.captured import Captured
from studio.wrappers.generative import NonRealtimeBase, describe_generative
from studio.wrappers.neutone_model import NeutoneModel

SECONDS = 2.0  # of the bundled recording that are compared


def save_neutone_model(
    model: Wrapper,
    root_dir: str | os.PathLike[str],
    dump_samples: bool = True,
    submission: bool = False,
    audio_sample_pairs: Sequence[AudioSamplePair] | None = None,
    max_n_samples: int = MAX_SAMPLES,
    freeze: bool = False,  # noqa: ARG001 - this and what follows the SDK's scripts may pass
    optimize: bool = False,  # noqa: ARG001
    speed_benchmark: bool = True,  # noqa: ARG001
    test_offline_mode: bool = True,  # noqa: ARG001
) -> None:
    """Write `model.nm`, `metadata.json` and, with `dump_samples`, `samples/` into `root_dir`, all verified.

    Called by a file that is being opened it does nothing.

    Args:
        model: an instance of a wrapper class, for Neutone FX, or of a `NonRealtimeBase`, for Neutone Gen.
        root_dir: the folder; made where it does not exist, other files in it stay.
        dump_samples: put examples made from the bundled recording into the package.
        submission: refuse a card with empty fields, as the model list does.
        audio_sample_pairs: examples to ship instead of those made from the bundled recording.
        max_n_samples: how many examples at most.
        freeze: taken for the SDK's sake; the model is always captured in the form that most hosts load.
        optimize: likewise.
        speed_benchmark: taken for the SDK's sake; `studio bench` measures.
        test_offline_mode: taken for the SDK's sake; always done.

    Raises: CardError, CompileError, ModelError, or HostError with the checks that failed.
    """
    if is_held_back("save_neutone_model"):
        return
    host = neutone_gen if isinstance(model, NonRealtimeBase) else neutone
    if isinstance(model, NeutoneModel):
        model.prepare_for_inference()
    call, card = describe_generative(model) if isinstance(model, NonRealtimeBase) else describe(model)
    name = host.__name__.rpartition(".")[2]
    if host is neutone:
        require_model(call)
    require_card(card, name, complete=submission)
    captured, _ = capture(model, call, card)
    positions = tuple(positions_of(captured))
    examples: Iterator[tuple[Sound, Sound, int]] = iter(())
    if host is neutone and dump_samples:
        examples = _given(audio_sample_pairs) if audio_sample_pairs is not None else _made(captured, positions)
    with staging_beside(Path(root_dir)) as staging:
        work = Packaging(staging, card, positions, tuple(islice(examples, max_n_samples)))
        paths = host.package(captured, work, complete=submission)
        _verified(host, name, captured, positions, paths[0])
        for path in paths:
            target = "model.nm" if path == paths[0] else path.relative_to(staging)
            write_bytes(Path(root_dir) / target, path.read_bytes())


def _verified(host: ModuleType, name: str, captured: Captured, positions: tuple[float, ...], path: Path) -> None:
    """Raise HostError unless the written package sounds as the model does."""
    audio, rate = read_audio(next(_recordings()))
    if captured.call.sample_rates and rate not in captured.call.sample_rates and host is neutone_gen:
        rate = captured.call.sample_rates[0]
    sound = np.repeat(audio[:1], max(1, captured.call.channels_in), axis=0) if host is neutone_gen else audio
    reference = host.reference(captured, sound[:, : int(SECONDS * rate)], rate, positions)
    failed = [check for check in host.verify(path, reference) if check.verdict == "fail"]
    if failed:
        said = "; ".join(f"{check.title}: {check.value}" for check in failed)
        raise HostError(f"The package was not accepted: {said}.", failed[0].advice, about=name)


def _recordings() -> Iterator[Path]:
    return iter(sorted((resources() / "audio").glob("*.flac")))


def _made(captured: Captured, positions: tuple[float, ...]) -> Iterator[tuple[Sound, Sound, int]]:
    for path in _recordings():
        audio, rate = read_audio(path)
        made = stream_reference(captured, audio, rate, limits_of("neutone").block_size, positions)
        yield audio, made.expected, rate


def _given(pairs: Sequence[AudioSamplePair]) -> Iterator[tuple[Sound, Sound, int]]:
    for pair in pairs:
        if pair.input.sr != pair.output.sr:
            raise HostError("An example's two sounds have different rates.", "Give both at one rate.", about="neutone")
        yield np.asarray(pair.input.audio, np.float32), np.asarray(pair.output.audio, np.float32), pair.input.sr
