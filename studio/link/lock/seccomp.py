"""Seccomp: which calls to the kernel a process may make, said by the process itself (Linux, x86_64 and aarch64).

Calls are forbidden by groups. A forbidden call answers "not permitted", so Python raises PermissionError and the model
can be told apart from a crash. All threads are bound at once. The group "internet" leaves the sockets of this machine,
which the sound systems need; "network" leaves none.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from typing import Literal, get_args

from studio.link.lock import kernel

Group = Literal[
    "programs", "network", "internet", "signals", "tracing", "owners", "sharing", "urgency", "session", "system"
]  # fmt: skip
EVERY: tuple[Group, ...] = get_args(Group)

SECCOMP = (317, 277)
FILTER, ALL_THREADS = 1, 1
MACHINES = (0xC000003E, 0xC00000B7)
ALLOW, NOT_PERMITTED, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
FIRST_OF_X32 = 0x40000000
FIRST_ARGUMENT = 16  # its low half, within what the filter sees of a call
CLONE, CLONE3, CLONE_THREAD = (56, 220), (435, 435), 0x10000
PRCTL, SET_PARENT_DEATH_SIGNAL = (157, 167), 1
SOCKET, LOCAL = (41, 198), 1  # AF_UNIX
PRLIMIT = (302, 261)

Numbers = tuple[int | None, int]
FORBIDDEN: dict[Group, dict[str, Numbers]] = {  # x86_64, aarch64
    "programs": {"execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1)},
    "network": {
        "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
        "accept4": (288, 242), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    },
    "internet": {"io_uring_setup": (425, 425), "io_uring_enter": (426, 426)},
    "signals": {
        "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
        "pidfd_send_signal": (424, 424),
    },
    "tracing": {
        "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
        "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "perf_event_open": (298, 241),
    },
    "owners": {  # Landlock leaves all of these to whoever owns a file, wherever it lies
        "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
        "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
        "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
        "setxattrat": (463, 463), "removexattrat": (466, 466), "utime": (132, -1), "utimes": (235, -1),
        "futimesat": (261, -1), "utimensat": (280, 88), "truncate": (76, 45), "mknod": (133, -1), "mknodat": (259, 33),
        "file_setattr": (469, 469), "symlink": (88, -1), "symlinkat": (266, 36), "link": (86, -1), "linkat": (265, 37),
    },
    "sharing": {
        "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
        "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
        "mq_open": (240, 180), "mq_unlink": (241, 181),
    },
    "urgency": {
        "sched_setscheduler": (144, 119), "sched_setattr": (314, 274), "sched_setparam": (142, 118),
        "setpriority": (141, 140), "ioprio_set": (251, 30),
    },
    "session": {"setsid": (112, 157), "setpgid": (109, 154)},
    "system": {
        "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
        "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
        "fsmount": (432, 432), "mount_setattr": (442, 442), "bpf": (321, 280), "add_key": (248, 217),
        "request_key": (249, 218), "keyctl": (250, 219), "userfaultfd": (323, 282), "init_module": (175, 105),
        "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
        "kexec_file_load": (320, 294), "open_by_handle_at": (304, 265), "reboot": (169, 142), "swapon": (167, 224),
        "swapoff": (168, 225), "syslog": (103, 116), "acct": (163, 89), "settimeofday": (164, 170),
        "clock_settime": (227, 112), "adjtimex": (159, 171), "sethostname": (170, 161), "quotactl": (179, 60),
        "fanotify_init": (300, 262), "iopl": (172, -1), "ioperm": (173, -1), "personality": (135, 92),
        "vhangup": (153, 58), "lookup_dcookie": (212, 18), "io_uring_register": (427, 427),
    },
}  # fmt: skip
OWN_ONLY: dict[str, Numbers] = {"kill": (62, 129), "tgkill": (234, 131)}  # to this process itself: abort() needs it

Instruction = tuple[int, int, int, int]


def is_there() -> bool:
    """Whether this kernel takes filters, and its processor is one that the tables know."""
    try:
        kernel.column()
        return bool(kernel.status("Seccomp"))
    except OSError:
        return False


def forbid(groups: Iterable[Group] = EVERY) -> None:
    """Forbid the calls of these groups to every thread of this process, for ever.

    Call `kernel.no_new_privileges` first. With "programs", threads can still be started; with "signals", this process
    can still signal itself; with "network", sockets that are connected stay usable.

    Raises: OSError where the kernel has no such filters, or the processor is unknown.
    """
    program = b"".join(struct.pack("=HBBI", *each) for each in instructions(set(groups)))
    body = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(body)))
    kernel.call(SECCOMP[kernel.column()], FILTER, ALL_THREADS, head)


def instructions(groups: set[Group]) -> list[Instruction]:
    """The filter: code, steps to jump where it holds, where it does not, and a value."""
    column = kernel.column()
    numbers = [each[column] for group in EVERY if group in groups for each in FORBIDDEN[group].values()]
    made: list[Instruction] = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, MACHINES[column]), (ANSWER, 0, 0, KILL), (LOAD, 0, 0, 0)]
    if column == 0:
        made += [(AT_LEAST, 0, 1, FIRST_OF_X32), (ANSWER, 0, 0, NOT_PERMITTED)]
    for number in numbers:
        if number is not None and number >= 0:
            made += [(EQUAL, 0, 1, number), (ANSWER, 0, 0, NOT_PERMITTED)]
    if "programs" in groups:
        made += [(EQUAL, 0, 1, CLONE3[column]), (ANSWER, 0, 0, NO_SUCH_CALL)]  # libc then takes clone, whose flags show
        made += _where(CLONE[column], (ANY_BIT, 1, 0, CLONE_THREAD), NOT_PERMITTED, ALLOW)
    if "signals" in groups:
        for pair in OWN_ONLY.values():
            made += _where(pair[column] or 0, (EQUAL, 1, 0, os.getpid()), NOT_PERMITTED, ALLOW)
    if "internet" in groups:
        made += _where(SOCKET[column], (EQUAL, 1, 0, LOCAL), NOT_PERMITTED, ALLOW)
    if "session" in groups:
        made += _where(PRCTL[column], (EQUAL, 1, 0, SET_PARENT_DEATH_SIGNAL), ALLOW, NOT_PERMITTED)
        made += _where(PRLIMIT[column], (EQUAL, 1, 0, 0), NOT_PERMITTED, ALLOW)  # its own limits, nobody else's
    return [*made, (ANSWER, 0, 0, ALLOW)]


def _where(number: int, test: Instruction, otherwise: int, answer: int) -> list[Instruction]:
    """For one call: `answer` where its first argument stands the test, else `otherwise`."""
    return [
        (EQUAL, 0, 4, number), (LOAD, 0, 0, FIRST_ARGUMENT), test, (ANSWER, 0, 0, otherwise), (ANSWER, 0, 0, answer),
    ]  # fmt: skip
