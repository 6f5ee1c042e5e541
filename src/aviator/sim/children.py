"""Child processes that never outlive the sim.

In: a command line. Out: a running process, and its orderly end. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Linux: the kernel kills this process when its parent goes, even by SIGKILL. Runs in the child between fork and exec."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def spawn(command: Sequence[str], *, env: dict[str, str] | None = None, pass_fds: Sequence[int] = ()) -> asyncio.subprocess.Process:
    """Starts a silent child in a session of its own, so that a Ctrl-C in the terminal reaches only the sim, which then ends it in order."""
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


async def end(process: asyncio.subprocess.Process, grace_s: float = 5.0) -> None:
    """Asks, waits, then kills the child and whatever is left in its process group."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), grace_s)
        except asyncio.TimeoutError:
            process.kill()
            await process.wait()
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # the usual case: nobody is left
