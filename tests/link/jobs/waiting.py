"""A job that says who it is and what it may reach."""

import contextlib
import os
import time
from pathlib import Path

LOADED = time.monotonic()
with contextlib.suppress(OSError):  # one that has locked itself in already may write nowhere
    Path(os.environ["PYTHONPATH"].split(os.pathsep)[0], f"loaded-{os.getpid()}").touch()


def run(request, report):
    try:
        said = Path(request["path"]).read_text()
    except OSError:
        said = ""
    return {"pid": os.getpid(), "loaded": LOADED, "said": said, "home": os.environ["HOME"]}
