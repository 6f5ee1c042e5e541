"""The user's wishes as files: what the commands write is what the engine reads."""

import logging
import threading
from pathlib import Path

import pytest

from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.record.stats import WriterStats
from aviator.run.control import Control, Wishes, pause, resume
from aviator.run.desk import Desk
from aviator.run.state import BookmakerState
from aviator.run.status import Status, StatusReporter, read_status, status_file

A, B = BookmakerId("Admiral"), BookmakerId("Balkan Bet")
STATS = WriterStats(5, 1, 0, 0, 0.0, 0.0, 7, 7, 0)


@pytest.fixture
def control(data_dir: Path) -> Control:
    return Control(data_dir, [A, B])


def test_without_a_folder_there_are_no_wishes(control: Control) -> None:
    assert control.look() == Wishes()


def test_a_pause_lasts_until_it_is_taken_back(control: Control, data_dir: Path) -> None:
    assert pause(data_dir, B)
    assert not pause(data_dir, B), "it was wished already"
    assert control.look().paused == control.look().paused == {B}
    assert Control(data_dir, [A, B]).look().paused == {B}, "another engine reads it, too"
    resume(data_dir, B)
    assert not control.look().paused


def test_a_start_is_wished_once(control: Control, data_dir: Path) -> None:
    resume(data_dir, A)
    assert control.look() == Wishes(start=frozenset({A}))
    assert control.look() == Wishes()


def test_strangers_files_are_left_alone(control: Control, data_dir: Path) -> None:
    pause(data_dir, "Nobody")
    resume(data_dir, "Somebody")
    assert control.look() == Wishes()
    assert {path.name for path in (data_dir / "control").iterdir()} == {"nobody.paused", "somebody.start"}


def test_a_folder_that_is_none_is_said_once_and_changes_nothing(
    control: Control, data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pause(data_dir, A)
    assert control.look().paused == {A}

    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "iterdir", fail)
        assert control.look().paused == control.look().paused == {A}
    assert control.look().paused == {A}
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.parametrize("wish", [pause, resume])
def test_a_folder_that_cannot_be_written_is_a_users_mistake(tmp_path: Path, wish: object) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserMistake, match="cannot be written"):
        wish(tmp_path / "file", A)  # type: ignore[operator]


def test_the_desk_hands_out_wishes_and_tells_how_it_is(control: Control, data_dir: Path) -> None:
    reporter = StatusReporter(status_file(data_dir), 1.0)

    def tell(stopped: bool) -> Status:
        return reporter.status(2.0, [BookmakerState(A)], STATS, None, stopped=stopped)

    pause(data_dir, A)
    desk = Desk(control, reporter, tell, SystemClock())
    desk.start()
    try:
        assert desk.take() == Wishes(frozenset({A})), "known before the first worker is started"
        resume(data_dir, A)
        until(lambda: not desk.take().paused)
        until(lambda: read_status(data_dir) is not None)
        told = read_status(data_dir)
        assert told is not None
        assert told.running
        assert told.queue == 7
    finally:
        desk.stop()
    told = read_status(data_dir)
    assert told is not None
    assert (told.running, told.stopped_at) == (False, 2.0)


def test_the_desk_looks_also_at_what_else_it_is_given(control: Control, data_dir: Path) -> None:
    reporter, looks = StatusReporter(status_file(data_dir), 1.0), threading.Semaphore(0)
    tell = lambda stopped: reporter.status(2.0, [], STATS, None, stopped=stopped)  # noqa: E731
    desk = Desk(control, reporter, tell, SystemClock(), looks.release)
    desk.start()
    try:
        assert looks.acquire(blocking=False), "before anything is started"
        assert looks.acquire(timeout=30)
    finally:
        desk.stop()


def test_a_start_waits_until_it_is_taken(control: Control, data_dir: Path) -> None:
    resume(data_dir, A)
    reporter = StatusReporter(status_file(data_dir), 1.0)
    desk = Desk(control, reporter, lambda stopped: reporter.status(2.0, [], STATS, None, stopped=stopped), SystemClock())
    desk.start()
    desk.stop()
    assert desk.take().start == {A}
    assert desk.take().start == frozenset()


def test_a_status_that_cannot_be_written_is_said_once_and_stops_nothing(
    control: Control, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    status_file(data_dir).mkdir()
    reporter = StatusReporter(status_file(data_dir), 1.0)
    told = threading.Semaphore(0)

    def tell(stopped: bool) -> Status:
        told.release()
        return reporter.status(2.0, [], STATS, None, stopped=stopped)

    desk = Desk(control, reporter, tell, SystemClock())
    desk.start()
    try:
        assert told.acquire(timeout=30)
        assert told.acquire(timeout=30)
        status_file(data_dir).rmdir()
        until(lambda: read_status(data_dir) is not None)
    finally:
        desk.stop()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def until(done: object, seconds: float = 30.0) -> None:
    pause_, clock = threading.Event(), SystemClock()
    deadline = clock.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert clock.monotonic() < deadline
        pause_.wait(0.02)


def test_what_fails_beside_the_wishes_ends_nothing(control: Control, data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> None:
        raise OSError(5, "Input/output error")

    desk = Desk(control, StatusReporter(status_file(data_dir), 0.0), lambda _: None, SystemClock(), failing)  # type: ignore[arg-type,return-value]
    pause(data_dir, A)
    desk._look()
    assert desk.take().paused == {A}
    assert "Input/output error" in caplog.text
