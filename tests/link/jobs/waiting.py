"""A job that says who it is and what it may reach."""

import os
import time
from pathlib import Path

LOADED = time.monotonic()


def run(request, report):
    try:
        said = Path(request["path"]).read_text()
    except OSError:
        said = ""
    return {"pid": os.getpid(), "loaded": LOADED, "said": said, "home": os.environ["HOME"]}
