"""How the engine and its workers are (HealthMonitor): memory, processor, threads, queue and database.

In: the state of the bookmakers and the writer's figures. Out: a `Health` every 10 s, log lines when something turns bad or good.
Engine process, thread `health`.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil

from aviator.core.clock import Clock
from aviator.record.stats import WriterStats
from aviator.run.state import BookmakerState

log = logging.getLogger(__name__)

EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """One process: resident memory in MB, processor in percent of one core since the last look."""

    name: str
    alive: bool
    memory_mb: float
    cpu_percent: float


@dataclass(frozen=True, slots=True)
class Health:
    """One look at everything."""

    at: float
    processes: tuple[ProcessHealth, ...]
    queue: int
    database_fault: str | None

    def __str__(self) -> str:
        shown = (f"{p.name} {p.memory_mb:.0f} MB {p.cpu_percent:.0f} %" if p.alive else f"{p.name} gone" for p in self.processes)
        return f"{', '.join(shown)}; queue {self.queue}; database {self.database_fault or 'well'}"


class HealthMonitor:
    """Looks every 10 s."""

    def __init__(self, states: Callable[[], Iterable[BookmakerState]], writer: Callable[[], WriterStats], clock: Clock) -> None:
        self._states, self._writer, self._clock = states, writer, clock
        self._errors = 0
        self._known: dict[int, psutil.Process] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health")
        self.latest: Health | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> Health:
        """Measure now; log it, louder when the database turned bad or well."""
        workers = [self._process(s.bookmaker, s.pid) for s in self._states() if s.pid is not None]
        writer = self._writer()
        failed, self._errors = writer.errors - self._errors, writer.errors
        fault = f"{failed} transactions failed in the last {EVERY_S:g} s" if failed else None
        health = Health(self._clock.now(), (self._process("engine", os.getpid()), *workers), writer.queue, fault)
        before = self.latest.database_fault if self.latest else None
        if bool(fault) != bool(before):
            log.log(logging.ERROR if fault else logging.INFO, "database: %s", fault or "well again")
        log.debug("health: %s", health)
        self.latest = health
        return health

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.look()

    def _process(self, name: str, pid: int) -> ProcessHealth:
        try:
            process = self._known.setdefault(pid, psutil.Process(pid))
            with process.oneshot():
                return ProcessHealth(name, True, process.memory_info().rss / 1e6, process.cpu_percent())
        except psutil.Error:
            self._known.pop(pid, None)
            return ProcessHealth(name, False, 0.0, 0.0)
