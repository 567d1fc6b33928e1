"""What may leave this computer of a text: no name of its user, no folders, no names of models and sounds, no tokens."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from studio.diagnostics.tokens import without_tokens
from studio.settings import config_dir, state_dir

KINDS: Final = {
    "model": ("pt", "pth", "ts", "pt2", "nm", "nam", "ckpt", "safetensors", "onnx", "pkl", "bin", "npy", "npz", "tar"),
    "sound": ("wav", "flac", "aif", "aiff", "aifc", "caf", "mp3", "ogg", "oga", "opus", "m4a", "w64", "rf64", "au"),
    "project": ("studio",),
    "program": ("py", "ipynb"),
    "file": ("json", "txt", "csv", "srt", "TextGrid", "zip", "yaml", "yml", "md", "html"),
}
OURS: Final = frozenset({"settings.json", "consents.json", "metadata.json", "studio.log"})
PUBLIC: Final = ("/usr", "/lib", "/lib64", "/etc", "/dev", "/proc", "/sys", "/bin", "/sbin", "/opt", "/System",
                 "/Library", "/Applications", "/run/user", "/var/lib", "C:/Windows", "C:/Program Files")  # fmt: skip
TEMPORARY: Final = ("/tmp", "/var/tmp", "/private/tmp", "/var/folders", "/private/var/folders")
NO_NAMES: Final = frozenset({"root", "user", "studio", "audio", "python", "home", "runner"})
_ENDINGS = "|".join(each for endings in KINDS.values() for each in endings)
_LETTER = r"[^\s\"'“”‘’«»:;,()<>|=\\/]"
_SHOWN = rf"(?:{'|'.join(KINDS)})\.(?:{_ENDINGS})>"  # what stands there already
_PLACE = r"(?:~[\\/]|\b[A-Za-z]:[\\/]|(?<![\w.~/\\>])(?:\\\\(?=\w)|/))"
FOUND: Final = (
    rf"(?P<url>\bhttps?://[^\s\"'”]+|\bhf:[\w./-]+)"
    rf"|(?<=[\"'“«])(?P<quoted>{_PLACE}[^\"”»\n]+?)(?=[\"'”»])"
    rf"|(?P<spaced>{_PLACE}[^\n\"“”«»:;|<>]{{1,200}}?\.(?:{_ENDINGS})\b)"
    rf"|(?P<plain>{_PLACE}[^\s\"'“”‘’«»:;,()<>|]+)"
    rf"|(?<![^\s\"'“”‘’«»:;,()<>|=])(?!(?<=<){_SHOWN})(?P<name>(?:{_LETTER}+[\\/])*{_LETTER}+\.(?:{_ENDINGS})\b)"
)
QUOTED: Final = r"«([^«»\n]{3,})»"  # as `noting.named` writes a name


def redacted(text: str, names: Iterable[str] = ()) -> str:
    """The text as it may be sent to somebody.

    Args:
        text: anything, many lines.
        names: files and folders known to be the user's own, as names or paths; so is what stands in «…».
    """
    text = without_tokens(text)
    known = {part for each in (*names, *re.findall(QUOTED, text)) for part in (each, _last(each))}
    for name in sorted(known, key=len, reverse=True):
        if len(name) > 2 and name not in OURS and name.lower() not in NO_NAMES:
            text = _without_name(text, name)
    text = re.sub(FOUND, _shown, text, flags=re.IGNORECASE)
    for name in _user_names():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<user>", text, flags=re.IGNORECASE)
    return text


def _without_name(text: str, name: str) -> str:
    """The text with a placeholder for a name, and with something short for it within a path, which is found later."""
    root = ("~/" if any(_is_in(name, each) for each in _homes()) else "/") if name[:1] in "/\\~" else ""

    def shown(found: re.Match[str]) -> str:
        return f"{root}_" if found[1] else placeholder(name)

    return re.sub(rf"(?<!\w){re.escape(name)}(?:(?=([\\/]))|(?!\w))", shown, text)


def placeholder(name: str) -> str:
    """What stands for a file or folder: `<model.pt>`, `<sound.wav>`, `<name>` where its ending says nothing."""
    ending = name.rpartition(".")[2]
    for kind, endings in KINDS.items():
        if ending.lower() in map(str.lower, endings):
            return f"<{kind}.{ending}>"
    return "<name>"


def _shown(found: re.Match[str]) -> str:
    text = found.group()
    if found["url"]:
        host = re.match(r"https?://[^/]+", text)
        return f"{host[0]}/…" if host else "hf:<name>"
    if found["name"]:
        return text if _last(text) in OURS else placeholder(text)
    return _shortened(text, is_one=not found["spaced"])


def _shortened(path: str, is_one: bool) -> str:
    """A path without what it says of its user; paths of the system and of our own code stay.

    Args:
        path: as it stood in a text.
        is_one: all of it is the path; else what follows after a space may be no part of it.
    """
    whole = os.path.expanduser(path) if path.startswith("~") else path  # noqa: PTH111 - Path raises where there is none
    for folder, shown in _known_folders():
        if _is_in(whole, folder):
            rest = whole[len(folder) :]
            kept, space, more = (rest, "", "") if is_one else rest.partition(" ")
            return f"{shown}{kept}{space}{re.sub(FOUND, _shown, more, flags=re.IGNORECASE)}"
    ending = placeholder(whole)
    tail = "…" if ending == "<name>" else f"…/{ending}"
    if path.startswith("~") or any(_is_in(whole, each) for each in _homes()):
        return f"~/{tail}"
    is_temporary = any(_is_in(whole, each) for each in (tempfile.gettempdir(), *TEMPORARY))
    return f"<temp>/{tail}" if is_temporary else f"/{tail}"


def _known_folders() -> list[tuple[str, str]]:
    """Folders of which everything may be said, and how they are called; the innermost first."""
    pythons = {*site.getsitepackages(), site.getusersitepackages(), sys.prefix, sys.base_prefix}
    pythons.add(sysconfig.get_path("stdlib"))
    found = [(each, each) for each in PUBLIC]
    found += [(each, "<python>") for each in pythons if each not in ("/", "/usr", "/usr/local")]
    found += [(str(config_dir()), "<settings>"), (str(state_dir()), "<state>")]
    found.append((str(Path(__file__).resolve().parents[1]), "studio"))
    return sorted(found, key=lambda row: -len(row[0]))


def _homes() -> set[str]:
    return {str(Path.home()), os.path.realpath(Path.home())} - {"/", ""}


def _user_names() -> list[str]:
    names = {Path.home().name}
    with contextlib.suppress(Exception):  # a process without a user, as in some containers
        names.add(getpass.getuser())
    with contextlib.suppress(Exception):
        import pwd

        names.add(pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0].strip())
    return sorted((each for each in names if len(each) > 1 and each.lower() not in NO_NAMES), key=len, reverse=True)


def _is_in(path: str, folder: str) -> bool:
    path, folder = path.replace("\\", "/"), folder.replace("\\", "/").rstrip("/")
    return path == folder or path.startswith(f"{folder}/")


def _last(path: str) -> str:
    return (PureWindowsPath(path) if "\\" in path else PurePosixPath(path)).name
