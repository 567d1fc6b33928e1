"""An environment of its own for neutone_sdk, which pins other versions than ours, and the packages made with it.

torch comes from the environment that runs this (a .pth line), torchaudio is our stand-in: nothing large is fetched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from platformdirs import user_cache_path

SDK = "neutone_sdk==1.5.2"
NEEDS = ("click", "jsonschema", "requests", "tqdm", "soundfile")
PEERS = Path(__file__).resolve().parents[1] / "peers"


def default_environment() -> Path:
    return user_cache_path("neural-audio-studio") / "benchmarks" / "neutone"


def neutone_environment(folder: Path) -> Path:
    """The Python of a virtual environment in which neutone_sdk imports; made where it does not exist."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (folder / "ready").exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", SDK], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*install, *NEEDS], check=True, stderr=subprocess.DEVNULL)
    found = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    Path(found.stdout.strip(), "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    (folder / "ready").touch()
    return python


def sdk_packages(folder: Path) -> dict[str, Path]:
    """The reference packages by name, `<model>_<native rate>_<native block>`."""
    python, made = neutone_environment(folder), folder / "packages"
    environment = dict(os.environ, PYTHONPATH=str(PEERS / "torchaudio_shim"), OMP_NUM_THREADS="1")
    command = [str(python), str(PEERS / "neutone_reference.py"), str(made)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"neutone_sdk could not write its packages:\n{done.stderr[-2000:]}")
    return {path.parent.name: path for path in sorted(made.glob("*/model.nm"))}
