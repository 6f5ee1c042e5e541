"""Starts workers, notices their deaths, restarts them by policy and stops them in order (ProcessManager).

In: jobs, one per bookmaker, and what the user wishes for them. Out: running processes, their pipes handed to the hub, turns of
life told to the state and, as `LifeChanged`, to the hub. Engine process, main thread only; `step` only reconciles what is with
what should be, and waits for nobody.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Protocol

from aviator.core.clock import Clock
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_OVER
from aviator.core.events import Command, Fact, LifeChanged, PauseWorker, ResumeWorker, StopWorker
from aviator.core.fsm import Fsm
from aviator.core.types import BookmakerId
from aviator.run.heart import Heart
from aviator.run.launch import WorkerProcess, worker_context
from aviator.run.lifecycle import ALIVE, SETTLED, Life, Pulse, Turn, new_life
from aviator.run.processes import Row
from aviator.run.restart import NEVER, GiveUp, RestartIn, RestartPolicy
from aviator.run.state import SharedGameState

log = logging.getLogger(__name__)

DEAF_S = 1.0
"""An engine that did not step, or whose hub did not turn, for so long has heard no beats: nobody else is to blame for that."""
LEAVE_S = 5.0
"""How long a worker that is to come back may take to leave."""
RENEW_AFTER_S = 60.0
"""A worker that is younger is not renewed: one that is too big from the start would do nothing but start."""
UNREAD_S = 5.0
"""A process that is gone has its pipe read to the end within a moment; else it only seems gone."""


class Switchboard(Protocol):
    """What the supervisor needs of the hub."""

    @property
    def turns(self) -> int: ...
    def attach(self, bookmaker: BookmakerId, connection: Connection[Any, Any]) -> None: ...
    def attached(self, bookmaker: BookmakerId) -> bool: ...
    def send(self, bookmaker: BookmakerId, command: Command) -> bool: ...
    def tell(self, fact: Fact) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A worker that should run. `settings` is called at each start: a restarted worker must know what was recorded meanwhile."""

    bookmaker: BookmakerId
    row: Row
    settings: Callable[[], Any]


@dataclass(slots=True)
class _Worker:
    """Times are monotonic. `gone_at`: when its process was first seen gone; `leave_by`: set while it is to leave and come back;
    `why`: why it is or was ended by us."""

    job: Job
    policy: RestartPolicy
    heart: Heart
    process: WorkerProcess | None = None
    life: Fsm[Life, Turn] = field(default_factory=new_life)
    due: float = 0.0
    began: float | None = None
    gone_at: float | None = None
    leave_by: float | None = None
    why: str = ""
    killed: bool = False


class Supervisor:
    """Owns the worker processes. `on_launch` is told the process number of each one that is started."""

    def __init__(
        self,
        jobs: Iterable[Job],
        hub: Switchboard,
        state: SharedGameState,
        clock: Clock,
        on_launch: Callable[[BookmakerId, int], None] | None = None,
        process: Callable[..., WorkerProcess] = WorkerProcess,
    ) -> None:
        now = clock.monotonic()
        self._workers = {job.bookmaker: _Worker(job, RestartPolicy(job.row.restart), Heart(now)) for job in jobs}
        self._hub = hub
        self._state = state
        self._clock = clock
        self._context = worker_context()
        self._on_launch = on_launch
        self._process = process
        self._paused: frozenset[BookmakerId] = frozenset()
        self._stepped = self._turned_at = now
        self._turns = -1

    def start(self) -> None:
        for worker in self._workers.values():
            self._tell(worker, "", "")
            self._launch(worker)
        self._stepped = self._clock.monotonic()

    def step(self) -> None:
        """Notice what happened since the last call and act on it. Call it a few times a second."""
        self._excuse()
        for worker in self._workers.values():
            now = self._clock.monotonic()
            if worker.process is None:
                if worker.life.state is Life.RESTARTING and now >= worker.due:
                    self._turn(worker, Turn.START)
                    self._launch(worker)
            elif worker.process.exit_code is None:
                self._attend(worker, now)
            elif not self._hub.attached(worker.job.bookmaker):  # only when its last words are read
                self._bury(worker, worker.process.exit_code, now)
            else:
                self._wait_for_last_words(worker, now)

    def heed(self, paused: frozenset[BookmakerId], start: frozenset[BookmakerId]) -> None:
        """The user's wishes: who is to look at nothing (until told otherwise), and who is to be tried once more, now."""
        self._paused = paused
        for worker in (self._workers[name] for name in start):
            if worker.job.row.restart == NEVER:
                log.warning("%s is read from a recording and cannot be begun anew", worker.job.bookmaker)
                continue
            worker.policy.forget()
            worker.due = self._clock.monotonic()
            if worker.life.state is Life.FAULTED:
                self._turn(worker, Turn.START, "told to start again")
                self._launch(worker)
            elif worker.life.state is Life.RUNNING:
                self._hub.send(worker.job.bookmaker, ResumeWorker())  # strategies that failed are tried once more

    def renew(self, bookmaker: BookmakerId, why: str) -> None:
        """Let a worker leave in order and start it again at once; that is no crash. One that has just begun is left alone."""
        worker, now = self._workers[bookmaker], self._clock.monotonic()
        old = worker.began is not None and now - worker.began >= RENEW_AFTER_S
        if old and worker.life.can(Turn.RENEW) and self._hub.send(bookmaker, StopWorker()):
            worker.leave_by, worker.why = now + LEAVE_S, why
            self._turn(worker, Turn.RENEW, why)

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
            worker.leave_by = None
            if worker.life.can(Turn.STOP) and self._turn(worker, Turn.STOP) is Life.STOPPING:
                self._hub.send(worker.job.bookmaker, StopWorker())

    def kill(self) -> None:
        """End what still runs, now."""
        killed = [w for w in self._workers.values() if w.process is not None and w.process.exit_code is None]
        for worker in killed:
            self._end(worker, "does not stop")
        for worker in killed:
            assert worker.process is not None
            worker.process.wait()

    def _excuse(self) -> None:
        """After a time in which the engine could hear nobody, everybody has the time to be heard once more."""
        now = self._clock.monotonic()
        if self._hub.turns != self._turns:
            self._turns, self._turned_at = self._hub.turns, now
        if now - self._stepped >= DEAF_S or now - self._turned_at >= DEAF_S:
            for worker in self._workers.values():
                worker.heart.excuse(now)
        self._stepped = now

    def _attend(self, worker: _Worker, now: float) -> None:
        """A process that runs: what its signs of life say, and what the user wishes for it."""
        name, life = worker.job.bookmaker, worker.life.state
        pulse = self._feel(worker, now)
        if life is Life.STARTING and self._state.of(name).beat_at is not None:
            worker.began = now
            self._turn(worker, Turn.BEGAN)
        elif worker.leave_by is not None and now >= worker.leave_by:
            self._end(worker, "does not leave")
        elif life is Life.RUNNING and name in self._paused and self._hub.send(name, PauseWorker()):
            self._turn(worker, Turn.PAUSE)
        elif life is Life.PAUSED and name not in self._paused and self._hub.send(name, ResumeWorker()):
            self._turn(worker, Turn.RESUME)
        elif pulse is Pulse.STILL and life is not Life.STOPPING and self._hopeless(worker, now):
            self._end(worker, _still(worker, now))

    def _hopeless(self, worker: _Worker, now: float) -> bool:
        assert worker.process is not None
        return worker.heart.hopeless(worker.process.exertion(), now)

    def _feel(self, worker: _Worker, now: float) -> Pulse:
        state = self._state.of(worker.job.bookmaker)
        before, pulse = state.pulse, worker.heart.listen(state, now)
        if pulse is before:
            return pulse
        self._state.feel(worker.job.bookmaker, pulse)
        if pulse is Pulse.STILL:
            log.warning("%s is %s", worker.job.bookmaker, _still(worker, now))
        elif pulse is Pulse.BLIND:
            why = state.offline or "nothing of the game is recognised"
            log.warning("%s is %s: %s", worker.job.bookmaker, pulse, why)
        elif before in {Pulse.STILL, Pulse.BLIND}:
            log.info("%s %s again", worker.job.bookmaker, "moves" if before is Pulse.STILL else "sees")
        return pulse

    def _launch(self, worker: _Worker) -> None:
        now = self._clock.monotonic()
        worker.heart, worker.began, worker.gone_at, worker.leave_by = Heart(now), None, None, None
        worker.why, worker.killed = "", False
        job = worker.job
        name = job.row.name.format(bookmaker=job.bookmaker)
        ours, theirs = self._context.Pipe(duplex=True)
        # First: what changes after the settings were made is told, and waits in the pipe.
        self._hub.attach(job.bookmaker, ours)
        try:
            worker.process = self._process(self._context, name, job.row.main, theirs, job.settings())
        except (OSError, EOFError) as error:
            self._fall(worker, EXIT_CRASH, f"cannot be started ({error})", now)
            return
        finally:
            theirs.close()  # so that the pipe ends when the worker does, or was never there
        if self._on_launch:
            self._on_launch(job.bookmaker, worker.process.pid)
        log.info("%s started as process %s", name, worker.process.pid)

    def _wait_for_last_words(self, worker: _Worker, now: float) -> None:
        """Its process is said to be gone, but its pipe is open. Either there is still something to read, or the fork server died
        that would know of its end: such a worker can no longer be looked after, and makes room for one that can."""
        worker.gone_at = worker.gone_at or now
        if now - worker.gone_at >= UNREAD_S:
            self._end(worker, "has lost its fork server")

    def _end(self, worker: _Worker, why: str) -> None:
        if worker.process is None or worker.killed:
            return
        log.warning("%s %s and is killed", worker.job.bookmaker, why if why.startswith(("does", "has")) else f"is {why}")
        worker.why, worker.killed = worker.why or why, True
        worker.process.kill()

    def _bury(self, worker: _Worker, exit_code: int, now: float) -> None:
        assert worker.process is not None
        worker.process.close()
        worker.process = None
        cause = worker.why or _cause(exit_code)
        if worker.life.state is Life.STOPPING and worker.leave_by is not None:
            worker.due = now
            self._turn(worker, Turn.WAIT, f"{cause}, starts again at once", exit_code)
        elif worker.life.state is Life.STOPPING:
            well = exit_code in {EXIT_OK, EXIT_OVER}
            self._turn(worker, Turn.LEFT, "" if well else f"left with {_cause(exit_code)}", exit_code)
        elif exit_code == EXIT_OVER:
            self._turn(worker, Turn.OVER, exit_code=exit_code)
        else:
            self._fall(worker, exit_code, cause, now)

    def _fall(self, worker: _Worker, exit_code: int, cause: str, now: float) -> None:
        """Unasked, it is gone: what now is the policy's to say."""
        last_words = self._state.of(worker.job.bookmaker).reason
        self._turn(worker, Turn.DIED, cause, exit_code)
        match worker.policy.died(exit_code, now, 0.0 if worker.began is None else now - worker.began):
            case RestartIn(seconds):
                worker.due = now + seconds
                self._turn(worker, Turn.WAIT, f"{cause}, starts again in {seconds:g} s")
            case GiveUp(reason):
                self._turn(worker, Turn.GIVE_UP, last_words or f"{cause}; {reason}")

    def _turn(self, worker: _Worker, turn: Turn, reason: str = "", exit_code: int | None = None) -> Life:
        before, after = worker.life.state, worker.life.fire(turn)
        level = logging.INFO if after in ALIVE or after is Life.STOPPED else logging.WARNING
        log.log(level, "%s: %s -> %s%s", worker.job.bookmaker, before, after, f" ({reason})" if reason else "")
        self._state.turn(worker.job.bookmaker, after, reason, exit_code)
        self._tell(worker, before, reason, exit_code)
        return after

    def _tell(self, worker: _Worker, before: str, reason: str, exit_code: int | None = None) -> None:
        now, after = self._clock.now(), str(worker.life.state)
        self._hub.tell(LifeChanged(worker.job.bookmaker, now, str(before), after, reason, exit_code))


def _still(worker: _Worker, now: float) -> str:
    return f"alive, but its work loop has stood still for {worker.heart.silent_s(now):.1f} s"


def _cause(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exit code {exit_code}"
    with suppress(ValueError):  # not every number has a name
        return f"signal {signal.Signals(-exit_code).name}"
    return f"signal {-exit_code}"
