"""A filter on system calls: in the sandbox no new process, no socket, no namespace, no tracing.

Nor shared memory and queues of System V and POSIX: the kernel keeps them when nobody has them
open, beside every limit on a process.

The program is the kernel's classic BPF, eight bytes an instruction, which bubblewrap loads
just before it starts the worker; without bubblewrap the worker loads it itself. Threads stay
allowed. On a machine whose table of system calls is not here, the sandbox has its namespaces
and limits alone.
"""

import errno
import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # places in struct seccomp_data, little-endian
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
CLONE_THREAD, FOREIGN_TABLE = 0x10000, 0x40000000
NEW_MOUNTS = (428, 429, 430, 431, 432, 433, 442)  # open_tree … mount_setattr, the same everywhere
MEMFD_SECRET = 447
RINGS = (425, 426, 427)  # io_uring does input and output past any filter

# Of each machine: its audit number, clone, and what is refused.
MACHINES = {
    "x86_64": (
        0xC000003E,
        56,
        {
            "fork": 57, "vfork": 58, "ptrace": 101, "socket": 41, "unshare": 272, "setns": 308,
            "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "add_key": 248,
            "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298,
            "userfaultfd": 323, "process_vm_readv": 310, "process_vm_writev": 311,
            "open_by_handle_at": 304, "personality": 135, "memfd_create": 319,
            "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
        },
    ),
    "aarch64": (
        0xC00000B7,
        220,
        {
            "ptrace": 117, "socket": 198, "unshare": 97, "setns": 268, "mount": 40, "umount2": 39,
            "pivot_root": 41, "chroot": 51, "add_key": 217, "request_key": 218, "keyctl": 219,
            "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "process_vm_readv": 270,
            "process_vm_writev": 271, "open_by_handle_at": 265, "personality": 92, "memfd_create": 279,
            "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
        },
    ),
}  # fmt: skip
CLONE3 = 435


def filter_program(machine=None):
    """The filter for this machine as bytes, or None if the machine is not known."""
    if (machine or platform.machine()) not in MACHINES:
        return None
    architecture, clone, refused = MACHINES[machine or platform.machine()]
    denied = sorted([*refused.values(), *NEW_MOUNTS, *RINGS, MEMFD_SECRET])
    thread = len(denied) + 6  # the place of the question whether a clone is a thread
    allow, refuse, unknown, kill = range(thread + 2, thread + 6)
    program = []

    def add(code, value, yes=None, no=None):
        here = len(program) + 1
        program.append((code, (yes or here) - here, (no or here) - here, value))

    add(LOAD, ARCHITECTURE)
    add(EQUAL, architecture, no=kill)
    add(LOAD, NUMBER)
    add(AT_LEAST, FOREIGN_TABLE, yes=refuse)
    add(EQUAL, CLONE3, yes=unknown)  # its flags are out of reach; the C library falls back to clone
    for number in denied:
        add(EQUAL, number, yes=refuse)
    add(EQUAL, clone, yes=thread, no=allow)
    add(LOAD, FIRST_ARGUMENT)
    add(ANY_BIT, CLONE_THREAD, yes=allow, no=refuse)
    for value in (ALLOW, REFUSE | errno.EPERM, REFUSE | errno.ENOSYS, KILL):
        add(RETURN, value)
    return b"".join(struct.pack("<HBBI", *line) for line in program)
