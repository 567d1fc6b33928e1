"""How a Neutone package has to sound."""

from __future__ import annotations

from studio.document.limits import limits_of
from studio.hosts.packaging import Sound, positions_of
from studio.hosts.reference import Reference, stream_reference
from studio.wrappers.captured import Captured


def reference(captured: Captured, audio: Sound, sample_rate: int, positions: tuple[float, ...] = ()) -> Reference:
    """The captured wrapper in a plugin at `sample_rate`, `[channels, frames]` in."""
    block = limits_of("neutone").block_size
    return stream_reference(captured, audio, sample_rate, block, tuple(positions_of(captured, positions)))
