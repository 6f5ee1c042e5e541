"""Real processes that hang, are too big, pause, or lose their fork server: told apart, ended, started again, put on record."""

import multiprocessing.forkserver
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from tests.process.stubs import StubSettings, obedient
from tests.process.test_supervisor import ROW, A, B, Bench

from aviator.core.clock import SystemClock
from aviator.core.events import LifeChanged, ResumeWorker, RoundEnded
from aviator.core.types import BookmakerId
from aviator.run import supervisor as supervisor_module
from aviator.run.lifecycle import Life, Pulse
from aviator.run.supervisor import Job

pytestmark = pytest.mark.process

OBEDIENT = replace(ROW, main=obedient)


class Company(Bench):
    """A bench over obedient workers, that knows their process numbers and tells what became of them."""

    def __init__(self, *workers: StubSettings) -> None:
        super().__init__(*workers)
        self._notes = {w.bookmaker: w.notes for w in workers}

    def job(self, worker: StubSettings) -> Job:
        return Job(worker.bookmaker, OBEDIENT, lambda: worker)

    def pid(self, name: BookmakerId) -> int:
        return int(self._notes[name].read_text().split()[-1])

    def starts(self, name: BookmakerId) -> int:
        return len(self._notes[name].read_text().split())

    def turns(self, name: BookmakerId) -> list[LifeChanged]:
        return [f for f in self.facts if isinstance(f, LifeChanged) and f.bookmaker == name]

    def rounds(self, name: BookmakerId) -> int:
        return sum(isinstance(f, RoundEnded) and f.bookmaker == name for f in self.facts)

    def all_running(self) -> bool:
        return all(state.life is Life.RUNNING for state in self.state.all())

    def moves(self, name: BookmakerId) -> bool:
        return self.life(name) is Life.RUNNING and self.state.of(name).pulse is Pulse.MOVING


def lives(pid: int) -> bool:
    """Is there such a process? One that has ended and waits for its parent to take note does not live."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Callable[..., Company]]:
    companies: list[Company] = []

    def start(**options: bool) -> Company:
        made = Company(StubSettings(A, tmp_path / "a", **options), StubSettings(B, tmp_path / "b"))
        companies.append(made)
        made.hub.start()
        made.supervisor.start()
        made.until(made.all_running)
        return made

    yield start
    for made in companies:
        made.supervisor.kill()
        made.hub.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_a_hung_worker_is_noticed_killed_and_started_again(company: Callable[..., Company]) -> None:
    made = company()
    hung = made.pid(A)
    os.kill(hung, signal.SIGSTOP)
    made.until(lambda: made.starts(A) == 2 and made.moves(A))
    assert not lives(hung)
    died = next(turn for turn in made.turns(A) if turn.to_state == Life.CRASHED)
    assert "work loop has stood still" in died.reason
    assert died.exit_code == -signal.SIGKILL
    assert made.starts(B) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGSTOP")
def test_a_hung_worker_is_ended_at_the_end_and_what_it_sent_is_there(company: Callable[..., Company]) -> None:
    made = company()
    made.until(lambda: made.rounds(A) > 3)
    os.kill(made.pid(A), signal.SIGSTOP)
    made.supervisor.ask_to_stop()
    made.until(lambda: made.life(B) is Life.STOPPED)
    made.supervisor.kill()
    made.until(lambda: not made.supervisor.running())
    assert made.hub.drain(5)
    assert (made.turns(A)[-1].to_state, made.turns(A)[-1].reason) == (Life.STOPPED, "left with signal SIGKILL")
    assert made.state.of(A).rounds == made.rounds(A) > 3


def test_an_engine_that_stood_still_itself_blames_nobody(company: Callable[..., Company]) -> None:
    """Nobody steps and nothing is read for longer than a standstill takes: all are heard before any is judged."""
    made = company()
    clock, pause = SystemClock(), threading.Event()
    with made.hub._changed:  # the hub's thread waits for this at its next turn
        until = clock.monotonic() + 5
        while clock.monotonic() < until:
            pause.wait(0.05)
            if clock.monotonic() > until - 2:  # the main thread is back before the hub is
                made.supervisor.step()
                assert {state.pulse for state in made.state.all()} == {Pulse.MOVING}
    until = clock.monotonic() + 1
    made.until(lambda: clock.monotonic() > until)
    assert [made.starts(name) for name in (A, B)] == [1, 1]
    assert {turn.to_state for name in (A, B) for turn in made.turns(name)} == {Life.STARTING, Life.RUNNING}


def test_one_that_is_too_big_leaves_in_order_and_comes_back(
    company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = company()
    made.supervisor.renew(A, "too big")
    assert made.life(A) is Life.RUNNING, "it has only just begun"
    monkeypatch.setattr(supervisor_module, "RENEW_AFTER_S", 0.0)
    made.supervisor.renew(A, "too big")
    made.until(lambda: made.starts(A) == 2 and made.moves(A))
    lives = [turn.to_state for turn in made.turns(A)]
    assert lives == [Life.STARTING, Life.RUNNING, Life.STOPPING, Life.RESTARTING, Life.STARTING, Life.RUNNING]
    assert made.turns(A)[2].reason == "too big"
    for _ in range(6):  # far more than five crashes would be
        starts = made.starts(A)
        made.supervisor.renew(A, "too big")
        made.until(lambda starts=starts: made.starts(A) == starts + 1 and made.moves(A))  # type: ignore[misc]


def test_one_that_is_too_big_and_does_not_leave_is_killed(
    company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "RENEW_AFTER_S", 0.0)
    monkeypatch.setattr(supervisor_module, "LEAVE_S", 0.3)
    made = company(deaf=True)
    made.supervisor.renew(A, "too big")
    made.until(lambda: made.starts(A) == 2 and made.moves(A))
    assert Life.CRASHED not in {turn.to_state for turn in made.turns(A)}


def test_a_stop_while_one_is_renewed_brings_it_back_no_more(
    company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "RENEW_AFTER_S", 0.0)
    made = company()
    made.supervisor.renew(A, "too big")
    made.stop()
    assert made.life(A) is Life.STOPPED
    assert made.starts(A) == 1


def test_one_pauses_and_goes_on_while_the_other_works(company: Callable[..., Company]) -> None:
    made = company()
    made.supervisor.heed(frozenset({A}), frozenset())
    made.until(lambda: made.state.of(A).pulse is Pulse.PAUSED)
    made.until(lambda: made.state.of(A).beat_at is not None)
    seen, other = made.rounds(A), made.rounds(B)
    made.until(lambda: made.rounds(B) > other + 5)
    assert made.rounds(A) <= seen + 1, "one may have been on its way"
    made.supervisor.heed(frozenset(), frozenset())
    made.until(lambda: made.rounds(A) > seen + 2)
    lives = [turn.to_state for turn in made.turns(A)]
    assert lives == [Life.STARTING, Life.RUNNING, Life.PAUSED, Life.RUNNING]
    assert made.starts(A) == made.starts(B) == 1


def test_a_paused_worker_that_dies_comes_back_paused(company: Callable[..., Company]) -> None:
    made = company()
    made.supervisor.heed(frozenset({A}), frozenset())
    made.until(lambda: made.life(A) is Life.PAUSED)
    os.kill(made.pid(A), signal.SIGTERM)
    made.until(lambda: made.starts(A) == 2 and made.life(A) is Life.PAUSED)


def test_one_that_was_given_up_is_started_again_when_told(company: Callable[..., Company]) -> None:
    made = company()
    for crash in range(1, 6):
        os.kill(made.pid(A), signal.SIGTERM)
        made.until(lambda n=crash: made.life(A) is Life.FAULTED if n == 5 else made.starts(A) == n + 1 and made.moves(A))  # type: ignore[misc]
    made.supervisor.heed(frozenset(), frozenset({A}))
    made.until(lambda: made.starts(A) == 6 and made.moves(A))
    assert (Life.FAULTED, Life.STARTING) in [(turn.from_state, turn.to_state) for turn in made.turns(A)]


def test_a_worker_that_runs_hears_of_a_resume_for_its_strategies(
    company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, told = company(), []
    send = made.supervisor._hub.send
    monkeypatch.setattr(made.supervisor._hub, "send", lambda name, command: told.append((name, command)) or send(name, command))
    made.until(lambda: made.moves(A) and made.life(A) is Life.RUNNING)
    made.supervisor.heed(frozenset(), frozenset({A}))
    assert told == [(A, ResumeWorker())]
    assert made.starts(A) == 1


def test_a_start_that_the_system_refuses_is_tried_again(company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> None:
    made = company()
    refusals = iter([OSError("no process to give"), EOFError("the fork server is gone")])
    start = made.supervisor._process

    def refuse(*arguments: object) -> object:
        for refusal in refusals:
            raise refusal
        return start(*arguments)

    monkeypatch.setattr(made.supervisor, "_process", refuse)
    os.kill(made.pid(A), signal.SIGTERM)
    made.until(lambda: made.starts(A) == 2 and made.moves(A))
    reasons = [turn.reason for turn in made.turns(A) if turn.to_state == Life.CRASHED]
    assert reasons[1:] == ["cannot be started (no process to give)", "cannot be started (the fork server is gone)"]


@pytest.mark.skipif(sys.platform != "linux", reason="has no fork server")
def test_workers_whose_fork_server_died_make_room_for_new_ones(
    company: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "UNREAD_S", 0.5)
    made = company()
    orphans = [made.pid(A), made.pid(B)]
    os.kill(multiprocessing.forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    made.until(lambda: all(made.starts(name) == 2 and made.moves(name) for name in (A, B)))
    made.until(lambda: not any(lives(pid) for pid in orphans))


def test_every_turn_is_told_in_order(company: Callable[..., Company]) -> None:
    made = company()
    os.kill(made.pid(A), signal.SIGTERM)
    made.until(lambda: made.starts(A) == 2 and made.moves(A))
    made.stop()
    turns = made.turns(A)
    assert [turn.from_state for turn in turns] == ["", *(turn.to_state for turn in turns[:-1])]
    assert turns[-1].to_state == Life.STOPPED
    assert next(turn.exit_code for turn in turns if turn.to_state == Life.CRASHED) == -signal.SIGTERM
