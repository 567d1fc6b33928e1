"""Files that are no models, told by their first bytes, and what to do about each."""

from __future__ import annotations

from pathlib import Path

from studio.document.kind import Kind, no_model

UNPACK = "Unpack it and open the model inside."
CONVERT = "Convert it to WAV or FLAC."
LOGIN = "The download probably needed a login; fetch it again."
SOUNDS = {
    "WAV": (b"RIFF", b"RF64"),
    "FLAC": (b"fLaC",),
    "Ogg": (b"OggS",),
    "AIFF": (b"FORM",),
    "MP3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "AU": (b".snd",),
    "CAF": (b"caff",),
    "Wave64": (b"riff\x2e\x91\xcf\x11",),
}
STRANGERS = (
    (b"version https://git-lfs", "a Git LFS pointer, the model itself was not downloaded", "Run git lfs pull."),
    (b"<!doctype html", "a web page, not a model", LOGIN),
    (b"<html", "a web page, not a model", LOGIN),
    (b'{"error"', "a server's error message, not a model", LOGIN),
    (b"<?xml", "an XML document, not a model", ""),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"%PDF", "a PDF document", ""),
    (b"\x7fELF", "a program", ""),
    (b"MZ", "a program", ""),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (WMA), which cannot be read here", CONVERT),
    (b"\x1a\x45\xdf\xa3", "a film or sound in Matroska or WebM, which cannot be read here", CONVERT),
    (b"\xff\xf1", "AAC sound, which cannot be read here", CONVERT),
    (b"\xff\xf9", "AAC sound, which cannot be read here", CONVERT),
    (b"\x93NUMPY", "a NumPy array, not a model", ""),
    (b"\x89HDF", "an HDF5 file (Keras or TensorFlow), not PyTorch", "Convert the model to PyTorch first."),
    (b"GGUF", "a GGUF file of a language model, not PyTorch", ""),
)


def refuse_stranger(path: Path, head: bytes) -> None:
    """Raise FileError for what is certainly no model and no sound."""
    if not head.strip(b"\0"):
        raise no_model(path, "only zero bytes: a disk was full or a download broke off", "Download it again.", "holds")
    low = head[:64].lstrip().lower()
    for start, what, hint in STRANGERS:
        if head.startswith(start) or (start[:1] in b"<{" and low.startswith(start)):
            raise no_model(path, what, hint)
    if head[4:8] == b"ftyp":
        raise no_model(path, "an MPEG-4 sound or film (AAC), which cannot be read here", CONVERT)
    if head[4:8] == b"PTMF":
        raise no_model(path, "a mobile model", "Export it again with torch.jit.save.")
    if head[257:262] == b"ustar":
        raise no_model(path, "a tar archive", f"{UNPACK} If it is a model of torch before 0.1.10, save it again.")


def sound_kind(head: bytes, size: int) -> Kind | None:
    """The kind of a sound file, by its first bytes."""
    for title, starts in SOUNDS.items():
        if head.startswith(starts):
            return Kind("audio", size, f"{title} sound")
    return None
