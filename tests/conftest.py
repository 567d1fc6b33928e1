"""Every test runs away from the user's own files, and shows where it hangs."""

import os
import tempfile

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported anywhere


@pytest.fixture(scope="session", autouse=True)
def own_folders():
    """Settings and state of a session go into a folder that is thrown away; children inherit it."""
    with tempfile.TemporaryDirectory(prefix="studio-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_CONFIG_DIR", f"{folder}/config")
        patch.setenv("STUDIO_STATE_DIR", f"{folder}/state")
        yield
