"""README: a restart lifts nothing. Real engines, one after another on one folder; the second refuses what the first one did."""

import signal
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.process.stubs import beat

from aviator.core.bets import Mode, Outcome
from aviator.core.clock import SystemClock
from aviator.core.config import BetSettings, BookmakerSettings, LimitSettings, Settings
from aviator.core.events import BetChanged, BetRequested, BettingBlocked, StopWorker
from aviator.core.types import BookmakerId, Rect
from aviator.record.bets import blocks_in_force, last_bets
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.store import open_reader, open_store
from aviator.run import engine as engine_module
from aviator.run.engine import Engine
from aviator.run.jobs import Target
from aviator.run.processes import Row, Stop
from aviator.see.settings import WorkerSettings
from aviator.wire.outbox import Outbox

pytestmark = pytest.mark.process

A, B = BookmakerId("A"), BookmakerId("B")


def wishing(connection: Connection, settings: WorkerSettings) -> None:
    """A worker that wishes one bet and waits to be stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    now = SystemClock().now()
    outbox = Outbox(connection, now)
    outbox.post(beat(settings.bookmaker))
    request = f"{settings.bookmaker}-{now}"
    stake = Decimal("1.00")
    outbox.post(BetRequested(settings.bookmaker, request, now, 1, stake, Decimal("2.00"), now, now + 5, "fixed", Mode.PAPER))
    while not any(isinstance(command, StopWorker) for command in outbox.poll()):
        outbox.post(beat(settings.bookmaker))
        outbox.flush()
        connection.poll(0.05)


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = tuple(Target(name, Rect(0, 0, 10, 10), data_dir, 12.0) for name in (A, B))
    monkeypatch.setattr(engine_module, "targets", lambda _: found)
    return Settings(
        data_dir=data_dir,
        bookmakers=tuple(BookmakerSettings(name) for name in (A, B)),
        bet=BetSettings(mode="paper"),
        limits=LimitSettings(drawdown=40.0, cool_off_minutes=60.0),
    )


def record(settings: Settings, *facts: BetChanged | BettingBlocked) -> None:
    clock = SystemClock()
    with (
        closing(open_store(settings.database_url)) as store,
        closing(Committer(store, "local", clock, lambda: True)) as committer,
    ):
        committer.commit([Record(1.0, number, fact) for number, fact in enumerate(facts, 1)])


def refusals(settings: Settings) -> list[str]:
    with closing(open_reader(settings.database_url)) as store:
        return [one.bet.reason for one in last_bets(store, 20) if one.bet.outcome is Outcome.REFUSED]


def run(settings: Settings) -> None:
    Engine(settings, row=Row("see:{bookmaker}", Stop.WORKERS, wishing)).run(1.0)


def test_a_pause_after_a_limit_outlives_the_engine(settings: Settings) -> None:
    at = SystemClock().now() - 60
    lost = [
        BetChanged(A, f"old-{n}", 1, None, Decimal("20.00"), Decimal("2.00"), Mode.PAPER, Outcome.PLACED, at + n, at + n + 1,
                   Decimal("0.00"), "fixed", "", at + n)
        for n in range(2)
    ]  # fmt: skip
    record(settings, *lost)
    run(settings)
    assert any("below the session's peak" in reason for reason in refusals(settings))
    with closing(open_reader(settings.database_url)) as store:
        assert [b.cause for b in blocks_in_force(store, SystemClock().now(), Mode.PAPER)].count("cool_off") == 1
    before = len(refusals(settings))
    # With other limits nothing but the pause on record is left to refuse it.
    run(replace(settings, limits=LimitSettings(drawdown=1000.0, loss_per_day=1000.0, cool_off_minutes=60.0)))
    again = refusals(settings)[before:]
    assert len(again) == 2
    assert all("a pause after a limit was reached" in reason for reason in again)


def test_a_difference_outlives_the_engine(settings: Settings) -> None:
    now = SystemClock().now()
    record(settings, BettingBlocked(A, now, "difference", "the balance is 90 and should be 100", None, Mode.PAPER))
    run(settings)
    run(settings)
    assert refusals(settings).count("the balance is 90 and should be 100") == 2
