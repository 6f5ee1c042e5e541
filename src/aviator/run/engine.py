"""The composition root: builds store, writer, hub, state and workers, runs them, and stops them in the order of the table.

In: settings. Out: rows in the database, an `EngineState` some times a second, a `Summary` at the end. Engine process,
main thread.
"""

import logging
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aviator import __version__
from aviator.act.latency import Latencies
from aviator.core.clock import JUMP_S, Clock, ShiftedClock, SystemClock, steady
from aviator.core.config import Settings
from aviator.core.errors import UserMistake
from aviator.core.files import make_private_dir, tighten_folder
from aviator.record.queries import last_rounds
from aviator.record.store import open_store
from aviator.run.hands import Minds, betting
from aviator.run.jobs import job, refuse_repeats, targets
from aviator.run.lifecycle import Life
from aviator.run.parts import Parts
from aviator.run.processes import SEE, Row
from aviator.run.recovery import ingest_spools, presence
from aviator.run.signals import StopSwitch
from aviator.run.state import RECENT, BookmakerState, EngineState, SharedGameState
from aviator.run.status import BettingStatus

log = logging.getLogger(__name__)

_STEP_S = 0.1

CLOCK_FILE = "AVIATOR_CLOCK_FILE"
"""Names a file by which a simulation shifts the clock (`ShiftedClock`). Heeded with play money alone."""

Watcher = Callable[[EngineState], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run of the engine went. `seconds` count from the moment every worker was reading."""

    seconds: float
    bookmakers: tuple[BookmakerState, ...]
    rows_written: int
    bet_times: Latencies | None = None
    """How long bets took; None where none were to be made."""
    betting: BettingStatus | None = None
    """How betting went on the day of its end; None where nothing was bet."""

    @property
    def faulted(self) -> bool:
        return any(b.life is Life.FAULTED for b in self.bookmakers)


class Engine:
    """One run: made, run once, thrown away. `row` says what a worker is; tests put stubs there.

    `play_money`: the windows are simulated ones, so that betting needs nobody's word.
    `clock_file` shifts the clock (`ShiftedClock`): for tests of time alone.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        row: Row = SEE,
        *,
        play_money: bool = False,
        clock_file: Path | None = None,
    ) -> None:
        self._settings = settings
        named = os.environ.get(CLOCK_FILE) if play_money else None
        self._clock_file = Path(named) if named else clock_file
        self._clock = steady(clock or (ShiftedClock(self._clock_file) if self._clock_file else SystemClock()))
        self._wall_ahead_s = 0.0
        self._row = row
        self._play_money = play_money
        self._began: float | None = None

    def run(self, seconds: float | None = None, switch: StopSwitch | None = None, watcher: Watcher | None = None) -> Summary:
        """Collect until the switch is pressed, `seconds` of reading are over, or no worker is left.

        Raises `UserMistake` before anything is started when the settings cannot be followed.
        """
        switch = switch or StopSwitch()
        settings = self._settings
        found = targets(settings)
        try:
            make_private_dir(settings.data_dir)
            tighten_folder(settings.data_dir)
        except OSError as error:
            raise UserMistake(f"The data folder {settings.data_dir} cannot be made ({error.strerror}): choose another.") from None
        with presence(settings.data_dir) as run_file, closing(open_store(settings.database_url, settings.site)) as store:
            ingest_spools(settings, store, self._clock)
            names = [t.bookmaker for t in found]
            place = settings.data_dir
            log.info("AVIATOR %s, process %d, follows %s; data in %s", __version__, os.getpid(), ", ".join(names), place)
            past = {n: tuple((r.multiplier, r.ended_at) for r in last_rounds(store, n, RECENT)) for n in names}
            refuse_repeats(found, past)
            state = SharedGameState(names, past)
            others = {t.bookmaker: [o.window for o in found if o is not t and not t.recording] for t in found}
            minds = Minds()
            time = (self._clock.epoch, self._clock_file)
            jobs = [job(t, settings, state, self._row, others[t.bookmaker], partial(minds.of, t), time) for t in found]
            parts = Parts(
                settings, self._clock, state, jobs, store, run_file.note_worker,
                lambda voices: betting(settings, found, store, voices, self._clock, self._play_money),
            )  # fmt: skip
            minds.betting = parts.betting
            run_file.confirm()
            try:
                parts.start()
                self._follow(parts, seconds, switch, watcher or (lambda _: None))
            finally:
                ended = self._clock.monotonic()
                parts.stop(switch)
            if watcher:
                watcher(self._look(parts))
        bet_times = parts.betting.latencies if parts.betting else None
        bets = parts.betting.desk.status() if parts.betting else None
        return Summary(ended - (self._began or ended), state.all(), parts.writer.stats().processed, bet_times, bets)

    def _follow(self, parts: Parts, seconds: float | None, switch: StopSwitch, watcher: Watcher) -> None:
        while not switch.asked.wait(_STEP_S):
            parts.step()
            self._note_step()
            now = self._clock.monotonic()
            if self._began is None and parts.supervisor.settled():
                self._began = now
            watcher(self._look(parts))
            if not parts.supervisor.any_left():
                over = all(b.life is Life.STOPPED for b in parts.state.all())
                log.log(logging.INFO if over else logging.ERROR, "every recording is over" if over else "no worker is left")
                return
            if seconds is not None and self._began is not None and now - self._began >= seconds:
                log.info("%g seconds are over", seconds)
                return

    def _note_step(self) -> None:
        """Somebody set the machine's clock. This run keeps its own time; what is recorded stays in order."""
        ahead_s = self._clock.wall_ahead_s
        if abs(ahead_s - self._wall_ahead_s) >= JUMP_S:
            self._wall_ahead_s = ahead_s
            log.warning("the machine's clock is %+.1f s off the time of this run, which holds until the next start", ahead_s)

    def _look(self, parts: Parts) -> EngineState:
        running = None if self._began is None else self._clock.monotonic() - self._began
        stats = parts.writer.stats()
        killed = str((parts.betting and parts.betting.kill.pressed) or "")
        return EngineState(
            self._clock.now(), running, parts.state.all(), stats.processed, stats.queue, killed, parts.betting_status
        )
