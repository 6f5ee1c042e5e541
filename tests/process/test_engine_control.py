"""The whole engine over stub workers: wishes of the user, what it tells of itself, turns of life on record, and how it stops."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.process.stubs import deaf, employed

from aviator.core.config import BookmakerSettings, MetricsSettings, RunSettings, Settings
from aviator.core.types import BookmakerId, Rect
from aviator.record import schema
from aviator.record.store import open_reader
from aviator.run import engine as engine_module
from aviator.run import health as health_module
from aviator.run import parts as parts_module
from aviator.run import supervisor as supervisor_module
from aviator.run.control import pause, resume
from aviator.run.engine import Engine, Summary
from aviator.run.jobs import Target
from aviator.run.lifecycle import Life, Pulse
from aviator.run.processes import Row, Stop
from aviator.run.signals import StopSwitch
from aviator.run.state import BookmakerState, EngineState
from aviator.run.status import read_status

pytestmark = pytest.mark.process

NAMES = tuple(BookmakerId(name) for name in ("A", "B", "C", "D", "E", "F"))
ROW = Row("see:{bookmaker}", Stop.WORKERS, employed)
Story = Callable[[dict[str, BookmakerState]], bool]


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    def targets(settings: Settings) -> tuple[Target, ...]:
        return tuple(Target(BookmakerId(b.name), Rect(0, 0, 10, 10), data_dir, 12.0) for b in settings.bookmakers)

    monkeypatch.setattr(engine_module, "targets", targets)
    return Settings(
        data_dir=data_dir, metrics=MetricsSettings(port=0), bookmakers=tuple(BookmakerSettings(name) for name in NAMES[:2])
    )


def run(settings: Settings, *story: Story, row: Row = ROW, presses: int = 1) -> Summary:
    """Run an engine through a story, each step of which is done when it says so; then press its switch."""
    switch, steps = StopSwitch(), list(story)

    def watch(state: EngineState) -> None:
        if steps and steps[0]({b.bookmaker: b for b in state.bookmakers}):
            steps.pop(0)
        if not steps:
            for _ in range(presses):
                switch.press()

    return Engine(settings, row=row).run(120, switch, watch)


def rows(settings: Settings, table: sa.Table, bookmaker: str) -> list[sa.Row]:
    with closing(open_reader(settings.database_url)) as store:
        query = sa.select(table).where(table.c.bookmaker == bookmaker).order_by(table.c.seq)
        with store.engine.connect() as connection:
            return list(connection.execute(query))


def all_read(states: dict[str, BookmakerState]) -> bool:
    return all(b.life is Life.RUNNING and b.rounds > 3 for b in states.values())


def test_every_turn_of_life_is_on_record(settings: Settings) -> None:
    pids: list[int] = []

    def kill(states: dict[str, BookmakerState]) -> bool:
        pids.append(states["A"].pid or 0)
        os.kill(pids[0], signal.SIGTERM)
        return True

    run(settings, all_read, kill, lambda states: states["A"].restarts == 1 and all_read(states))
    for name, crashes in (("A", 1), ("B", 0)):
        turns = rows(settings, schema.lifecycle, name)
        assert turns[0].from_state == ""
        assert all(later.from_state == earlier.to_state for earlier, later in pairwise(turns))
        assert turns[-1].to_state == Life.STOPPED
        crashed = [turn for turn in turns if turn.to_state == Life.CRASHED]
        assert [(turn.reason, turn.exit_code) for turn in crashed] == [("signal SIGTERM", -signal.SIGTERM)] * crashes


def test_a_pause_touches_nobody_else_and_outlives_the_engine(settings: Settings) -> None:
    pause(settings.data_dir, "A")
    before: list[int] = []

    def others_go_on(states: dict[str, BookmakerState]) -> bool:
        assert states["A"].life in {Life.STARTING, Life.RUNNING, Life.PAUSED}
        if states["A"].pulse is not Pulse.PAUSED:
            return False
        before.append(states["B"].rounds)
        return states["B"].rounds > before[0] + 5

    first = run(settings, others_go_on)
    assert first.bookmakers[0].rounds <= 3, "what came before it heard of the pause"
    before.clear()

    def resumed(states: dict[str, BookmakerState]) -> bool:
        resume(settings.data_dir, "A")
        return True

    second = run(settings, others_go_on, resumed, all_read)
    assert second.bookmakers[0].restarts == 0
    assert list((settings.data_dir / "control").iterdir()) == []


def test_one_that_was_given_up_is_started_again(settings: Settings) -> None:
    killed: set[int] = set()

    def given_up(states: dict[str, BookmakerState]) -> bool:
        a = states["A"]
        if a.life is Life.RUNNING and a.pid and a.pid not in killed:
            killed.add(a.pid)
            os.kill(a.pid, signal.SIGTERM)
        return a.life is Life.FAULTED

    def resumed(_: dict[str, BookmakerState]) -> bool:
        resume(settings.data_dir, "A")
        return True

    row = replace(ROW, restart=replace(ROW.restart, first_s=0.02, longest_s=0.1))
    summary = run(settings, all_read, given_up, resumed, all_read, row=row)
    assert not summary.faulted
    assert len(killed) == 5


def test_it_tells_of_itself_while_it_runs_and_when_it_has_ended(settings: Settings) -> None:
    def told(_: dict[str, BookmakerState]) -> bool:
        status = read_status(settings.data_dir)
        if status is None or not status.bookmakers[1].rounds or status.bookmakers[1].process is None:
            return False
        assert status.running
        assert status.pid == os.getpid()
        assert status.engine is not None
        assert status.engine.memory_mb > 1
        return [b.bookmaker for b in status.bookmakers] == ["A", "B"]

    run(settings, all_read, told)
    status = read_status(settings.data_dir)
    assert status is not None
    assert status.stopped_at is not None
    assert status.queue == 0
    assert {b.life for b in status.bookmakers} == {Life.STOPPED}


def test_a_worker_above_its_ceiling_begins_anew_and_that_is_no_crash(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "EVERY_S", 0.2)
    monkeypatch.setattr(supervisor_module, "RENEW_AFTER_S", 0.0)
    summary = run(
        replace(settings, run=RunSettings(worker_memory_mb=1)),
        lambda states: all(b.restarts >= 6 for b in states.values()),
    )
    assert not summary.faulted
    turns = rows(settings, schema.lifecycle, "A")
    assert Life.CRASHED not in {turn.to_state for turn in turns}
    assert "above the ceiling of 1 MB" in next(turn.reason for turn in turns if turn.to_state == Life.STOPPING)


def test_six_busy_workers_all_leave_in_order(settings: Settings) -> None:
    six = replace(settings, bookmakers=tuple(BookmakerSettings(name) for name in NAMES))
    summary = run(six, all_read)
    for state in summary.bookmakers:
        assert (state.life, state.exit_code) == (Life.STOPPED, 0)
        assert len(rows(six, schema.rounds, state.bookmaker)) == state.rounds


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_one_that_hangs_at_the_end_is_killed_and_what_it_sent_is_written(settings: Settings) -> None:
    def hang(states: dict[str, BookmakerState]) -> bool:
        os.kill(states["A"].pid or 0, signal.SIGSTOP)
        return True

    summary = run(settings, all_read, hang)
    a, b = summary.bookmakers
    assert (a.life, a.exit_code, b.exit_code) == (Life.STOPPED, -signal.SIGKILL, 0)
    assert len(rows(settings, schema.rounds, "A")) == a.rounds > 3
    assert rows(settings, schema.lifecycle, "A")[-1].reason == "left with signal SIGKILL"


def test_pressed_a_second_time_it_waits_for_nobody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "FINISH_S", 1000.0)
    summary = run(settings, all_read, row=replace(ROW, main=deaf), presses=2)
    for state in summary.bookmakers:
        assert (state.life, state.exit_code) == (Life.STOPPED, -signal.SIGKILL)
        assert len(rows(settings, schema.rounds, state.bookmaker)) == state.rounds
