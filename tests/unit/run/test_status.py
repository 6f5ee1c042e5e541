"""What the engine tells of itself, and what a reader makes of it."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.core.types import BookmakerId, Phase
from aviator.record.stats import WriterStats
from aviator.run.health import Health, ProcessHealth
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState
from aviator.run.status import STALE_S, Status, StatusReporter, read_status, status_file

NOW = 1_700_000_000.0
READS = BookmakerState(
    BookmakerId("A"),
    life=Life.RUNNING,
    pulse=Pulse.MOVING,
    phase=Phase.PLAYING,
    beat_at=NOW,
    pid=7,
    recent=((Decimal("2.31"), NOW - 5),),
    rounds=3,
)
STATS = WriterStats(50, 1, 0, 0, 0.0, 0.0, 7, 7, 0)
HEALTH = Health(NOW, (ProcessHealth("engine", True, 100.0, 2.0, 8), ProcessHealth("A", True, 90.0, 3.0, 1, 0.5)), 7, 0, None)


def told(data_dir: Path, *states: BookmakerState, stats: WriterStats = STATS, stopped: bool = False) -> Status:
    reporter = StatusReporter(status_file(data_dir), NOW - 60)
    reporter.write(reporter.status(NOW, states, stats, HEALTH, stopped=stopped))
    status = read_status(data_dir)
    assert status is not None
    return status


def test_what_is_written_is_what_is_read(data_dir: Path) -> None:
    status = told(data_dir, READS)
    (a,) = status.bookmakers
    assert (a.bookmaker, a.life, a.pulse, a.phase, a.rounds) == ("A", Life.RUNNING, Pulse.MOVING, Phase.PLAYING, 3)
    assert (a.last_multiplier, a.last_at) == (Decimal("2.31"), NOW - 5)
    assert a.process == HEALTH.processes[1]
    assert (status.pid, status.engine, status.queue) == (os.getpid(), HEALTH.processes[0], 7)
    assert status.running
    assert status.problems(NOW + 1) == []
    assert [path.name for path in data_dir.iterdir()] == ["status.json"]


def test_nothing_told_and_nonsense_are_no_status(data_dir: Path) -> None:
    assert read_status(data_dir) is None
    status_file(data_dir).write_text('{"at": 1')
    assert read_status(data_dir) is None
    status_file(data_dir).write_text('{"at": 1}')
    assert read_status(data_dir) is None


def test_an_engine_that_is_gone_does_not_run(data_dir: Path) -> None:
    status = told(data_dir, READS)
    assert not replace(status, pid=2**22 + 1).running
    assert not replace(status, pid_started=status.pid_started - 100).running, "another process has its number now"
    assert not told(data_dir, READS, stopped=True).running


def test_one_that_tells_nothing_more_is_stale(data_dir: Path) -> None:
    status = told(data_dir, READS)
    assert status.problems(NOW + STALE_S) == []
    assert "told nothing for 11 s" in status.problems(NOW + STALE_S + 1)[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"life": Life.FAULTED, "reason": "it crashed 5 times in 10 minutes"}, "A is not read any more: it crashed 5 times"),
        ({"life": Life.RESTARTING, "reason": "signal SIGKILL, starts again in 1 s"}, "A is being started again: signal SIGKILL"),
        ({"pulse": Pulse.STILL}, "A is alive, but its work loop stands still"),
        ({"pulse": Pulse.BLIND, "offline": "the page is frozen"}, "A sees nothing of the game: the page is frozen"),
        ({"phase": Phase.OFFLINE}, "A sees nothing of the game"),
        ({"misfit": "the balance is gone"}, "calibrate again: the balance is gone"),
    ],
)
def test_what_is_wrong_is_said(data_dir: Path, changes: dict[str, object], said: str) -> None:
    (problem,) = told(data_dir, replace(READS, **changes)).problems(NOW)  # type: ignore[arg-type]
    assert said in problem


@pytest.mark.parametrize(
    "changes", [{"life": Life.PAUSED, "pulse": Pulse.PAUSED}, {"life": Life.STARTING, "pulse": Pulse.STARTING, "pid": None}]
)
def test_what_is_wished_or_on_its_way_is_not_wrong(data_dir: Path, changes: dict[str, object]) -> None:
    status = told(data_dir, replace(READS, **changes))  # type: ignore[arg-type]
    assert status.problems(NOW) == []
    assert (status.bookmakers[0].process is None) is (changes.get("pid", 7) is None)


def test_a_database_in_trouble_is_said(data_dir: Path) -> None:
    (problem,) = told(data_dir, READS, stats=replace(STATS, fault="The disk is full.")).problems(NOW)
    assert problem == "The database takes nothing at the moment. The disk is full."
