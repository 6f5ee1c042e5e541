"""The whole engine over stub workers: what they sent is in the database after an orderly stop, whoever asked for it."""

import os
import signal
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.process.stubs import steady

from aviator.core.config import BookmakerSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId, Rect
from aviator.record.queries import last_rounds
from aviator.record.store import open_reader
from aviator.run import engine as engine_module
from aviator.run.engine import Engine, Summary
from aviator.run.jobs import Target
from aviator.run.lifecycle import Life
from aviator.run.processes import Row, Stop
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.run.state import EngineState

pytestmark = pytest.mark.process

NAMES = (BookmakerId("A"), BookmakerId("B"))
ROW = Row("see:{bookmaker}", Stop.WORKERS, steady)


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = tuple(Target(name, Rect(0, 0, 10, 10), data_dir, 12.0) for name in NAMES)
    monkeypatch.setattr(engine_module, "targets", lambda _: found)
    return Settings(data_dir=data_dir, bookmakers=tuple(BookmakerSettings(name) for name in NAMES))


def recorded(settings: Settings, name: BookmakerId) -> list[float]:
    with closing(open_reader(settings.database_url)) as store:
        return sorted(past.ended_at for past in last_rounds(store, name, 1_000_000))


def assert_complete(settings: Settings, summary: Summary) -> None:
    for state in summary.bookmakers:
        assert state.life is Life.STOPPED
        assert len(recorded(settings, state.bookmaker)) == state.rounds > 0


def test_after_its_time_everything_is_written(settings: Settings) -> None:
    seen: list[EngineState] = []
    summary = Engine(settings, row=ROW).run(0.5, watcher=seen.append)
    assert_complete(settings, summary)
    assert seen[-1].rows_written == summary.rows_written
    assert summary.seconds == pytest.approx(0.5, abs=0.4)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_drains(settings: Settings, number: int) -> None:
    def press(state: EngineState) -> None:
        if min(b.rounds for b in state.bookmakers) > 20:
            os.kill(os.getpid(), number)

    with stop_on_signals(StopSwitch()) as switch:
        summary = Engine(settings, row=ROW).run(switch=switch, watcher=press)
    assert_complete(settings, summary)


def test_the_next_start_goes_on_where_the_last_one_ended(settings: Settings) -> None:
    Engine(settings, row=ROW).run(0.2)
    before = {name: recorded(settings, name) for name in NAMES}
    Engine(settings, row=ROW).run(0.2)
    for name in NAMES:
        after = recorded(settings, name)
        assert len(after) > len(before[name])
        assert after == [number + 0.5 for number in range(1, len(after) + 1)]


def test_a_failing_face_still_leaves_everything_written(settings: Settings) -> None:
    def fail(state: EngineState) -> None:
        if min(b.rounds for b in state.bookmakers) > 5:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Engine(settings, row=ROW).run(watcher=fail)
    assert all(recorded(settings, name) for name in NAMES)
    assert {t.name for t in threading.enumerate()}.isdisjoint({"hub", "writer", "health"})


def test_a_data_folder_that_cannot_be_made(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserMistake, match="data folder"):
        Engine(replace(settings, data_dir=tmp_path / "file" / "data"), row=ROW).run(0.1)
