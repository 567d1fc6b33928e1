"""Every test runs away from the user's own files, and shows where it hangs."""

import os
import tempfile
from pathlib import Path

import pytest

try:
    import PySide6  # noqa: F401
except ImportError:  # the run without Qt: everything but the window
    collect_ignore = ["app", "stories"]

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported anywhere


@pytest.fixture(scope="session", autouse=True)
def own_folders():
    """Settings and state of a session go into a folder that is thrown away; children inherit it."""
    with tempfile.TemporaryDirectory(prefix="studio-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_CONFIG_DIR", f"{folder}/config")
        patch.setenv("STUDIO_STATE_DIR", f"{folder}/state")
        yield


def pytest_collection_modifyitems(items):
    """What has a window needs Qt; what plays does not run beside others."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in ("app", "stories"):
            item.add_marker(pytest.mark.gui)
        if folder == "stories":
            item.add_marker(pytest.mark.audio)
