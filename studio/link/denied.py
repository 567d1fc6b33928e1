"""What the lock refused a model, told from the error that the model got: in words of the user."""

from __future__ import annotations

import errno
import re
import traceback
from pathlib import Path

from studio.errors import FileError, JobError, ModelError

HINT = "Models are opened without the network, without other programs, and with their own files only."
NETWORK, PROGRAM, SIGNAL = "open a network connection", "start a program", "signal another program"
FILE, OWNER = "reach the file {}", "change who may use the file {}"
UNNAMED = "reach a file that is not its own"
SOMETHING = "do what a model may not"
BY_MODULE = {  # of Python's library, in which the refusal arose
    "socket.py": NETWORK, "subprocess.py": PROGRAM, "popen_fork.py": PROGRAM, "popen_forkserver.py": PROGRAM,
    "popen_spawn_posix.py": PROGRAM, "synchronize.py": PROGRAM, "pty.py": PROGRAM,
}  # fmt: skip
BY_LINE = (
    (re.compile(r"\bsocket\b|\bconnect\b|\burlopen\b|\bbind\b"), NETWORK),
    (re.compile(r"\bfork|\bexec[vl]\w*\(|\bspawn|\bsystem\(|\bpopen\b"), PROGRAM),
    (re.compile(r"\bkill\w*\("), SIGNAL),
)
OWNING = re.compile(r"\bl?f?ch(mod|own)\b|\butime\b|xattr\b")
REFUSED = re.compile(r"Permission denied|Operation not permitted")  # in what torch says of a failure below Python
NAMED = re.compile(r"<(/[^>\n]+)>|[Ff]ile(?: name| path)?:? *(/[^\s'\":,;]+)|['\"](/[^'\"\n]+)['\"]")


def denial(error: BaseException) -> ModelError | None:
    """The sentence for an error behind which the lock stands; None where another reason is told better."""
    if isinstance(error, JobError) or (isinstance(error, FileError) and _is_about_files_of_ours(error)):
        return None
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in (errno.EPERM, errno.EACCES):
            return _said(_by_error(each))
        if isinstance(each, RuntimeError) and REFUSED.search(str(each)):
            return _said(_by_text(str(each)))
    return None


def _is_about_files_of_ours(error: FileError) -> bool:
    """Whether a sound, or what is written, was at fault, and not the model."""
    raised = traceback.extract_tb(error.__traceback__)[-1:]
    return any(each.filename.endswith("storage.py") or "/audio/" in Path(each.filename).as_posix() for each in raised)


def _said(what: str) -> ModelError:
    return ModelError(f"The model tried to {what}; it was not let.", HINT)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those it came from, the outermost first."""
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and not any(at is each for each in found):
        found.append(at)
        at = at.__cause__ or at.__context__
    return found


def _by_error(error: OSError) -> str:
    frames = list(reversed(traceback.extract_tb(error.__traceback__)))
    for frame in frames:
        if words := BY_MODULE.get(Path(frame.filename).name):
            return words
    lines = [frame.line or "" for frame in frames]
    if error.filename is not None:
        return (OWNER if any(map(OWNING.search, lines[:2])) else FILE).format(_name(str(error.filename)))
    return next((words for line in lines for pattern, words in BY_LINE if pattern.search(line)), SOMETHING)


def _by_text(text: str) -> str:
    named = NAMED.search(text)
    if named is None:
        return UNNAMED if "file" in text else SOMETHING
    return FILE.format(_name(next(filter(None, named.groups()))))


def _name(path: str) -> str:
    return Path(path).name or path
