"""How a plain package has to sound: the captured wrapper called once with the whole sound."""

from __future__ import annotations

from studio.hosts.audacity.reference import reference

__all__ = ["reference"]
