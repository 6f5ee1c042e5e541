"""The monitor: measured, and said once when it changes."""

import logging
import os
from dataclasses import replace

import pytest

from aviator.core.clock import ManualClock
from aviator.core.types import BookmakerId
from aviator.record.stats import WriterStats
from aviator.run.health import HealthMonitor
from aviator.run.lifecycle import Life
from aviator.run.state import BookmakerState

STATE = BookmakerState(BookmakerId("Admiral"), life=Life.RUNNING, beat_at=100.0, pid=os.getpid())
WELL = WriterStats(0, 0, 0, 0, 0.0, 0.0, 7, 0, 0)


def test_a_look_measures_processes_queue_and_database(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stats = iter([WELL, replace(WELL, errors=3), replace(WELL, errors=4), replace(WELL, errors=4)])
    monitor = HealthMonitor(lambda: [STATE], lambda: next(stats), ManualClock())
    looks = [monitor.look() for _ in range(4)]
    assert [p.name for p in looks[0].processes] == ["engine", "Admiral"]
    assert looks[0].processes[0].memory_mb > 1
    assert looks[0].queue == 7
    assert [bool(look.database_fault) for look in looks] == [False, True, True, False]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_a_process_that_is_gone_is_shown_as_gone() -> None:
    monitor = HealthMonitor(lambda: [replace(STATE, pid=2**22 + 1)], lambda: WELL, ManualClock())
    assert not monitor.look().processes[1].alive
