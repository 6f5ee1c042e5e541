"""Figures for Prometheus: real events over the bus, fetched by HTTP, read by Prometheus's own parser."""

import logging
import os
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from aviator.core.clock import ManualClock
from aviator.core.events import READ_MS_BUCKETS, GapFound, LifeChanged, PhaseChanged, RoundEnded, WorkerBeat
from aviator.core.game import THRESHOLDS
from aviator.core.types import BookmakerId, Phase, Source
from aviator.record.stats import WriterStats
from aviator.run.lifecycle import Life
from aviator.serve.metrics import TABLE, Metrics
from aviator.serve.server import HOST, MetricsServer
from aviator.wire.bus import EventBus

A, B = BookmakerId("A"), BookmakerId('B "x"\\\n')
"""The second one with all that has to be escaped."""

STATS = WriterStats(557, 28, 3, 1, 0.7, 30.0, queue=5, max_queue=9, queue_warnings=0, fault="No room.", spooled=4)

Samples = dict[tuple[str, tuple[str, ...]], float]
"""(name, values of the labels sorted by name) -> value."""


class Watched:
    """A bus, its metrics, and a server on a free port."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.bus = EventBus(self.clock)
        metrics = Metrics(self.bus, {A: THRESHOLDS, B: THRESHOLDS}, [life.value for life in Life], lambda: STATS, self.clock)
        self.server = MetricsServer(metrics, 0)

    def text(self) -> str:
        with urllib.request.urlopen(f"http://{HOST}:{self.server.port}/metrics", timeout=5) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            return answer.read().decode()

    def samples(self) -> Samples:
        families = text_string_to_metric_families(self.text())
        return {(s.name, tuple(v for _, v in sorted(s.labels.items()))): s.value for f in families for s in f.samples}


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    found.server.start()
    try:
        yield found
    finally:
        found.server.stop()


def round_ended(multiplier: str, at: float = 100.0, source: Source = Source.LIVE) -> RoundEnded:
    return RoundEnded(A, at - 5, at, Decimal(multiplier), None, None, None, source, 1.0)


def beat(pid: int, ticks: int, counts: tuple[int, ...] = (), bookmaker: BookmakerId = A) -> WorkerBeat:
    return WorkerBeat(bookmaker, 0.0, pid, ticks, 2, 1.5, 10 * ticks, 7, 3, 1, 0, 9, 1, read_ms_counts=counts)


def turn(before: Life, after: Life) -> LifeChanged:
    return LifeChanged(A, 0.0, before, after)


def test_every_metric_is_there_from_the_start_and_reads_zero(watched: Watched) -> None:
    """But what is not known yet, which is not shown rather than shown as 0."""
    watched.clock.sleep(12.5)
    samples = watched.samples()
    assert samples["aviator_uptime_seconds", ()] == 12.5
    assert samples["aviator_rounds_total", ("A", "live")] == 0
    assert samples["aviator_crashes_total", (B,)] == 0
    assert samples["aviator_ocr_speed_ms_count", ("A",)] == 0
    assert samples["aviator_worker_life", ("STARTING", "A")] == 1
    assert sum(v for (name, _), v in samples.items() if name == "aviator_phase") == 2
    unknown = {"completeness", "data_accuracy", "last_round_end_timestamp_seconds"}
    shown = {name for name, _ in samples}
    for row in TABLE:
        assert any(name.startswith(f"aviator_{row.name}") for name in shown) is (row.name not in unknown), row.name


def test_rounds_gaps_and_phases(watched: Watched) -> None:
    for event in (
        round_ended("1.49"), round_ended("1.50", 140.0), round_ended("12.00", 120.0, Source.STRIP),
        GapFound(A, 0, 1, 1, ""), PhaseChanged(A, 0, Phase.UNKNOWN, Phase.BETTING),
    ):  # fmt: skip
        watched.bus.publish(event)
    samples = watched.samples()
    assert samples["aviator_rounds_total", ("A", "live")] == 2
    assert samples["aviator_rounds_total", ("A", "strip")] == 1
    assert [samples["aviator_thresholds_crossed_total", ("A", t)] for t in ("1.5", "2", "3", "5", "10")] == [2, 1, 1, 1, 1]
    assert samples["aviator_completeness", ("A",)] == 0.75
    assert samples["aviator_rounds_missing_total", ("A",)] == samples["aviator_gaps_total", ("A",)] == 1
    assert samples["aviator_last_round_end_timestamp_seconds", ("A",)] == 140
    assert samples["aviator_phase", ("BETTING", "A")] == 1
    assert samples["aviator_phase", ("UNKNOWN", "A")] == 0
    assert samples["aviator_rounds_total", (B, "live")] == 0


def test_a_workers_own_counts(watched: Watched) -> None:
    counts = (0, 5, *[0] * (len(READ_MS_BUCKETS) - 2), 1)
    watched.bus.publish(beat(os.getpid(), 4, (0, 4)))
    watched.bus.publish(beat(os.getpid(), 6, counts))
    samples = watched.samples()
    assert samples["aviator_ticks_total", ("A",)] == 6
    assert samples["aviator_ticks_skipped_total", ("A",)] == 2
    assert samples["aviator_fields_read_total", ("A",)] == 60
    assert samples["aviator_cache_hits_total", ("A",)] == 7
    assert samples["aviator_fallbacks_total", ("A",)] == 3
    assert samples["aviator_unread_total", ("A",)] == 1
    assert samples["aviator_data_accuracy", ("A",)] == 0.9
    assert samples["aviator_strip_comparisons_total", ("A", "disagreed")] == 1
    assert [samples["aviator_ocr_speed_ms_bucket", ("A", le)] for le in ("0.25", "0.5", "128.0", "+Inf")] == [0, 5, 5, 6]
    assert samples["aviator_ocr_speed_ms_count", ("A",)] == 6
    assert samples["aviator_ocr_speed_ms_sum", ("A",)] == 6 * 1.5


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("same_pid", [True, False])
def test_no_counter_runs_back_when_a_worker_starts_anew(watched: Watched, told: bool, same_pid: bool) -> None:
    before = watched.samples()
    for event in (
        turn(Life.STARTING, Life.RUNNING), round_ended("2.00"), beat(os.getpid(), 100, (100,)),
        *([turn(Life.RUNNING, Life.CRASHED), turn(Life.CRASHED, Life.RESTARTING), turn(Life.RESTARTING, Life.STARTING)] * told),
        beat(os.getpid() if same_pid else os.getppid(), 3, (3,)),
    ):  # fmt: skip
        watched.bus.publish(event)
        after = watched.samples()
        for row in TABLE:
            names = (f"aviator_{row.name}",) if row.name.endswith("_total") else (f"aviator_{row.name}_count",)
            assert all(after[key] >= value for key, value in before.items() if key[0] in names), row.name
        before = after
    assert after["aviator_ticks_total", ("A",)] == 103
    assert after["aviator_ocr_speed_ms_count", ("A",)] == 103
    assert after["aviator_crashes_total", ("A",)] == after["aviator_restarts_total", ("A",)] == told


def test_a_dead_worker_has_no_memory_and_no_phase_but_has_spent_its_time(watched: Watched) -> None:
    watched.bus.publish(PhaseChanged(A, 0, Phase.BETTING, Phase.PLAYING))
    watched.bus.publish(beat(os.getpid(), 1))
    running = watched.samples()
    assert running["aviator_process_resident_memory_bytes", ("see:A",)] == pytest.approx(
        psutil.Process().memory_info().rss, rel=0.2
    )
    watched.bus.publish(turn(Life.RUNNING, Life.CRASHED))
    dead = watched.samples()
    assert dead["aviator_phase", ("UNKNOWN", "A")] == dead["aviator_worker_life", ("CRASHED", "A")] == 1
    assert ("aviator_process_resident_memory_bytes", ("see:A",)) not in dead
    assert dead["aviator_process_cpu_seconds_total", ("see:A",)] >= running["aviator_process_cpu_seconds_total", ("see:A",)] > 0
    assert dead["aviator_process_resident_memory_bytes", ("engine",)] > 0


def test_the_writers_figures(watched: Watched) -> None:
    samples = watched.samples()
    assert samples["aviator_batch_write_seconds_sum", ()] == 0.7
    assert samples["aviator_batch_write_seconds_count", ()] == samples["aviator_batch_rows_count", ()] == 28
    assert samples["aviator_batch_rows_sum", ()] == 557
    assert samples["aviator_write_errors_total", ()] == 3
    assert samples["aviator_rejects_total", ()] == 1
    assert samples["aviator_queue_depth", ()] == 5
    assert samples["aviator_database_up", ()] == 0
    assert samples["aviator_spooled", ()] == 4


def test_one_may_ask_for_some(watched: Watched) -> None:
    address = f"http://{HOST}:{watched.server.port}/metrics?name[]=aviator_queue_depth"
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert [f.name for f in text_string_to_metric_families(answer.read().decode())] == ["aviator_queue_depth"]


def test_the_port_is_open_to_this_machine_alone(watched: Watched) -> None:
    (listening,) = (c for c in psutil.Process().net_connections("tcp") if c.laddr[1:] == (watched.server.port,) and not c.raddr)
    assert listening.laddr[0] == "127.0.0.1"


def test_a_port_in_use_is_said_once_and_stops_nothing(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    assert watched.server.port is not None
    second = MetricsServer(Metrics(watched.bus, {A: THRESHOLDS}, ["STARTING"], lambda: STATS, watched.clock), watched.server.port)
    with caplog.at_level(logging.INFO):
        second.start()
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert f"port {watched.server.port} of 127.0.0.1 cannot be opened" in caplog.text
    assert second.port is None
    second.stop()
    assert watched.samples()["aviator_uptime_seconds", ()] == 0


def test_a_stopped_server_leaves_its_port(watched: Watched) -> None:
    port = watched.server.port
    watched.server.stop()
    with socket.socket() as other:
        other.bind((HOST, port))


def test_a_caller_that_hangs_up_disturbs_nobody(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    for said in (b"", b"GET /metrics HTTP/1.1\r\n", b"nonsense\r\n\r\n"):
        with socket.create_connection((HOST, watched.server.port)) as caller:
            caller.sendall(said)
    assert watched.samples()
    assert capsys.readouterr().err == ""


def test_a_bookmaker_nobody_announced_is_counted_too(watched: Watched) -> None:
    watched.bus.publish(replace(round_ended("3.00"), bookmaker=BookmakerId("C")))
    assert watched.samples()["aviator_rounds_total", ("C", "live")] == 1
