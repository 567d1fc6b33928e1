"""Neural Amp Modeler: the model's weights as JSON, for networks of its shapes."""

from __future__ import annotations

from pathlib import Path

from studio.document.check import Check
from studio.errors import HostError
from studio.hosts.amp.host import package_as, reference, verify_as
from studio.hosts.packaging import Packaging
from studio.hosts.reference import Reference
from studio.wrappers.captured import Captured

__all__ = ["package", "read", "reference", "verify"]


def package(captured: Captured, work: Packaging) -> list[Path]:
    """Write NAME.nam. Raises: CardError, HostError for a network of another shape."""
    return package_as("nam", captured, work)


def verify(path: Path, reference: Reference) -> list[Check]:
    """Verify NAME.nam; meant for a fresh process."""
    return verify_as("nam", path, reference)


def read(path: Path) -> Captured:
    """Raises: HostError always: such a file is opened as a model, not as a package."""
    raise HostError(f"{path.name} holds weights of Neural Amp Modeler.", "Open it as a model.", about=path.name)
