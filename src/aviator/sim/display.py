"""A hidden X display: Xvfb for as long as a `with` block lasts.

In: a size. Out: the display's name, such as ":99". The number is chosen by Xvfb itself, so several can run at once. Runs in
whichever process needs a screen: the sim, tests, `aviator demo`.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aviator.core.errors import UserMistake
from aviator.sim.children import die_with_parent

_START_TIMEOUT_S = 20.0


@contextmanager
def hidden_display(size: tuple[int, int] = (1920, 1080)) -> Iterator[str]:
    """Starts Xvfb, sets DISPLAY while the block runs, and ends it by its pid. Raises UserMistake where there is none to start."""
    if sys.platform in ("win32", "darwin"):
        raise UserMistake("A hidden display needs X11, which this system does not have; use --on-screen.")
    if shutil.which("Xvfb") is None:
        raise UserMistake("Xvfb is not installed; on Debian and Ubuntu get it with: apt install xvfb")
    server, name = _start(size)
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = name
    try:
        yield name
    finally:
        if before is None:
            os.environ.pop("DISPLAY", None)
        else:
            os.environ["DISPLAY"] = before
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _start(size: tuple[int, int]) -> tuple[subprocess.Popen[bytes], str]:
    """Xvfb writes its display number to a pipe once it accepts connections."""
    reading, writing = os.pipe()
    try:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp", "-noreset"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(writing,),
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  it is one system call
        )
    finally:
        os.close(writing)
    number = b""
    try:
        while not number.endswith(b"\n"):
            ready, _, _ = select.select([reading], [], [], _START_TIMEOUT_S)
            chunk = os.read(reading, 16) if ready else b""
            if not chunk:
                server.kill()
                server.wait()
                raise UserMistake("Xvfb did not start; run `Xvfb -displayfd 1` by hand to see why.")
            number += chunk
    finally:
        os.close(reading)
    return server, f":{number.decode().strip()}"
