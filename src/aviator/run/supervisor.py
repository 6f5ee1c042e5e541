"""Starts workers, notices their deaths, restarts them by policy and stops them in order (ProcessManager).

In: jobs, one per bookmaker. Out: running processes, their pipes handed to the hub, turns of life told to the state.
Engine process, main thread only; `step` only reconciles what is with what should be.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from aviator.core.clock import Clock
from aviator.core.errors import EXIT_OK, EXIT_OVER
from aviator.core.events import Command, StopWorker
from aviator.core.fsm import Fsm
from aviator.core.types import BookmakerId
from aviator.run.lifecycle import ALIVE, SETTLED, Life, Turn, new_life
from aviator.run.processes import PRELOAD, Row
from aviator.run.restart import GiveUp, RestartIn, RestartPolicy
from aviator.run.state import SharedGameState

log = logging.getLogger(__name__)

_SCREEN_VARIABLES = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY")


class Switchboard(Protocol):
    """What the supervisor needs of the hub."""

    def attach(self, bookmaker: BookmakerId, connection: Connection[Any, Any]) -> None: ...
    def attached(self, bookmaker: BookmakerId) -> bool: ...
    def send(self, bookmaker: BookmakerId, command: Command) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A worker that should run. `settings` is called at each start: a restarted worker must know what was recorded meanwhile."""

    bookmaker: BookmakerId
    row: Row
    settings: Callable[[], Any]


@dataclass(slots=True)
class _Worker:
    job: Job
    policy: RestartPolicy
    process: BaseProcess | None = None
    life: Fsm[Life, Turn] = field(default_factory=new_life)
    due: float = 0.0


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


class Supervisor:
    """Owns the worker processes. `on_launch` is told the process number of each one that is started."""

    def __init__(
        self,
        jobs: Iterable[Job],
        hub: Switchboard,
        state: SharedGameState,
        clock: Clock,
        on_launch: Callable[[BookmakerId, int], None] | None = None,
    ) -> None:
        self._workers = {job.bookmaker: _Worker(job, RestartPolicy(job.row.restart)) for job in jobs}
        self._hub = hub
        self._state = state
        self._clock = clock
        self._context = worker_context()
        self._on_launch = on_launch

    def start(self) -> None:
        for worker in self._workers.values():
            self._launch(worker)

    def step(self) -> None:
        """Notice what happened since the last call and act on it. Call it a few times a second."""
        for worker in self._workers.values():
            name, now = worker.job.bookmaker, self._clock.monotonic()
            if worker.process is not None and worker.process.exitcode is not None:
                if not self._hub.attached(name):  # only when its last words are read
                    self._bury(worker, worker.process.exitcode, now)
            elif worker.life.state is Life.STARTING and self._state.of(name).beat_at is not None:
                self._turn(worker, Turn.BEGAN)
            elif worker.life.state is Life.RESTARTING and now >= worker.due:
                self._turn(worker, Turn.START)
                self._launch(worker)

    def settled(self) -> bool:
        """Has every worker reached a state that lasts: reading, or given up?"""
        return all(worker.life.state in SETTLED for worker in self._workers.values())

    def any_left(self) -> bool:
        """Does any worker run, or will it again?"""
        return any(worker.life.state not in {Life.FAULTED, Life.STOPPED} for worker in self._workers.values())

    def running(self) -> bool:
        return any(worker.process is not None for worker in self._workers.values())

    def ask_to_stop(self) -> None:
        """Every worker sends what it has and leaves; none is restarted any more. `step` sees them go."""
        for worker in self._workers.values():
            if worker.life.can(Turn.STOP) and self._turn(worker, Turn.STOP) is Life.STOPPING:
                self._hub.send(worker.job.bookmaker, StopWorker())

    def kill(self) -> None:
        """End what still runs, now."""
        for worker in self._workers.values():
            if worker.process is not None and worker.process.exitcode is None:
                log.warning("%s does not stop and is killed", worker.process.name)
                worker.process.kill()
                worker.process.join()

    def _launch(self, worker: _Worker) -> None:
        ours, theirs = self._context.Pipe(duplex=True)
        name = worker.job.row.name.format(bookmaker=worker.job.bookmaker)
        screen = {key: os.environ[key] for key in _SCREEN_VARIABLES if key in os.environ}
        worker.process = self._context.Process(  # type: ignore[attr-defined]  # each concrete context has it
            target=_enter, args=(worker.job.row.main, theirs, worker.job.settings(), screen), name=name, daemon=True
        )
        worker.process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self._hub.attach(worker.job.bookmaker, ours)
        if self._on_launch and worker.process.pid:
            self._on_launch(worker.job.bookmaker, worker.process.pid)
        log.info("%s started as process %s", name, worker.process.pid)

    def _bury(self, worker: _Worker, exit_code: int, now: float) -> None:
        assert worker.process is not None
        worker.process.join()
        worker.process.close()
        worker.process = None
        if worker.life.state is Life.STOPPING:
            well = exit_code in {EXIT_OK, EXIT_OVER}
            self._turn(worker, Turn.LEFT, "" if well else f"left with {_cause(exit_code)}", exit_code)
            return
        if exit_code == EXIT_OVER:
            self._turn(worker, Turn.OVER, exit_code=exit_code)
            return
        last_words = self._state.of(worker.job.bookmaker).reason
        self._turn(worker, Turn.DIED, _cause(exit_code), exit_code)
        match worker.policy.died(exit_code, now):
            case RestartIn(seconds):
                worker.due = now + seconds
                self._turn(worker, Turn.WAIT, f"{_cause(exit_code)}, starts again in {seconds:g} s")
            case GiveUp(reason):
                self._turn(worker, Turn.GIVE_UP, last_words or f"{_cause(exit_code)}; {reason}")

    def _turn(self, worker: _Worker, turn: Turn, reason: str = "", exit_code: int | None = None) -> Life:
        before, after = worker.life.state, worker.life.fire(turn)
        level = logging.INFO if after in ALIVE or after is Life.STOPPED else logging.WARNING
        log.log(level, "%s: %s -> %s%s", worker.job.bookmaker, before, after, f" ({reason})" if reason else "")
        self._state.turn(worker.job.bookmaker, after, reason, exit_code)
        return after


def _enter(main: Callable[[Any, Any], None], connection: Connection[Any, Any], settings: Any, screen: dict[str, str]) -> None:
    """What each worker does first. Ctrl-C reaches the whole terminal; only the engine acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(screen)  # the fork server may be older than the display
    main(connection, settings)


def _cause(exit_code: int) -> str:
    return f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
