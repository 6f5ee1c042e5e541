"""The writer: the one thread of the engine process that owns the database's write connection.

In come records from the hub thread, each worker's in its own order; out go committed rows and, after each commit, an
acknowledgement for every worker: all its facts up to that number are in the database (or, with a reason, in `rejects`), or in
a spool file on the disk while the database does not keep up. What lies there is older than what is queued, and goes first.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from aviator.core.clock import Clock
from aviator.core.errors import AviatorError
from aviator.core.events import Acknowledge, WorkerFinished
from aviator.core.hash_chain import Head
from aviator.core.types import BookmakerId
from aviator.record.committer import Committer, NotWritten
from aviator.record.overflow import Overflow
from aviator.record.rows import Record
from aviator.record.stats import WriterStats
from aviator.record.store import Store
from aviator.wire.topics import TOPICS

BOUND = 10_000
CRITICAL_AT = 8_000
WARNING_AT = 5_000
CALM_BELOW = 4_000
STATS_EVERY_S = 60.0
TRIM_EVERY_S = 10.0
"""Pages that were written lie in SQLite's cache. To read those anew that are wanted again takes less than a millisecond."""
STOP_PATIENCE_S = 3.0
RETRY_S = 1.0
"""Between two tries of a database that takes nothing, while events go to the spool."""
SPOOL_AT_ONCE = 1_000
"""So many events do not wait for the next try."""

_BATCHES = {1: (10, 2.0), 2: (20, 2.0), 3: (30, 1.5), 4: (50, 1.0), 5: (50, 1.0), 6: (60, 0.5)}

_ENGINES_OWN = frozenset(topic.event for topic in TOPICS if topic.producer == "engine")

_log = logging.getLogger(__name__)


class WriterStopped(AviatorError):
    """A record came after the writer had ended."""


def batch_limits(bookmakers: int) -> tuple[int, float]:
    """Rows per transaction and the seconds after which a smaller batch is written, whichever comes first (DESIGN, section 6)."""
    return _BATCHES.get(max(1, bookmakers)) or (min(100, 10 * bookmakers), 0.5)


class Writer:
    """Takes records by `put`, writes them in batches. `start` begins, `stop` drains and ends.

    `on_committed` is called in the writer's thread and must neither raise nor wait. `spool_dir`: the folder for what the database
    does not take in time. `head_file` keeps the head of the chain of bets and steps outside the database.
    """

    def __init__(
        self,
        store: Store,
        *,
        bookmakers: int,
        clock: Clock,
        on_committed: Callable[[Mapping[BookmakerId, Acknowledge]], None],
        spool_dir: Path,
        site: str = "local",
        batch_size: int = 0,
        batch_timeout_s: float = 0.0,
        head_file: Path | None = None,
    ) -> None:
        size, timeout_s = batch_limits(bookmakers)
        self.batch_size, self.batch_timeout_s = batch_size or size, batch_timeout_s or timeout_s
        self._clock, self._on_committed = clock, on_committed
        self._committer = Committer(store, site, clock, self._may_wait, head_file)
        self._overflow = Overflow(spool_dir, clock.now())
        self._queue: deque[Record] = deque()
        """What is being written stays in front until it is safe."""
        self._changed = threading.Condition()
        self._stopping = self._ended = self._hurry = False
        self._out = self._spool_fails = False
        self._stop_asked_at = 0.0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._began = self._said_at = self._trimmed_at = clock.monotonic()
        self._processed = self._batches = self._max_queue = self._queue_warnings = 0
        self._busy_s = 0.0
        self._level = logging.NOTSET
        self._said = self.stats()

    def start(self) -> None:
        """Begin to write, and to count the time."""
        self._began = self._said_at = self._clock.monotonic()
        self._said = self.stats()
        self._thread.start()

    def put(self, record: Record) -> None:
        """Queue a record, without waiting; a worker's records in the order of their numbers.

        Raises `WriterStopped` when the writer has ended.
        """
        with self._changed:
            if self._ended:
                raise WriterStopped("The writer has ended: records can no longer be written.")
            self._queue.append(record)
            waiting = len(self._queue)
            if waiting > self._max_queue:
                self._max_queue = waiting
            if waiting >= WARNING_AT:
                self._watch(waiting)
            if isinstance(record.event, WorkerFinished):  # that worker waits for the acknowledgement before it leaves
                self._hurry = True
                self._changed.notify_all()
            elif waiting in (1, self.batch_size, SPOOL_AT_ONCE):
                self._changed.notify_all()

    def note_head(self, chain: str, head: Head) -> None:
        """The head of a chain outside the database, to be kept in it; any thread."""
        self._committer.note_head(chain, head)

    def stop(self) -> None:
        """Write everything queued, close the connection, log the final statistics. Records must no longer come."""
        with self._changed:
            self._stopping = True
            self._stop_asked_at = self._clock.monotonic()
            self._changed.notify_all()
        self._thread.join()

    def stats(self) -> WriterStats:
        """The figures now; any thread."""
        return WriterStats(
            processed=self._processed,
            batches=self._batches,
            errors=self._committer.errors,
            rejected=self._committer.rejected,
            busy_s=self._busy_s,
            runtime_s=self._clock.monotonic() - self._began,
            queue=len(self._queue),
            max_queue=self._max_queue,
            queue_warnings=self._queue_warnings,
            fault=self._committer.fault,
            spooled=self._overflow.events,
        )

    def _run(self) -> None:
        try:
            while self._step():
                self._report()
        finally:
            self._leave()
            self._committer.close()
            stats = self.stats()
            _log.info("%s", stats.block())
            _log.info("The writer was idle %.1f %% of the time.", 100 * stats.idle_share)

    def _step(self) -> bool:
        """One batch into the database, or all into the spool when that does not keep up; False when the writer is to end."""
        if self._out:
            self._pause()
        if self._overflow.waiting:
            written = self._catch_up()
        elif batch := self._next_batch():
            written = self._write(batch)
        else:
            return False
        self._out = not written
        if not written and self._stopping and not self._may_wait():
            return False
        if not written or len(self._queue) >= BOUND:
            self._spool()
        return True

    def _next_batch(self) -> list[Record]:
        """A full batch, or what has come within the time limit; empty when there is nothing more to come."""
        queue, size = self._queue, self.batch_size
        with self._changed:
            while not queue and not self._stopping:
                self._changed.wait(STATS_EVERY_S)
                self._report()
            if len(queue) < size and not (self._stopping or self._hurry):
                self._changed.wait_for(lambda: len(queue) >= size or self._stopping or self._hurry, self.batch_timeout_s)
            return list(islice(queue, size))

    def _pause(self) -> None:
        """A database that takes nothing is not asked all the time."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._stopping or (len(self._queue) >= SPOOL_AT_ONCE and not self._spool_fails), RETRY_S
            )

    def _write(self, batch: list[Record]) -> bool:
        """False when the database takes nothing: the batch is still queued then."""
        began = self._clock.monotonic()
        try:
            self._committer.commit(batch)
        except NotWritten:
            return False
        self._safe(batch)
        self._count(began, len(batch))
        return True

    def _catch_up(self) -> bool:
        """The oldest spool file into the database, if that takes it."""
        began = self._clock.monotonic()
        try:
            events = self._overflow.give_back(self._committer.commit)
        except NotWritten:
            return False
        self._count(began, events)
        if not self._overflow.waiting:
            _log.info("All that was in the spool is in the database.")
        return True

    def _spool(self) -> bool:
        """All that is queued into the spool; False when that cannot be written either, and memory has to do."""
        with self._changed:
            records = list(self._queue)
        first = not self._overflow.waiting
        try:
            if records:
                self._overflow.put(records)
        except OSError as error:
            if not self._spool_fails:
                self._spool_fails = True
                _log.critical("Nor can the spool be written (%s): events are kept in memory, here and by their workers.", error)
            return False
        self._safe(records)
        if self._spool_fails:
            self._spool_fails = False
            _log.info("The spool can be written again.")
        if first and records:
            _log.critical("The database does not keep up: events go to the spool in %s until it does.", self._overflow.folder)
        return True

    def _safe(self, records: list[Record]) -> None:
        """These, the oldest queued, are in the database or on the disk."""
        with self._changed:
            for _ in records:
                self._queue.popleft()
            if not self._queue:
                self._hurry = False
            if self._level and len(self._queue) < CALM_BELOW:
                self._level = logging.NOTSET
                _log.info("The writer's queue is down to %d again.", len(self._queue))
        if acknowledged := acknowledgements(records):
            self._on_committed(acknowledged)

    def _leave(self) -> None:
        """What the database did not take goes to the spool, whatever the reason; what that does not take is lost."""
        with self._changed:
            self._ended = True
        if self._queue and not self._spool():
            _log.critical("%d events are lost: neither the database nor the spool took them.", len(self._queue))
        self._overflow.close()
        if self._overflow.waiting:
            _log.warning(
                "The database took nothing: %d events wait in %s for the next start.",
                self._overflow.events,
                self._overflow.folder,
            )

    def _count(self, began: float, events: int) -> None:
        self._busy_s += self._clock.monotonic() - began
        self._processed += events
        self._batches += 1

    def _may_wait(self) -> bool:
        """Is there time to wait for a database that takes nothing? Until the queue is full, or the writer is to stop."""
        if self._stopping:
            return self._clock.monotonic() - self._stop_asked_at < STOP_PATIENCE_S
        return len(self._queue) < BOUND and not self._overflow.waiting

    def _watch(self, waiting: int) -> None:
        """Say once when the queue passes a mark; it is forgotten when the queue is well below again."""
        level = logging.CRITICAL if waiting >= CRITICAL_AT else logging.WARNING
        if level > self._level:
            self._level = level
            self._queue_warnings += 1
            _log.log(level, "The writer's queue holds %d of at most %d events: the database is too slow.", waiting, BOUND)

    def _report(self) -> None:
        now = self._clock.monotonic()
        if now - self._said_at >= STATS_EVERY_S:
            stats = self.stats()
            _log.info("%s", stats.line(self._said))
            self._said_at, self._said = now, stats
        if now - self._trimmed_at >= TRIM_EVERY_S:
            self._trimmed_at = now
            self._committer.trim()


def acknowledgements(batch: list[Record]) -> dict[BookmakerId, Acknowledge]:
    """The highest number in the batch of each bookmaker's latest worker. The queue keeps each worker's order and batches are
    committed one after the other, so everything below it is committed too. The engine's own facts wait for nobody's answer."""
    highest: dict[tuple[BookmakerId, float], int] = {}
    for worker_start, seq, event in batch:
        if type(event) in _ENGINES_OWN:
            continue
        worker = (event.bookmaker, worker_start)
        if seq > highest.get(worker, 0):
            highest[worker] = seq
    return {bookmaker: Acknowledge(start, seq) for (bookmaker, start), seq in sorted(highest.items())}
