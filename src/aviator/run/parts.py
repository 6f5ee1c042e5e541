"""The parts of a running engine, how they hang together, and the order in which they stop.

In: settings, jobs and an open database. Out: threads and processes that collect until `stop`. Engine process; built by `Engine`.
"""

import logging
from collections.abc import Callable, Sequence
from typing import get_args

from aviator.act.kill import KillSource
from aviator.core.clock import Clock, steady
from aviator.core.config import Settings
from aviator.core.errors import AviatorError
from aviator.core.events import Fact
from aviator.core.game import THRESHOLDS
from aviator.core.types import BookmakerId
from aviator.record.rows import Record
from aviator.record.safety import newest_start
from aviator.record.store import Store
from aviator.record.writer import Writer
from aviator.run.betting import Voices
from aviator.run.control import Control
from aviator.run.desk import Desk
from aviator.run.engine_registry import EngineRegistration
from aviator.run.hands import Betting
from aviator.run.health import ENGINE, HealthMonitor
from aviator.run.hub import Hub
from aviator.run.killing import KillWatcher
from aviator.run.lifecycle import Life
from aviator.run.limits_history import head_file, note_state_folder
from aviator.run.processes import TABLE
from aviator.run.signals import StopSwitch
from aviator.run.state import SharedGameState
from aviator.run.status import BettingStatus, Status, StatusReporter, status_file
from aviator.run.supervisor import Job, Supervisor
from aviator.serve.metrics import Metrics
from aviator.serve.server import MetricsServer
from aviator.wire.bus import EventBus

log = logging.getLogger(__name__)

FINISH_S = 4.0
"""How long workers may take to send what they have and leave; they themselves wait for an answer a little less long."""

_STEP_S = 0.02


class Parts:
    """Workers -> hub -> writer and bus -> state; acknowledgements the other way. `on_launch`: told of every worker's process."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        state: SharedGameState,
        jobs: Sequence[Job],
        store: Store,
        on_launch: Callable[[BookmakerId, int], None],
        betting: Callable[[Voices], Betting | None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self.state = state
        self.bus = EventBus(clock)
        self.bus.subscribe(get_args(Fact), "state", handler=state.apply, priority=10)
        # Later than all that was told before, also where the clock was set back meanwhile: what is told last counts.
        self.hub = Hub(self._deliver, max(clock.now(), newest_start(store) + 0.001))
        self.betting = betting(Voices(self.hub.tell, self.hub.send))
        self.betting_status: BettingStatus | None = None
        """As of the last status, which is written once a second."""
        if self.betting:
            self.bus.subscribe(get_args(Fact), "betting", handler=self.betting.apply, priority=5)
        real_money = self.betting is not None and bool(self.betting.heads)
        if real_money:
            note_state_folder(settings)
        self.writer = Writer(
            store,
            bookmakers=len(jobs),
            spool_dir=settings.spool_dir,
            site=settings.site,
            batch_size=settings.record.batch_size,
            batch_timeout_s=settings.record.batch_timeout_s,
            clock=clock,
            on_committed=self.hub.acknowledge,
            head_file=head_file(settings, real_money=real_money),
        )
        self.supervisor = Supervisor(jobs, self.hub, state, clock, on_launch)
        self.health = HealthMonitor(state.all, self.writer.stats, clock)
        self._memory_mb = settings.run.worker_memory_mb
        self._measured_at = 0.0
        self._reporter = StatusReporter(status_file(settings.data_dir), clock.now())
        control = Control(settings.data_dir, [job.bookmaker for job in jobs])
        self._desk = Desk(control, self._reporter, self._status, clock, self._look_at_limits)
        named = {b.name: b.thresholds for b in settings.bookmakers}
        counted = {job.bookmaker: named.get(job.bookmaker, THRESHOLDS) for job in jobs}
        self._registration = EngineRegistration(settings.data_dir, settings.bet.mode)
        self._killer = KillWatcher(self.betting.kill, self._registration) if self.betting else None
        metrics = Metrics(self.bus, counted, tuple(Life), self.writer.stats, clock)
        self.serve = MetricsServer(metrics, settings.metrics.port, self._posts()) if settings.metrics.port else None

    def start(self) -> None:
        self._register()
        self.writer.start()
        self.hub.start()
        self.health.start()
        if self.serve:
            self.serve.start()
        self._desk.start()
        if self.betting:
            self.betting.start()
        self.supervisor.start()

    def _register(self) -> None:
        """`aviator kill` finds this engine from here on. What was to be stopped before is known when this returns."""
        try:
            self._registration.open()
        except OSError as error:
            log.warning("`aviator kill` stops this engine, but cannot list it: %s", error)
        if self._killer:
            self._killer.start()

    def step(self) -> None:
        """What the main thread does some times a second: nothing that waits. Raises as `check` does."""
        self.check()
        wishes = self._desk.take()
        self.supervisor.heed(wishes.paused, wishes.start)
        self._renew_the_big()
        self.supervisor.step()
        if self.betting:
            for bookmaker in wishes.start:
                self.betting.desk.accept(bookmaker)
            self.betting.step()

    def check(self) -> None:
        """Raises when a thread that must run for ever has ended; its traceback is in the log."""
        if not self.hub.alive:
            raise AviatorError("The thread that reads the workers' pipes has ended unexpectedly.")
        if not self._desk.alive:
            raise AviatorError("The thread that reads wishes and limits has ended unexpectedly; nothing more is clicked.")
        if self.betting and self.betting.failure:
            raise AviatorError("The thread that places bets has ended unexpectedly; nothing more is clicked.")

    def stop(self, switch: StopSwitch) -> None:
        """Stop everything in the order of the table; at once when the switch is pressed a second time."""
        stops: dict[str, Callable[[], None]] = {
            "hands": self.betting.stop if self.betting else lambda: None,
            "see:{bookmaker}": lambda: self._stop_workers(switch),
            "writer": self.writer.stop,
            "hub": self.hub.stop,
            "health": self.health.stop,
            "desk": self._desk.stop,
            "serve": self.serve.stop if self.serve else lambda: None,
        }
        began = self._clock.monotonic()
        for row in sorted(TABLE, key=lambda row: row.stop):
            log.info("shutdown, step %d: %s", row.stop, row.ending)
            stops[row.name]()
        if self._killer:
            self._killer.stop()
        self._registration.close()
        log.info("shutdown: done after %.1f s", self._clock.monotonic() - began)

    def _look_at_limits(self) -> None:
        """Limits accepted and bets placed elsewhere meanwhile count, and the database knows the heads of both histories."""
        if self.betting:
            self.betting.look()
            for chain, head in self.betting.heads.items():
                self.writer.note_head(chain, head)

    def _deliver(self, worker_start: float, seq: int, fact: Fact) -> None:
        if seq:
            self.writer.put(Record(worker_start, seq, fact))
        self.bus.publish(fact)

    def _status(self, stopped: bool) -> Status:
        self.betting_status = self.betting.desk.status() if self.betting else None
        return self._reporter.status(
            steady(self._clock).wall_now(),  # whoever reads it goes by the machine's clock
            self.state.all(),
            self.writer.stats(),
            self.health.latest,
            stopped=stopped,
            betting=self.betting_status,
        )

    def _posts(self) -> dict[str, Callable[[], str]]:
        """What may be asked for over the loopback port."""
        if (betting := self.betting) is None:
            return {}
        return {"/kill": lambda: betting.press_kill(KillSource.API), "/kill/panel": lambda: betting.press_kill(KillSource.PANEL)}

    def _renew_the_big(self) -> None:
        """A worker that holds too much memory leaves in order and begins anew, before the system ends it out of order."""
        health = self.health.latest
        if health is None or health.at == self._measured_at:
            return
        self._measured_at = health.at
        for process in health.processes:
            if process.name != ENGINE and 0 < self._memory_mb < process.memory_mb:
                why = f"its {process.memory_mb:.0f} MB are above the ceiling of {self._memory_mb} MB"
                self.supervisor.renew(BookmakerId(process.name), why)

    def _stop_workers(self, switch: StopSwitch) -> None:
        """They send what they have and leave; what they sent is read to the end of their pipes before the writer stops."""
        self.supervisor.ask_to_stop()
        deadline = self._clock.monotonic() + FINISH_S
        while self.supervisor.running() and self._clock.monotonic() < deadline and not switch.now.wait(_STEP_S):
            self.supervisor.step()
        self.supervisor.kill()
        read = self.hub.drain(FINISH_S)
        self.supervisor.step()  # of those that were killed, too, the end is put on record
        if not (self.hub.drain(FINISH_S) and read):
            log.error("a worker's pipe could not be read to its end")
