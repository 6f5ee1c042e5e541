"""Keeps `aviator run` running as a service manager does: what dies is started again. Finds its processes, and ends them all.

In: a settings file. Out: processes, each engine's in a session of its own. Main thread of the soak, for the kernel ends a child
with the thread that started it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from aviator.core.files import file_name
from aviator.sim.children import die_with_parent

RESTART_S = 1.5
LEAVE_S = 30.0


class EngineKeeper:
    """`unasked` tells of every end that nobody asked for, `starts` counts."""

    def __init__(self, settings: Path, data: Path, output: Path, display: str, clock_file: Path | None = None) -> None:
        self.starts = 0
        self.unasked: list[str] = []
        program = ["aviator", "run", "-c"] if clock_file is None else ["tools.soak.shifted_engine", str(clock_file)]
        self._command = [sys.executable, "-m", *program, str(settings)]
        self._environment = {**os.environ, "DISPLAY": display}
        self._logs = data / "logs"
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: set[int] = set()
        self._names: dict[int, str] = {}
        self._expected = False
        self._due: float | None = None

    def start(self) -> None:
        with self._output.open("ab") as out:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self._environment,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  it is one system call
            )  # fmt: skip
        self._sessions.add(self._process.pid)
        self.starts += 1
        self._expected, self._due = False, None

    def step(self) -> None:
        """Start it again a little after its end."""
        if self._process is None or self._process.poll() is None:
            return
        now = time.monotonic()
        if self._due is None:
            self._due = now + RESTART_S
            if not self._expected:
                self.unasked.append(f"exit code {self._process.returncode} at {time.time():.1f}")
        elif now >= self._due:
            self.start()

    @property
    def pid(self) -> int:
        """Raises ProcessLookupError while none runs."""
        if self._process is None or self._process.poll() is not None:
            raise ProcessLookupError("the engine does not run")
        return self._process.pid

    def kill(self) -> None:
        pid = self.pid
        self._expected = True
        os.kill(pid, signal.SIGKILL)

    def wait_until_old(self, seconds: float) -> None:
        """Until the engine has run for so long. Raises ProcessLookupError when none does."""
        try:
            while (age_s := time.time() - psutil.Process(self.pid).create_time()) < seconds:
                time.sleep(seconds - age_s)
        except psutil.NoSuchProcess:
            raise ProcessLookupError("the engine has ended") from None

    def signal_all(self, blow: signal.Signals) -> list[int]:
        """Send it to every process of every engine; those that got it."""
        pids = []
        for process in self._members():
            with suppress(ProcessLookupError):
                os.kill(process.pid, blow)
                pids.append(process.pid)
        return pids

    def worker(self, bookmaker: str) -> int:
        """The pid of a bookmaker's newest worker. Raises ProcessLookupError when there is none."""
        names = self.names()
        mine = [pid for pid, name in names.items() if name == f"see:{file_name(bookmaker)}" and os.getsid(pid) == self.pid]
        if not mine:
            raise ProcessLookupError(f"{bookmaker} has no worker")
        return max(mine, key=lambda pid: psutil.Process(pid).create_time())

    def names(self) -> dict[int, str]:
        """Who is who among the living: "engine", or "see:" and the bookmaker, by the log that a process has open."""
        found: dict[int, str] = {}
        for process in self._members():
            with suppress(psutil.Error):
                name = self._names.get(process.pid) or self._name(process)
                if name:
                    found[process.pid] = self._names[process.pid] = name
        return found

    def _name(self, process: psutil.Process) -> str:
        if self._process is not None and process.pid == self._process.pid:
            return "engine"
        logs = (Path(file.path) for file in process.open_files() if file.path.startswith(str(self._logs)))
        return next((f"see:{log.stem.removeprefix('see-')}" for log in logs if log.stem.startswith("see-")), "")

    def _members(self) -> Iterator[psutil.Process]:
        """All living processes of all our engines."""
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getsid(process.pid) in self._sessions and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def stop(self) -> int | None:
        """As Ctrl-C does; the exit code, None where it had to be killed."""
        self._expected = True
        if self._process is None:
            return None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            return None

    def end_all(self) -> int:
        """Kill what is left of all engines, stopped ones too; how many there were."""
        _, left = psutil.wait_procs(list(self._members()), timeout=5)
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        if self._process is not None:
            self._process.wait()
        return len(left)
