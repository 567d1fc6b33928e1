"""One sentence for every way in which a child process can end."""

from __future__ import annotations

import signal

from studio.errors import JobError

CRASH = "The model crashed the process that opened it ({})."
CRASH_HINT = "Nothing else was harmed. The file may be damaged or made for another version."
MEMORY_HINT = "Close other programs, or try a smaller model."
CRASHES = {
    "SIGSEGV": "segmentation fault",
    "SIGBUS": "bus error",
    "SIGILL": "illegal instruction",
    "SIGFPE": "arithmetic fault",
    "SIGABRT": "abort",
}
BOUNDS = {
    "SIGXCPU": ("The model computed for longer than it may, and the system stopped it.", "Try a shorter sound."),
    "SIGXFSZ": ("The model wrote a file that is larger than it may be.", "Make less sound at once."),
    "SIGSYS": ("The model asked the system for something that is not allowed.", CRASH_HINT),
}
WINDOWS = {
    0xC0000005: "segmentation fault",
    0xC000001D: "illegal instruction",
    0xC00000FD: "stack overflow",
    0xC0000409: "abort",
}


def ended(code: int, output: str = "") -> JobError:
    """What to say of a child that ended without an answer.

    Args:
        code: its exit code, or minus the signal that ended it.
        output: the last of what it printed.
    """
    error = _ended(code, output)
    error.output = output
    return error


def timed_out(seconds: float, output: str = "") -> JobError:
    error = JobError(
        f"The model did not finish within {seconds:g} s.",
        "It was stopped. A model that does not return cannot be opened; for a long sound, try a shorter one.",
    )
    error.output = output
    return error


def _ended(code: int, output: str) -> JobError:
    if "std::bad_alloc" in output:  # an abort, but of a kind that has its own advice
        return JobError("The model ran out of memory.", MEMORY_HINT)
    if code in WINDOWS:
        return JobError(CRASH.format(WINDOWS[code]), CRASH_HINT)
    if code < 0:
        return _by_signal(-code)
    if code == 0:
        return JobError("The model ended the process that opened it.", "Take exit() out of its code.")
    return JobError(f"The model ended the process that opened it with code {code}.", "Take exit() out of its code.")


def _by_signal(number: int) -> JobError:
    name = signal.Signals(number).name if number in signal.valid_signals() else f"signal {number}"
    if name in CRASHES:
        return JobError(CRASH.format(CRASHES[name]), CRASH_HINT)
    if name in BOUNDS:
        return JobError(*BOUNDS[name])
    if name == "SIGKILL":
        return JobError("The model ran out of memory, and the system stopped it.", MEMORY_HINT)
    return JobError(f"The process that opened the model was stopped from outside ({name}).", "Try again.")
