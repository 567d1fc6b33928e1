"""Files that are written whole or not at all, hashes, and folders of our own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from studio.errors import FileError


def resources() -> Path:
    """The folder of icons, palettes, examples, sounds and help: in the package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    packed = here / "resources"
    return packed if packed.is_dir() else here.parent / "resources"


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a regular file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream; when the block ends well its content takes the place of `path`, else nothing changes.

    Raises: FileError where the folder cannot be written or the disk is full.
    """
    path = Path(os.path.realpath(path))  # a link keeps pointing at the file it named
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            _sync_file(stream.fileno())
        _keep_mode(path, temporary)
        _replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            if temporary:
                Path(temporary).unlink()


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the content of `path` as one step."""
    with replacing(path) as stream:
        stream.write(data)


def write_text(path: Path, text: str) -> None:
    """Replace the content of `path` as one step, UTF-8."""
    write_bytes(path, text.encode())


def read_text(path: Path, what: str = "file") -> str:
    """Read UTF-8 text of a regular file. Raises: FileError that names `what` it should have been."""
    try:
        require_file(path)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{path.name} is not a {what}: it is not text.", about=path.name) from error
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}.", about=path.name) from error


def require_file(path: Path) -> None:
    """Raise FileError unless `path` is a regular file (not a folder, pipe, device or link circle)."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise FileError(f"{path.name or path} {reason}.", "Check the path.", about=str(path.name)) from error
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise FileError(f"{path.name or path} is {what}.", "Name a file.", about=str(path.name))


def move_folder_into_place(staged: Path, target: Path) -> None:
    """Put a finished folder where `target` says; an older folder there is set aside first and restored on failure."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    try:
        if target.exists():
            _replace(target, aside)
        try:
            _replace(staged, target)
        except OSError:
            if aside.exists():
                _replace(aside, target)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True) if target.exists() else None


def move_file_into_place(staged: Path, target: Path) -> None:
    """Put a finished file of the same disk where `target` says, as one step."""
    try:
        _replace(staged, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error


@contextlib.contextmanager
def staging_beside(target: Path) -> Iterator[Path]:
    """A hidden folder on the same disk as `target`, so that the last move is one rename; gone afterwards.

    Raises: FileError when nothing can be written there: before any work is done, not after.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:32]}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unwritable(path: Path, error: OSError) -> FileError:
    """The sentence for a destination that cannot take a file."""
    reason = error.strerror or str(error)
    hint = "Free some space or choose another folder." if error.errno == 28 else "Choose another folder."
    return FileError(f"{path} cannot be written: {reason}.", hint, about=path.name)


@contextlib.contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A private folder for one job or session, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"studio-{prefix}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync_file(handle: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):  # fsync on macOS leaves data in the drive's own cache
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Windows has no such call and keeps its own journal."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep_mode(path: Path, temporary: str) -> None:
    """Mkstemp makes files private; a saved file gets the mode it had, or the usual one."""
    if sys.platform == "win32":
        return
    if path.exists():
        mode = stat.S_IMODE(path.stat().st_mode)
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    Path(temporary).chmod(mode)


def _replace(source: Path | str, target: Path, tries: int = 20) -> None:
    """os.replace; on Windows virus scanners hold files for a moment, so it tries for a second."""
    for attempt in range(tries):
        try:
            Path(source).replace(target)
            return
        except PermissionError:
            if sys.platform != "win32" or attempt == tries - 1:
                raise
            time.sleep(0.05)
