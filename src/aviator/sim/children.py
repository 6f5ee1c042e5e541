"""Child processes that never outlive the sim.

In: a command line. Out: a running process, and its orderly end. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> Callable[[], None] | None:
    """Linux: the kernel kills the child when its parent goes, even by SIGKILL. Elsewhere orderly ends must do.

    The result runs in the child between fork and exec, where little may be done: the library is loaded beforehand.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


die_with_parent = _die_with_parent()


async def spawn(*command: str, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """Starts a silent child in its own session: a Ctrl-C in the terminal reaches only the sim, which then ends it in order."""
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


async def end(process: asyncio.subprocess.Process, grace_s: float = 5.0) -> None:
    """Waits for a child that was asked to go, asks again, then kills it and whatever is left in its process group."""
    for ask in (None, process.terminate, process.kill):
        if process.returncode is not None:
            break
        if ask is not None:
            with suppress(ProcessLookupError):
                ask()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
    if sys.platform != "win32":
        with suppress(ProcessLookupError):  # the usual case: nobody is left
            os.killpg(process.pid, signal.SIGKILL)
