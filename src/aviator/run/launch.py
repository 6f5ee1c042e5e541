"""One start of a worker's process: started, looked at, ended. Nothing here waits for what the worker does.

In: a worker's main function, its end of a pipe and its settings. Out: a `WorkerProcess`. Engine process, main thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

import psutil

from aviator.core.files import private_by_default
from aviator.run.processes import PRELOAD

_SCREEN_VARIABLES = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY")
_END_S = 2.0


@dataclass(frozen=True, slots=True)
class Exertion:
    """How a process is at its work. `cpu_s`: processor time so far; `stopped`: by a signal; `busy`: running, or waiting to run
    or for a disk."""

    cpu_s: float
    stopped: bool
    busy: bool


def worker_context() -> BaseContext:
    """How workers are started: from a fork server that has the heavy imports already, where the system has one.

    A worker's matrix products are too small to share: threads of their own would only take the other workers' cores.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.platform == "linux":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOAD))
        return context
    return multiprocessing.get_context("spawn")


class WorkerProcess:
    """A running worker. Making one raises `OSError` or `EOFError` where the system has no process to give."""

    def __init__(self, context: BaseContext, name: str, main: Callable[[Any, Any], None], theirs: Any, settings: Any) -> None:
        screen = {key: os.environ[key] for key in _SCREEN_VARIABLES if key in os.environ}
        self._process = context.Process(  # type: ignore[attr-defined]  # each concrete context has it
            target=_enter, args=(main, theirs, settings, screen), name=name, daemon=True
        )
        self._process.start()
        self.pid: int = self._process.pid
        self._handle: psutil.Process | None = None
        with suppress(psutil.Error):  # gone before it was looked at
            self._handle = psutil.Process(self.pid)

    @property
    def exit_code(self) -> int | None:
        """None while it runs, as far as is known: one whose fork server died is known no more, and said to have left with 255."""
        code: int | None = self._process.exitcode
        return code

    def exertion(self) -> Exertion | None:
        """How it is now; None when it is gone."""
        if self._handle is None:
            return None
        try:
            with self._handle.oneshot():
                times, status = self._handle.cpu_times(), self._handle.status()
        except psutil.Error:
            return None
        # Elsewhere than on Linux a sleeping process is called running, too.
        busy = psutil.LINUX and status in {psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP}
        return Exertion(times.user + times.system, status == psutil.STATUS_STOPPED, busy)

    def kill(self) -> None:
        """End it at once. The handle, unlike a bare number, never means another process."""
        self._process.kill()
        if self._handle is not None:
            with suppress(psutil.Error):
                self._handle.kill()

    def wait(self) -> None:
        """Wait a moment for one that was killed."""
        self._process.join(_END_S)

    def close(self) -> None:
        """Let go of one that has ended."""
        self._process.join()
        self._process.close()


def _enter(main: Callable[[Any, Any], None], connection: Connection[Any, Any], settings: Any, screen: dict[str, str]) -> None:
    """What each worker does first. Ctrl-C reaches the whole terminal; only the engine acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    private_by_default()  # the fork server may be older than this process's umask
    os.environ.update(screen)  # the fork server may be older than the display
    main(connection, settings)
