import os
from pathlib import Path

import pytest

JOBS = Path(__file__).parent / "jobs"


@pytest.fixture
def foreign_jobs(monkeypatch, tmp_path_factory):
    """Children of this test also find the jobs beside it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text(f"import studio.jobs\nstudio.jobs.__path__.append({str(JOBS)!r})\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
