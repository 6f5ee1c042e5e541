"""The process of one bookmaker: grab -> read -> phase -> collect -> send, at a steady rate until told to stop.

In: settings and one end of a pipe. Out: facts and the newest picture through the pipe, crops of the unreadable as evidence.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

import cv2

from aviator.core.clock import Clock, ShiftedClock, SteadyClock, SystemClock
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_OVER, AviatorError, EngineGone, RecordingOver, SightLost
from aviator.core.events import (
    READ_MS_BUCKETS,
    Fact,
    PauseWorker,
    ResumeWorker,
    ScreenRead,
    StopWorker,
    WorkerBeat,
    WorkerFinished,
)
from aviator.core.logs import LogFile
from aviator.core.memory import EVERY_S, give_back
from aviator.core.ports import FrameSource
from aviator.core.types import BookmakerId, Field, Phase, Rect
from aviator.see.anchor import Tracker
from aviator.see.capture import ScreenSource
from aviator.see.eye import Eye
from aviator.see.look import Look
from aviator.see.pacing import Pacer
from aviator.see.replay import ReplaySource, Trace
from aviator.see.settings import WorkerSettings
from aviator.wire.outbox import Outbox

log = logging.getLogger(__name__)

BEAT_EVERY_S = 1.0
PICTURE_EVERY_S = 0.2
REST_S = 0.1
SHOWN_ROUNDS = 12
FAREWELL_S = 3.0
SEEK_EVERY_S = 1.0
SEEK_LATER_S = 8.0
"""A window that is not found is looked for ever less often, down to this: searching a whole screen is work."""

Note = Callable[[Look, Phase], None]
"""Takes a look and the phase after it."""


class Worker:
    """The loop around an `Eye`: paces it, sends what it finds, and accounts for its own work.

    `clock` is the machine's; a recording has a time of its own, which `pacer` goes by. `notes` are called after each look.
    `screen` is all that the source can show: there a window that moved is looked for, if its profile has an anchor.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        source: FrameSource,
        outbox: Outbox,
        clock: Clock,
        pacer: Pacer | None = None,
        notes: Sequence[Note] = (),
        screen: Rect | None = None,
    ) -> None:
        self._settings = settings
        self._source = source
        self._outbox = outbox
        self._clock = clock
        self._notes = notes
        self._eye = Eye(settings)
        self._mind = settings.mind() if settings.mind else None
        anchor = self._eye.profile.anchor
        self._tracker = Tracker(anchor, settings.window, screen, settings.others) if anchor and screen else None
        self._seek_at = 0.0
        self._seek_pause_s = SEEK_EVERY_S
        self._pacer = pacer or Pacer(settings.hz, clock)  # begins now: what the Eye took to open its profile was not missed
        self._paused = False
        self._ticks = 0
        self._busy_s = 0.0
        self._read_ms_counts = [0] * (len(READ_MS_BUCKETS) + 1)
        self._beat_ticks = 0
        self._beat_due = clock.monotonic()
        self._give_back_due = clock.monotonic() + EVERY_S
        self._picture_due = 0.0

    def run(self) -> None:
        """Work until told to stop. Raises `EngineGone` when nobody is left to work for, `RecordingOver` when nothing is left
        to see."""
        log.info("%s", self._intent())
        try:
            while not self._told_to_stop():
                if self._paused:
                    self._rest()
                else:
                    self._tick()
                    self._pacer.wait()
        except (RecordingOver, EngineGone):  # what is certain is told nevertheless: the next engine finds it in the spool
            self._finish()
            raise
        self._finish()
        log.info("asked to stop after %d looks and %d rounds", self._ticks, self._eye.rounds.rounds)
        say_farewell(self._outbox, self._settings.bookmaker, "asked to stop", self._clock)

    def _intent(self) -> str:
        settings, window = self._settings, self._settings.window
        place = settings.recording.path if settings.recording else "the screen"
        what = f"{window.w}x{window.h} at {window.x}, {window.y} of {place}"
        return f"process {os.getpid()} reads {what} by {settings.profile}, {settings.hz:g} times a second"

    def _told_to_stop(self) -> bool:
        """Heed what the engine commands."""
        for command in self._outbox.poll():
            if isinstance(command, StopWorker):
                return True
            if isinstance(command, PauseWorker | ResumeWorker) and self._paused != isinstance(command, PauseWorker):
                self._pause(not self._paused)
            if self._mind:
                self._mind.hear(command)
        return False

    def _pause(self, paused: bool) -> None:
        log.info("told to %s", "pause" if paused else "go on")
        self._paused = paused
        self._pacer.begin()
        if paused:
            now = self._clock.now()
            unseen = (None,) * 5
            self._outbox.post(ScreenRead(self._settings.bookmaker, now, Phase.UNKNOWN, *unseen, self._shown()))

    def _rest(self) -> None:
        """Look at nothing, but let the heart beat. What is missed is a long gap between two frames for those who come after."""
        self._beat_when_due(self._clock.monotonic())
        self._outbox.flush()
        self._clock.sleep(REST_S)

    def _finish(self) -> None:
        for fact in self._eye.rounds.finish():
            self._outbox.post(fact)
        self._beat()

    def _tick(self) -> None:
        began = self._clock.monotonic()
        look, facts = self._look()
        self._ticks += 1
        done = self._clock.monotonic()
        self._busy_s += done - began
        self._read_ms_counts[bisect_left(READ_MS_BUCKETS, 1000 * (done - began))] += 1
        for note in self._notes:
            note(look, self._eye.phases.phase)
        pictures = [self._picture(look)] if facts or done >= self._picture_due else []
        if pictures:
            self._picture_due = done + PICTURE_EVERY_S
        wishes = self._mind.step(look.at, (*facts, *pictures)) if self._mind else ()
        for fact in (*facts, *pictures, *wishes):
            self._outbox.post(fact)
        self._beat_when_due(done)
        self._outbox.flush()
        self._seek(look.at)

    def _look(self) -> tuple[Look, list[Fact]]:
        try:
            return self._eye.see(self._source.grab(self._eye.reader.rect))
        except SightLost as error:
            return self._eye.blind(self._clock.now(), error.reason)

    def _seek(self, at: float) -> None:
        """Now and then a window that is lost is looked for everywhere, and one that is in doubt near its place."""
        if self._tracker is None:
            return
        lost = self._eye.lost
        if not lost and not self._eye.uneasy:
            self._seek_pause_s = SEEK_EVERY_S
        elif at >= self._seek_at:
            self._seek_at = at + self._seek_pause_s
            self._seek_pause_s = min(SEEK_LATER_S, 2 * self._seek_pause_s)
            with suppress(SightLost):
                if shift := self._tracker.look(self._source, everywhere=lost):
                    self._eye.follow(self._tracker.window, shift)

    def _picture(self, look: Look) -> ScreenRead:
        players, total = look.count(Field.PLAYERS)
        return ScreenRead(
            self._settings.bookmaker,
            look.at,
            self._eye.phases.phase,
            look.score,
            look.value(Field.BALANCE),
            players,
            total,
            look.value(Field.TOTAL_WIN),
            self._shown(),
        )

    def _shown(self) -> tuple[Decimal, ...]:
        return self._eye.rounds.last_multipliers[:SHOWN_ROUNDS]

    def _beat_when_due(self, now: float) -> None:
        if now >= self._beat_due:
            self._beat_due = now + BEAT_EVERY_S
            self._beat()
        if now >= self._give_back_due:
            self._give_back_due = now + EVERY_S
            give_back()

    def _beat(self) -> None:
        stats, rounds = self._eye.reader.stats, self._eye.rounds
        ticks = self._ticks - self._beat_ticks
        self._outbox.post(
            WorkerBeat(
                self._settings.bookmaker,
                self._clock.now(),
                os.getpid(),
                self._ticks,
                self._pacer.skipped,
                1000 * self._busy_s / max(1, ticks),
                stats.fields_read,
                stats.cache_hits,
                stats.fallbacks,
                stats.unread,
                rounds.rounds,
                rounds.strip_agreed,
                rounds.strip_disagreed,
                useful_at=self._eye.useful_at,
                offline=self._eye.offline,
                read_ms_counts=tuple(self._read_ms_counts),
            )
        )
        self._beat_ticks, self._busy_s = self._ticks, 0.0


def say_farewell(outbox: Outbox, bookmaker: BookmakerId, reason: str, clock: Clock) -> None:
    """The worker's last word, sent with all that is still unsent. It stays until everything is acknowledged, for an engine that
    dies now would take along what it has not yet committed; but an engine that does not answer is not waited for for ever."""
    outbox.post(WorkerFinished(bookmaker, clock.now(), reason))
    deadline = clock.monotonic() + FAREWELL_S
    while (not outbox.flush() or outbox.unacknowledged) and clock.monotonic() < deadline:
        clock.sleep(0.01)
        outbox.poll()


def main(connection: Connection[Any, Any], settings: WorkerSettings) -> None:
    """A worker process from start to end; leaves with the exit code that tells the supervisor what to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _log_to(settings)
    base = ShiftedClock(settings.clock_file) if settings.clock_file else SystemClock()
    clock = SteadyClock(base, settings.epoch)
    outbox = Outbox(connection, clock.now())
    code = _guarded(
        lambda: _work(outbox, settings, clock), lambda reason: say_farewell(outbox, settings.bookmaker, reason, clock)
    )
    if outbox.unacknowledged and code != EXIT_CRASH:  # after a crash the engine, which is there, reads what was sent
        _save(outbox, settings)
    sys.exit(code)


def _save(outbox: Outbox, settings: WorkerSettings) -> None:
    facts = len(outbox.unacknowledged)
    try:
        path = outbox.save(settings.spool_dir, settings.log_file.stem)
    except OSError as error:
        log.critical("%d facts are lost: the engine did not acknowledge them, and the spool cannot be written (%s)", facts, error)
    else:
        log.warning("the engine did not acknowledge %d facts: they wait in %s for its next start", facts, path)


def _work(outbox: Outbox, settings: WorkerSettings, clock: Clock) -> None:
    # One bookmaker, one core: OpenCV's own threads would only get in the other workers' way.
    cv2.setNumThreads(1)
    with ExitStack() as closing_all:
        if (recording := settings.recording) is None:
            source = closing_all.enter_context(closing(ScreenSource(clock, wait=True)))
            Worker(settings, source, outbox, clock, screen=settings.screen).run()
            return
        replay = closing_all.enter_context(closing(ReplaySource(recording)))
        pacer, notes = Pacer(settings.hz, replay.clock), []
        if recording.trace:
            notes.append(closing_all.enter_context(closing(Trace(recording.trace, replay))).note)
        Worker(settings, replay, outbox, clock, pacer, notes, Rect(0, 0, *recording.size)).run()


def _guarded(work: Callable[[], None], farewell: Callable[[str], None]) -> int:
    """The exit code of `work`. Why it cannot go on is told to the engine, unless that is what is gone."""
    try:
        work()
    except EngineGone as error:
        log.warning("%s", error)
        return error.exit_code
    except AviatorError as error:
        # Without the traceback: the sentence is all there is to know.
        log.log(logging.INFO if error.exit_code == EXIT_OVER else logging.ERROR, "%s", error)
        with suppress(EngineGone):
            farewell(str(error))
        return error.exit_code
    except Exception:  # the outermost loop: whatever it was, it must stand in the log before the process goes
        log.exception("The worker crashed.")
        return EXIT_CRASH
    return EXIT_OK


def _log_to(settings: WorkerSettings) -> None:
    """A log that cannot be written now keeps no worker from its work."""
    logging.basicConfig(level=settings.log_level, handlers=[LogFile(settings.log_file, late=True)], force=True)
