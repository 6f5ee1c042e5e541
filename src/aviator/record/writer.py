"""The writer: the one thread of the engine process that owns the database's write connection.

In come records from the hub thread, each worker's in its own order; out go committed rows and, after each commit, an
acknowledgement for every worker: all its facts up to that number are in the database (or, with a reason, in `rejects`).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping

from aviator.core.clock import Clock
from aviator.core.errors import AviatorError
from aviator.core.events import Acknowledge
from aviator.core.types import BookmakerId
from aviator.record.committer import Committer, NotWritten
from aviator.record.rows import Record
from aviator.record.stats import WriterStats
from aviator.record.store import Store

BOUND = 10_000
CRITICAL_AT = 8_000
WARNING_AT = 5_000
CALM_BELOW = 4_000
STATS_EVERY_S = 60.0
STOP_PATIENCE_S = 10.0

_BATCHES = {1: (10, 2.0), 2: (20, 2.0), 3: (30, 1.5), 4: (50, 1.0), 5: (50, 1.0), 6: (60, 0.5)}

_log = logging.getLogger(__name__)


class WriterStopped(AviatorError):
    """A record came after the writer had ended."""


def batch_limits(bookmakers: int) -> tuple[int, float]:
    """Rows per transaction and the seconds after which a smaller batch is written, whichever comes first (DESIGN, section 6)."""
    return _BATCHES.get(max(1, bookmakers)) or (min(100, 10 * bookmakers), 0.5)


class Writer:
    """Takes records by `put`, writes them in batches. `start` begins, `stop` drains and ends.

    `on_committed` is called in the writer's thread and must neither raise nor wait. `overflow` is offered a record that finds
    the queue full; it returns True once it has the record safe. Without it `put` waits, and facts stay with their workers.
    """

    def __init__(
        self,
        store: Store,
        *,
        bookmakers: int,
        clock: Clock,
        on_committed: Callable[[Mapping[BookmakerId, Acknowledge]], None],
        site: str = "local",
        batch_size: int = 0,
        batch_timeout_s: float = 0.0,
        overflow: Callable[[Record], bool] | None = None,
    ) -> None:
        size, timeout_s = batch_limits(bookmakers)
        self.batch_size, self.batch_timeout_s = batch_size or size, batch_timeout_s or timeout_s
        self._clock, self._on_committed, self._overflow = clock, on_committed, overflow
        self._committer = Committer(store, site, clock, self._may_wait)
        self._queue: deque[Record] = deque()
        self._changed = threading.Condition()
        self._stopping = self._ended = False
        self._stop_asked_at = 0.0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._began = self._said_at = clock.monotonic()
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
        """Queue a record; a worker's records in the order of their numbers. Raises `WriterStopped` when the writer has ended."""
        with self._changed:
            while len(self._queue) >= BOUND and not self._ended:
                if self._overflow is not None and self._overflow(record):
                    return
                self._changed.wait()
            if self._ended:
                raise WriterStopped("The writer has ended: records can no longer be written.")
            self._queue.append(record)
            waiting = len(self._queue)
            if waiting > self._max_queue:
                self._max_queue = waiting
            if waiting >= WARNING_AT:
                self._watch(waiting)
            if waiting == 1 or waiting == self.batch_size:
                self._changed.notify_all()

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
        )

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._write(batch)
                self._report()
        except NotWritten as error:
            _log.critical("%s %d events are not written; their workers still have them.", error, len(self._queue) + len(batch))
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
            self._committer.close()
            stats = self.stats()
            _log.info("%s", stats.block())
            _log.info("The writer was idle %.1f %% of the time.", 100 * stats.idle_share)

    def _next_batch(self) -> list[Record]:
        """A full batch, or what has come within the time limit; empty when there is nothing more to come."""
        queue, size = self._queue, self.batch_size
        with self._changed:
            while not queue and not self._stopping:
                self._changed.wait(STATS_EVERY_S)
                self._report()
            if len(queue) < size and not self._stopping:
                self._changed.wait_for(lambda: len(queue) >= size or self._stopping, self.batch_timeout_s)
            was_full = len(queue) >= BOUND
            batch = [queue.popleft() for _ in range(min(size, len(queue)))]
            if was_full:
                self._changed.notify_all()
            if self._level and len(queue) < CALM_BELOW:
                self._level = logging.NOTSET
                _log.info("The writer's queue is down to %d again.", len(queue))
        return batch

    def _write(self, batch: list[Record]) -> None:
        began = self._clock.monotonic()
        self._committer.commit(batch)
        self._on_committed(acknowledgements(batch))
        self._busy_s += self._clock.monotonic() - began
        self._processed += len(batch)
        self._batches += 1

    def _may_wait(self) -> bool:
        """Is there time to wait for a database that takes nothing? Always, until the writer is to stop."""
        return not self._stopping or self._clock.monotonic() - self._stop_asked_at < STOP_PATIENCE_S

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


def acknowledgements(batch: list[Record]) -> dict[BookmakerId, Acknowledge]:
    """The highest number in the batch of each bookmaker's latest worker. The queue keeps each worker's order and batches are
    committed one after the other, so everything below it is committed too."""
    highest: dict[tuple[BookmakerId, float], int] = {}
    for worker_start, seq, event in batch:
        worker = (event.bookmaker, worker_start)
        if seq > highest.get(worker, 0):
            highest[worker] = seq
    return {bookmaker: Acknowledge(start, seq) for (bookmaker, start), seq in sorted(highest.items())}
