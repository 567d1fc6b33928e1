"""Files that are written whole or not at all, hashes, and folders of our own."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from studio.errors import FileError

_OURS = re.compile(r"\..*\.[a-z0-9_]{8}\.part")  # as tempfile names them for `replacing` and `staging_beside`
_ASIDE = re.compile(r"\.(.+)\.\d+\.old")
DAY_S = 86_400.0


def resources() -> Path:
    """The folder of icons, palettes, examples, sounds and help: in the package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    packed = here / "resources"
    return packed if packed.is_dir() else here.parent / "resources"


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a regular file. Raises: FileError where it cannot be read, or is gone."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        said = f"{path.name} cannot be read: {error.strerror}."
        raise FileError(said, "Is it still there?", about=path.name) from error


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream; when the block ends well its content takes the place of `path`, else nothing changes.

    Raises: FileError where the folder cannot be written or the disk is full.
    """
    path = Path(os.path.realpath(path))  # a link keeps pointing at the file it named
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = _open_beside(path)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            sync_file(stream.fileno())
        _keep_mode(path, temporary)
        _replace(temporary, path)
        sync_folder(path.parent)
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


def is_folder(path: Path) -> bool:
    """Whether it is one; also for names that no file can have, where `Path.is_dir` raises."""
    try:
        return path.is_dir()
    except OSError:
        return False


def require_file(path: Path) -> None:
    """Raise FileError unless `path` is a regular file (no folder, pipe, device or link circle) of a name that is text.

    Names are kept in projects, consents and packages, all of which are text.
    """
    try:
        str(path).encode()
        mode = path.stat().st_mode
    except UnicodeEncodeError as error:
        said = f"{path.name} has a name, or lies in a folder with a name, that is no text."
        raise FileError(said, "Rename it, then open it.", about=path.name) from error
    except OSError as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise FileError(f"{path.name or path} {reason}.", "Check the path.", about=str(path.name)) from error
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise FileError(f"{path.name or path} is {what}.", "Name a file.", about=str(path.name))


def move_folder_into_place(staged: Path, target: Path) -> None:
    """Put a finished folder where `target` says; what was there before is removed once the new one stands.

    Whoever looks finds the old folder or the new one. Only where the system cannot exchange two names is there a
    moment without either; an end in that moment is mended by the next call, or by `sweep`.
    """
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _put_back(target.parent)
        _sync_tree(staged)
        if not target.exists():
            _replace(staged, target)
        elif not _exchange(staged, target):
            _replace(target, aside)
            try:
                _replace(staged, target)
            except OSError:
                _replace(aside, target)
                raise
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(staged, ignore_errors=True)


def move_file_into_place(staged: Path, target: Path) -> None:
    """Put a finished file of the same disk where `target` says, as one step."""
    try:
        _sync_tree(staged)
        _replace(staged, target)
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error


def sweep(folder: Path, older_than_s: float = DAY_S) -> int:
    """Remove what writers that were killed left in `folder`, and put back what they had set aside.

    Returns: how many were removed. What is younger may be in use, so it stays.
    """
    removed, now = 0, time.time()
    with contextlib.suppress(OSError):
        _put_back(folder)
        for left in folder.iterdir():
            if _OURS.fullmatch(left.name) and now - left.lstat().st_mtime > older_than_s:
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
                removed += 1
    return removed


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
        with contextlib.suppress(RecursionError):  # folders in folders, as deep as foreign code likes
            shutil.rmtree(folder, ignore_errors=True)


def sync_file(handle: int) -> None:
    """Return when what was written to an open file is on the disk. Raises: OSError."""
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):  # fsync on macOS leaves data in the drive's own cache
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _sync_tree(path: Path) -> None:
    """Bring a file, or all of a folder, to the disk before a rename makes it count."""
    if sys.platform == "win32":
        return  # has no such call for what is not open for writing
    for each in [path, *path.rglob("*")]:
        if each.is_dir():
            sync_folder(each)
        elif not each.is_symlink():
            handle = os.open(each, os.O_RDONLY)
            try:
                sync_file(handle)
            finally:
                os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places as one step; False where the system or its disk cannot."""
    if sys.platform == "win32":
        return False
    library, names = ctypes.CDLL(None), (os.fsencode(one), os.fsencode(other))
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        at_cwd, exchange = -100, 2
        return bool(library.renameat2(at_cwd, names[0], at_cwd, names[1], exchange) == 0)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        swap = 2
        return bool(library.renamex_np(*names, swap) == 0)
    return False


def _put_back(folder: Path) -> None:
    """A folder set aside by a process that ended before the new one stood is the only one there is."""
    for aside in folder.glob(".*.old"):
        named = _ASIDE.fullmatch(aside.name)
        if named and aside.is_dir() and not (folder / named[1]).exists():
            _replace(aside, folder / named[1])


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Windows has no such call and keeps its own journal."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_beside(path: Path) -> tuple[int, str]:
    """A new file for what will take the place of `path`, made with the mode that has: a locked job may change none."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = path.with_name(f".{path.name[:64]}.{secrets.token_hex(4)}.part")
        with contextlib.suppress(FileExistsError):
            return os.open(temporary, flags, mode | stat.S_IWUSR), str(temporary)


def _keep_mode(path: Path, temporary: str) -> None:
    """A file that was saved before keeps its mode where the usual one would narrow it."""
    if sys.platform == "win32" or not path.exists():
        return
    mode, made = stat.S_IMODE(path.stat().st_mode), Path(temporary)
    if stat.S_IMODE(made.stat().st_mode) != mode:
        with contextlib.suppress(PermissionError):
            made.chmod(mode)


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
