"""Real worker processes that die, leave and do not listen: what the supervisor and the hub make of them."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.process.stubs import StubSettings, main

from aviator.core.clock import SystemClock
from aviator.core.errors import EXIT_OVER
from aviator.core.events import Fact, RoundEnded
from aviator.core.types import BookmakerId
from aviator.run.hub import Hub
from aviator.run.lifecycle import Life
from aviator.run.processes import Row, Stop
from aviator.run.restart import RestartRule
from aviator.run.state import SharedGameState
from aviator.run.supervisor import Job, Supervisor

pytestmark = pytest.mark.process

A, B = BookmakerId("A"), BookmakerId("B")
ROW = Row("see:{bookmaker}", Stop.WORKERS, main, RestartRule(first_s=0.02, longest_s=0.1))


class Bench:
    """A supervisor and a hub over stub workers; remembers every fact that arrives."""

    def __init__(self, *workers: StubSettings) -> None:
        self.state = SharedGameState([w.bookmaker for w in workers])
        self.facts: list[Fact] = []
        self.hub = Hub(self._deliver)
        self.supervisor = Supervisor([self.job(w) for w in workers], self.hub, self.state, SystemClock())

    def job(self, worker: StubSettings) -> Job:
        return Job(worker.bookmaker, ROW, lambda: worker)

    def _deliver(self, worker_start: float, seq: int, fact: Fact) -> None:
        self.facts.append(fact)
        self.state.apply(fact)

    def until(self, done: Callable[[], bool], seconds: float = 60.0) -> None:
        pause, clock = threading.Event(), SystemClock()
        deadline = clock.monotonic() + seconds
        while not done():
            assert clock.monotonic() < deadline, self.state.all()
            self.supervisor.step()
            pause.wait(0.005)

    def life(self, bookmaker: BookmakerId) -> Life:
        return self.state.of(bookmaker).life

    def stop(self) -> None:
        self.supervisor.ask_to_stop()
        self.until(lambda: not self.supervisor.running())
        assert self.hub.drain(5)


@pytest.fixture
def started() -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def start(*workers: StubSettings) -> Bench:
        bench = Bench(*workers)
        benches.append(bench)
        bench.hub.start()
        bench.supervisor.start()
        return bench

    yield start
    for bench in benches:
        bench.supervisor.kill()
        bench.hub.stop()


def test_an_ordered_stop_loses_nothing(started: Callable[..., Bench], tmp_path: Path) -> None:
    bench = started(StubSettings(A, tmp_path / "a"), StubSettings(B, tmp_path / "b"))
    bench.until(lambda: all(bench.life(name) is Life.RUNNING and bench.state.of(name).rounds > 50 for name in (A, B)))
    bench.stop()
    for name in (A, B):
        assert bench.life(name) is Life.STOPPED
        assert bench.state.of(name).reason == f"{bench.state.of(name).rounds} facts"


@pytest.mark.parametrize("exit_code", [1, 0, -signal.SIGKILL])
def test_a_dead_worker_is_read_out_and_started_again(started: Callable[..., Bench], tmp_path: Path, exit_code: int) -> None:
    bench = started(StubSettings(A, tmp_path / "a", bad_starts=2, exit_code=exit_code, facts=5000))
    bench.until(lambda: bench.life(A) is Life.RUNNING and bench.state.of(A).restarts == 2)
    bench.stop()
    starts = [int(fact.started_at or 0) // 1_000_000 for fact in bench.facts if isinstance(fact, RoundEnded)]
    assert starts.count(1) == starts.count(2) == 5000


def test_a_mistake_of_the_users_is_not_tried_again(started: Callable[..., Bench], tmp_path: Path) -> None:
    bench = started(StubSettings(A, tmp_path / "a", bad_starts=99, exit_code=2), StubSettings(B, tmp_path / "b"))
    bench.until(lambda: bench.life(A) is Life.FAULTED and bench.life(B) is Life.RUNNING)
    assert "user" in bench.state.of(A).reason
    assert bench.supervisor.settled()
    assert bench.supervisor.any_left()
    bench.stop()
    assert len((tmp_path / "a").read_text().splitlines()) == 1
    assert bench.life(A) is Life.FAULTED


def test_the_end_of_a_recording_is_no_crash(started: Callable[..., Bench], tmp_path: Path) -> None:
    bench = started(StubSettings(A, tmp_path / "a", bad_starts=99, exit_code=EXIT_OVER, facts=5000))
    bench.until(lambda: not bench.supervisor.any_left())
    state = bench.state.of(A)
    assert (state.life, state.exit_code, state.restarts, state.rounds) == (Life.STOPPED, EXIT_OVER, 0, 5000)
    assert len((tmp_path / "a").read_text().splitlines()) == 1
    bench.stop()


def test_five_crashes_end_it(started: Callable[..., Bench], tmp_path: Path) -> None:
    bench = started(StubSettings(A, tmp_path / "a", bad_starts=99))
    bench.until(lambda: bench.life(A) is Life.FAULTED)
    assert len((tmp_path / "a").read_text().splitlines()) == 5
    assert not bench.supervisor.any_left()


def test_one_that_does_not_listen_is_killed(started: Callable[..., Bench], tmp_path: Path) -> None:
    bench = started(StubSettings(A, tmp_path / "a", deaf=True))
    bench.until(lambda: bench.life(A) is Life.RUNNING)
    bench.supervisor.ask_to_stop()
    bench.supervisor.kill()
    bench.until(lambda: not bench.supervisor.running())
    assert bench.life(A) is Life.STOPPED
    assert bench.hub.drain(5)
