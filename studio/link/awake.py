"""Processors that do not sleep deeply between two blocks: what wakes cold costs a callback more than its own work.

Linux takes the wish through a file and keeps it while that is open (PM QoS); most systems let only root write there.
Elsewhere nothing of the kind is needed or known.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

DEVICE = Path("/dev/cpu_dma_latency")
DRIVER = Path("/sys/devices/system/cpu/cpuidle/current_driver")
LIGHT_US = 10  # within which a processor has to wake: still a light sleep
NONE_US = 0
GUEST = "haltpoll"  # a virtual machine sleeps by leaving its processor to the host, however light it says that is
RULE_FILE = "/etc/udev/rules.d/95-audio.rules"
HINT = (
    f"Put the line “KERNEL==\"cpu_dma_latency\", GROUP=\"audio\", MODE=\"0660\"” into {RULE_FILE}, "
    "run “sudo usermod -aG audio $USER”, then restart the computer."
)  # fmt: skip


class Awake:
    """Keeps all processors of the machine from sleeping deeply, where that is granted."""

    def __init__(self) -> None:
        self._held = -1
        self._is_wanted = False

    def keep(self, is_wanted: bool) -> None:
        """From now on, or no longer; asks the system only where something changes."""
        if is_wanted == self._is_wanted:
            return
        self._is_wanted = is_wanted
        if not is_wanted:
            self.let_go()
        else:
            with suppress(OSError):  # unknown or not granted: blocks cost a little more
                self._held = os.open(DEVICE, os.O_WRONLY)
                os.write(self._held, struct.pack("i", _limit()))

    def let_go(self) -> None:
        held, self._held, self._is_wanted = self._held, -1, False
        if held >= 0:
            os.close(held)


def is_known() -> bool:
    """Whether this system takes such wishes."""
    return DEVICE.exists()


def is_granted() -> bool:
    """Whether it takes them from this user."""
    return os.access(DEVICE, os.W_OK)


def _limit() -> int:
    """In microseconds."""
    with suppress(OSError):
        if DRIVER.read_text().strip() == GUEST:
            return NONE_US
    return LIGHT_US
