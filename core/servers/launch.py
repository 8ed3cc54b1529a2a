"""Becomes another program that cannot outlive its parent.

Runs as a script in a fresh interpreter, between the parent and the program it starts, because what it does
is not safe between fork and exec of a process with threads:

    python -I -S launch.py PARENT_PID DEATH_SIGNAL IDENTITY PROGRAM [ARGUMENT ...]

IDENTITY is `self`, `namespace` (root outside, an ordinary user inside, so that PostgreSQL agrees to run) or
`nobody`. Exit code 126 means that the identity could not be taken on, 127 that the program was not found.
"""

import ctypes
import os
import sys
from pathlib import Path

CANNOT_TAKE_IDENTITY = 126
NOT_FOUND = 127

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_ORDINARY_USER = 1000


def enter_namespace() -> None:
    """Map root to an ordinary user; files keep root as their owner outside."""
    user, group = os.getuid(), os.getgid()  # inside, and until they are mapped, both are unknown
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_ORDINARY_USER} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{_ORDINARY_USER} {group} 1")


def become_nobody() -> None:
    """Give up root for good."""
    import pwd  # noqa: PLC0415  # this script starts often and needs it rarely

    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def die_with(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent dies; leave at once if it is dead already.

    Only Linux can do this. Elsewhere the next start stops what was left running.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit(0)


def main() -> None:
    """Take on the identity, tie this process to its parent, become the program."""
    parent, signal_number, identity, program = sys.argv[1:5]
    try:
        if identity == "namespace":
            enter_namespace()
        elif identity == "nobody":
            become_nobody()
    except (OSError, KeyError) as error:
        sys.stderr.write(f"cannot run as {identity}: {error}\n")
        sys.exit(CANNOT_TAKE_IDENTITY)
    # After the change of user, which would clear it.
    die_with(int(parent), int(signal_number))
    try:
        os.execv(program, sys.argv[4:])  # noqa: S606  # there is no shell to guard against
    except OSError as error:
        sys.stderr.write(f"cannot run {program}: {error}\n")
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main()
