"""How the engine and its workers are (HealthMonitor): memory, processor, threads, queue and database.

In: the state of the bookmakers and the writer's figures. Out: a `Health` every 10 s, log lines when something turns bad or good.
Engine process, thread `health`.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import psutil

from aviator.core.clock import Clock
from aviator.core.memory import give_back
from aviator.record.stats import WriterStats
from aviator.run.state import BookmakerState
from aviator.run.trend import Trend

log = logging.getLogger(__name__)

EVERY_S = 10.0
ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """One process: resident memory in MB and its growth in MB an hour (None while that cannot be told), processor in percent of
    one core since the last look."""

    name: str
    alive: bool
    memory_mb: float = 0.0
    cpu_percent: float = 0.0
    threads: int = 0
    growth_mb_h: float | None = None

    def __str__(self) -> str:
        if not self.alive:
            return f"{self.name} gone"
        growth = "" if self.growth_mb_h is None else f" ({self.growth_mb_h:+.1f} MB/h)"
        return f"{self.name} {self.memory_mb:.0f} MB{growth} {self.cpu_percent:.0f} % {self.threads} threads"


@dataclass(frozen=True, slots=True)
class Health:
    """One look at everything. `spooled`: events in files, waiting for the database."""

    at: float
    processes: tuple[ProcessHealth, ...]
    queue: int
    spooled: int
    database_fault: str | None

    def __str__(self) -> str:
        queue = f"queue {self.queue}" + (f", spool {self.spooled}" if self.spooled else "")
        return f"{', '.join(map(str, self.processes))}; {queue}; database {self.database_fault or 'well'}"


@dataclass(slots=True)
class _Known:
    process: psutil.Process
    trend: Trend = field(default_factory=Trend)


class HealthMonitor:
    """Looks when it is started, and every 10 s; has the engine give back what memory it does not use."""

    def __init__(self, states: Callable[[], Iterable[BookmakerState]], writer: Callable[[], WriterStats], clock: Clock) -> None:
        self._states, self._writer, self._clock = states, writer, clock
        self._errors = 0
        self._known: dict[int, _Known] = {}
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
        pids = [(ENGINE, os.getpid()), *((s.bookmaker, s.pid) for s in self._states() if s.pid is not None)]
        self._known = {pid: known for pid, known in self._known.items() if any(pid == now for _, now in pids)}
        writer = self._writer()
        fault = self._fault(writer)
        processes = tuple(self._process(name, pid) for name, pid in pids)
        health = Health(self._clock.now(), processes, writer.queue, writer.spooled, fault)
        before = self.latest.database_fault if self.latest else None
        if bool(fault) != bool(before):
            log.log(logging.ERROR if fault else logging.INFO, "database: %s", fault or "well again")
        log.debug("health: %s", health)
        self.latest = health
        return health

    def _run(self) -> None:
        self.look()
        while not self._stop.wait(EVERY_S):
            give_back()
            self.look()

    def _fault(self, writer: WriterStats) -> str | None:
        failed, self._errors = writer.errors - self._errors, writer.errors
        return writer.fault or (f"{failed} transactions failed in the last {EVERY_S:g} s" if failed else None)

    def _process(self, name: str, pid: int) -> ProcessHealth:
        try:
            known = self._known.get(pid) or self._known.setdefault(pid, _Known(psutil.Process(pid)))
            with known.process.oneshot():
                memory_mb, cpu = known.process.memory_info().rss / 1e6, known.process.cpu_percent()
                threads = known.process.num_threads()
        except psutil.Error:
            self._known.pop(pid, None)
            return ProcessHealth(name, alive=False)
        known.trend.add(self._clock.monotonic(), memory_mb)
        return ProcessHealth(name, True, memory_mb, cpu, threads, known.trend.per_hour)
