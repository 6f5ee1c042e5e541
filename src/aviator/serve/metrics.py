"""Figures of a running engine for Prometheus: THE table of what is shown, and where each figure comes from.

In: facts over the bus, the writer's statistics, the processes' memory and time. Out: metric families, made anew at each look.
Engine process; facts come in the hub's and the main thread, looks in the server's.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    StateSetMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from aviator.core.bets import Mode, Outcome
from aviator.core.clock import Clock
from aviator.core.events import READ_MS_BUCKETS, Event, Fact
from aviator.core.types import BookmakerId, Phase, Source
from aviator.record.stats import WriterStats
from aviator.serve.bets import MODES, BetCounts
from aviator.serve.counts import FOLLOWED, Counts
from aviator.serve.processes import Processes, Usage
from aviator.wire.bus import EventBus

Figures = Mapping[tuple[str, ...], Sequence[Any]]
"""Values of the labels -> what the family's `add_metric` takes after them."""


@dataclass(frozen=True, slots=True)
class Now:
    """What every figure is made of, at one look."""

    uptime_s: float
    bookmakers: Mapping[BookmakerId, Counts]
    lives: Sequence[str]
    writer: WriterStats
    usage: Mapping[str, Usage]


@dataclass(frozen=True, slots=True)
class Row:
    """One metric."""

    family: Callable[..., Any]
    name: str
    about: str
    labels: tuple[str, ...]
    figures: Callable[[Now], Figures]

    def empty(self) -> Any:
        """The metric's family without samples."""
        return self.family(f"aviator_{self.name}", self.about, labels=self.labels)

    def at(self, now: Now) -> Metric:
        family = self.empty()
        for values, figure in self.figures(now).items():
            family.add_metric(values, *figure)
        assert isinstance(family, Metric)
        return family


def _whole(value: Callable[[Now], Sequence[Any]]) -> Callable[[Now], Figures]:
    """Of the engine as a whole."""
    return lambda now: {(): value(now)}


def _each(value: Callable[[Counts], Any]) -> Callable[[Now], Figures]:
    """One for each bookmaker; None: not known yet, so not shown."""
    return lambda now: {(name,): (found,) for name, c in now.bookmakers.items() if (found := value(c)) is not None}


def _split(values: Callable[[Counts], Mapping[str, int]]) -> Callable[[Now], Figures]:
    """Several for each bookmaker, told apart by a second label."""
    return lambda now: {(name, key): (value,) for name, c in now.bookmakers.items() for key, value in values(c).items()}


def _work(name: str) -> Callable[[Now], Figures]:
    return _each(lambda c: c.work[name])


def _bets(now: Now) -> Figures:
    return {
        (name, mode.value, outcome.value): (c.bets.outcomes[mode, outcome],)
        for name, c in now.bookmakers.items()
        for mode in MODES
        for outcome in Outcome
    }


def _money(sums: Callable[[BetCounts], Mapping[Mode, Decimal]]) -> Callable[[Now], Figures]:
    return lambda now: {
        (name, mode.value): (float(sums(c.bets).get(mode, 0)),) for name, c in now.bookmakers.items() for mode in MODES
    }


def _read_ms(now: Now) -> Figures:
    bounds = (*map(str, READ_MS_BUCKETS), "+Inf")
    return {
        (name,): (tuple(zip(bounds, accumulate(c.read_ms_counts), strict=True)), c.read_ms_sum)
        for name, c in now.bookmakers.items()
    }


def _states(now: Now) -> Figures:
    return {(name,): ({life: c.life == life for life in now.lives},) for name, c in now.bookmakers.items()}


def _phases(now: Now) -> Figures:
    return {(name,): ({phase.value: c.phase is phase for phase in Phase},) for name, c in now.bookmakers.items()}


def _usage(value: Callable[[Usage], float | None]) -> Callable[[Now], Figures]:
    return lambda now: {(name,): (found,) for name, usage in now.usage.items() if (found := value(usage)) is not None}


_ONE, _PROCESS = ("bookmaker",), ("process",)
_Counter, _Gauge, _Summary = CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
_Histogram, _StateSet = HistogramMetricFamily, StateSetMetricFamily

TABLE = (
    Row(_Gauge, "uptime_seconds", "Time since the engine started.", (), _whole(lambda n: (n.uptime_s,))),
    # reading
    Row(_Histogram, "ocr_speed_ms", "Time of a look at the screen (grab and read), in milliseconds.", _ONE, _read_ms),
    Row(_Counter, "ticks_total", "Looks at the screen.", _ONE, _work("ticks")),
    Row(_Counter, "ticks_skipped_total", "Looks left out because the one before took too long.", _ONE, _work("ticks_skipped")),
    Row(_Counter, "fields_read_total", "Readings of a field whose pixels had changed.", _ONE, _work("fields_read")),
    Row(_Counter, "cache_hits_total", "Readings saved because the field's pixels had not changed.", _ONE, _work("cache_hits")),
    Row(_Counter, "fallbacks_total", "Readings that needed a second opinion (Tesseract).", _ONE, _work("fallbacks")),
    Row(_Counter, "unread_total", "Readings that stayed in doubt and count as unknown.", _ONE, _work("unread")),
    # rounds
    Row(_Counter, "rounds_total", "Rounds recorded: seen live, or recovered from the history strip.", (*_ONE, "source"),
        _split(lambda c: {source.value: c.rounds[source] for source in Source})),
    Row(_Counter, "rounds_missing_total", "Rounds in declared gaps, their number estimated by the game's clock.", _ONE,
        _each(lambda c: c.rounds_missing)),
    Row(_Counter, "gaps_total", "Declared gaps: times whose rounds could not be recovered.", _ONE, _each(lambda c: c.gaps)),
    Row(_Counter, "thresholds_crossed_total", "Rounds whose multiplier reached the threshold.", (*_ONE, "threshold"),
        _split(lambda c: {str(threshold): c.crossed[threshold] for threshold in c.thresholds})),
    Row(_Gauge, "last_round_end_timestamp_seconds", "When the last recorded round ended (Unix time).", _ONE,
        _each(lambda c: c.last_round_at)),
    Row(_Gauge, "completeness", "Rounds recorded of those known to have happened, 0 to 1.", _ONE,
        _each(lambda c: c.completeness)),
    Row(_Gauge, "data_accuracy", "Rounds compared of which the history strip shows the same multiplier, 0 to 1.", _ONE,
        _each(lambda c: c.accuracy)),
    Row(_Counter, "strip_comparisons_total", "Rounds compared with the history strip.", (*_ONE, "result"),
        _split(lambda c: {result: c.work[f"strip_{result}"] for result in ("agreed", "disagreed")})),
    # betting
    Row(_Counter, "bets_total", "Wishes to bet by what became of them; one UNCERTAIN at first also by what it turned out to be.",
        (*_ONE, "mode", "outcome"), _bets),
    Row(_Counter, "bet_stakes_total", "Money staked by placed bets.", (*_ONE, "mode"), _money(lambda b: b.stakes)),
    Row(_Counter, "bet_payouts_total", "Money paid for settled bets.", (*_ONE, "mode"), _money(lambda b: b.payouts)),
    Row(_Gauge, "profit_loss", "Payouts minus stakes of the bets settled since the engine started.", (*_ONE, "mode"),
        _money(lambda b: b.profits)),
    Row(_Counter, "betting_blocks_total", "Times that something began to keep from betting: a limit, doubt, the kill switch.",
        _ONE, _each(lambda c: c.bets.blocks)),
    Row(_Gauge, "betting_blocked", "How many things keep from betting now.", _ONE, _each(lambda c: len(c.bets.blocking))),
    # workers
    Row(_StateSet, "phase", "What the game is doing.", _ONE, _phases),
    Row(_StateSet, "worker_life", "Where the bookmaker's worker is in its life.", _ONE, _states),
    Row(_Counter, "crashes_total", "Unasked ends of the bookmaker's worker, those of hung ones included.", _ONE,
        _each(lambda c: c.crashes)),
    Row(_Counter, "restarts_total", "Starts of the bookmaker's worker after the first.", _ONE, _each(lambda c: c.restarts)),
    # record
    Row(_Summary, "batch_write_seconds", "Time to write a batch, and the number of batches.", (),
        _whole(lambda n: (n.writer.batches, n.writer.busy_s))),
    Row(_Summary, "batch_rows", "Facts in a batch, and the number of batches.", (),
        _whole(lambda n: (n.writer.batches, n.writer.processed))),
    Row(_Counter, "write_errors_total", "Transactions that failed and were tried again.", (),
        _whole(lambda n: (n.writer.errors,))),
    Row(_Counter, "rejects_total", "Rows that the database would not take, kept in the table rejects.", (),
        _whole(lambda n: (n.writer.rejected,))),
    Row(_Gauge, "database_up", "1 while the database takes what is written, else 0.", (),
        _whole(lambda n: (int(n.writer.fault is None),))),
    Row(_Gauge, "queue_depth", "Facts that wait to be written.", (), _whole(lambda n: (n.writer.queue,))),
    Row(_Gauge, "spooled", "Facts that wait in spool files because the database took nothing.", (),
        _whole(lambda n: (n.writer.spooled,))),
    # machine
    Row(_Gauge, "process_resident_memory_bytes", "Memory of the engine and of each worker, shared parts included.", _PROCESS,
        _usage(lambda u: u.memory_bytes)),
    Row(_Counter, "process_cpu_seconds_total", "Processor time of the engine and of each worker over all its starts.", _PROCESS,
        _usage(lambda u: u.cpu_s)),
)  # fmt: skip


class Metrics(Collector):
    """Follows the facts of `bus` and answers Prometheus.

    `bookmakers`: name -> multipliers whose crossing is counted, ascending. `lives`: every state of a worker.
    """

    def __init__(
        self,
        bus: EventBus,
        bookmakers: Mapping[BookmakerId, Sequence[Decimal]],
        lives: Sequence[str],
        writer: Callable[[], WriterStats],
        clock: Clock,
    ) -> None:
        self._lives, self._writer, self._clock = tuple(lives), writer, clock
        self._began = clock.monotonic()
        self._lock = threading.Lock()
        self._counts = {name: Counts(tuple(thresholds)) for name, thresholds in bookmakers.items()}
        self._processes = Processes()
        bus.subscribe(FOLLOWED, "metrics", handler=self._apply)

    def describe(self) -> Iterator[Metric]:
        """What `collect` will give, so that a caller may ask for some of it by name."""
        return (row.empty() for row in TABLE)

    def collect(self) -> Iterator[Metric]:
        """Every metric of the table, as of now. Any thread."""
        with self._lock:
            usage = self._processes.look({name: c.pid for name, c in self._counts.items()})
            now = Now(self._clock.monotonic() - self._began, self._counts, self._lives, self._writer(), usage)
            shown = [row.at(now) for row in TABLE]
        yield from shown

    def _apply(self, event: Event) -> None:
        if isinstance(event, Fact):
            with self._lock:
                self._counts.setdefault(event.bookmaker, Counts()).apply(event)
