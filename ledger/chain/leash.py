"""Runs a program on a leash: it dies with its parent and cannot take more memory than it was given.

Run as a script, in a process of its own: `python -I -S leash.py PARENT_PID MEMORY_BYTES PROGRAM ARG…`.
A hook between fork and exec would do the same, but is unsafe where the parent has threads
(subprocess documentation, `preexec_fn`). Linux only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>; the signal comes when the *thread* that started this process ends."""


def main(arguments: list[str]) -> None:
    """Becomes PROGRAM. Ends with a sentence if the leash cannot be put on, or the parent is gone already."""
    parent, memory, program, *rest = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"The leash could not be put on: {os.strerror(ctypes.get_errno())}.")
    # A parent that died before the line above would never be noticed.
    if os.getppid() != int(parent):
        sys.exit("Whoever started this is gone already.")
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No shell: the arguments go to the program as they are.
    os.execv(program, [program, *rest])  # noqa: S606 - the program is our own node’s, never a stranger’s


if __name__ == "__main__":
    main(sys.argv[1:])
