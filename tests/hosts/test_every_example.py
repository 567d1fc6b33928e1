"""Every example goes to every host that it suits, and stands the script that drives a package as its host does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio.storage import resources

pytestmark = pytest.mark.slow
PEERS = Path(__file__).parents[1] / "peers"
EXAMPLES = sorted(each.stem for each in (resources() / "examples").glob("*.py"))
SCRIPTS = {
    "neutone": ("neutone_check.py", "--quick"),
    "neutone_gen": ("neutone_check.py", "--quick"),
    "audacity": ("audacity_check.py", "--libtorch19"),
    "nn": ("nn_check.py",),
}
UNSUITED = {  # and why
    "crossover": {"neutone", "nam", "guitarml"},  # two outputs
    "clipper": {"nam", "guitarml"},  # stereo, knobs, and no recurrent layer
    "overdrive": {"nam", "guitarml"},
    "echo": {"nam", "guitarml", "onnx"},  # its loop runs as often as the sound says
    "volume": {"nam", "guitarml"},
}


def studio(*words):
    done = subprocess.run([sys.executable, "-m", "studio", *words], capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_goes_to_every_host_it_suits(name, tmp_path):
    hosts = [each["host"] for each in studio("hosts", "--json")["hosts"]]
    suited = [host for host in hosts if host not in UNSUITED.get(name, ())]
    words = [word for host in suited for word in ("--host", host)]
    path = resources() / "examples" / f"{name}.py"
    said = studio("export", str(path), *words, "--out", str(tmp_path), "--json")
    assert [each["host"] for each in said["packages"] if each["verified"]] == suited, said
    for package in said["packages"]:
        script = SCRIPTS.get(package["host"])
        if script is None:
            continue
        words = [sys.executable, PEERS / script[0], package["path"], *script[1:]]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_cut_of_the_blocks_is_not_heard(name):
    checks = studio("check", str(resources() / "examples" / f"{name}.py"), "--json")["checks"]
    parity = next(each for each in checks if each["id"] == "parity")
    assert parity["verdict"] == "pass" and parity["value"] <= -100
