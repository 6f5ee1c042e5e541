"""Ctrl-C during a long call into a library: the program ends at once, not when the call returns.

In: SIGINT, of which Python tells other code only between two of its own instructions. Out: the end of the process. Only for work
that leaves nothing to undo. Main thread of commands; a thread of its own waits for the signal.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aviator.cli.output import echo
from aviator.core.errors import EXIT_INTERRUPTED

PATIENCE_S = 0.3
"""How long the work may take to end by itself."""
_SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def prompt_interrupt() -> Iterator[None]:
    """While the block lasts, Ctrl-C ends the process after `PATIENCE_S` at the latest."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    over = threading.Event()
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_end_when_told, args=(reader, over), name="interrupt", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        writer.close()  # which ends the thread


def _end_when_told(reader: socket.socket, over: threading.Event) -> None:
    with reader:
        while told := reader.recv(1):
            if told[0] == signal.SIGINT and not over.wait(PATIENCE_S):
                with suppress(OSError, ValueError):
                    if sys.stderr is not None and sys.stderr.isatty():
                        sys.stderr.write(f"{_SHOW_CURSOR}\n")  # a progress bar may have hidden it
                    echo("Stopped.", err=True)
                os._exit(EXIT_INTERRUPTED)
