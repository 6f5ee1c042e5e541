"""README: refused bets of the day stand in `status` and in the closing lines. Real engines; their worker wishes too much."""

from pathlib import Path

import pytest
from tests.process.test_restart_state import wishing

from aviator.cli.console import Console
from aviator.cli.watch import conclude
from aviator.core.config import BetSettings, BookmakerSettings, LimitSettings, Settings
from aviator.core.types import BookmakerId, Rect
from aviator.run import engine as engine_module
from aviator.run.engine import Engine
from aviator.run.jobs import Target
from aviator.run.logs import logging_to
from aviator.run.processes import Row, Stop
from aviator.run.state import EngineState
from aviator.run.status import read_status

pytestmark = pytest.mark.process

A = BookmakerId("A")
NO = "a stake of 1.00, and the limit is 0.5"


def test_refused_bets_are_shown_also_those_before_a_restart(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine_module, "targets", lambda _: (Target(A, Rect(0, 0, 10, 10), data_dir, 12.0),))
    settings = Settings(
        data_dir=data_dir, bookmakers=(BookmakerSettings(A),), bet=BetSettings("paper"), limits=LimitSettings(stake=0.5)
    )
    log_file = data_dir / "logs" / "engine.log"
    for times in (1, 2):
        states: list[EngineState] = []
        with logging_to(log_file, "INFO"):
            summary = Engine(settings, row=Row("see:{bookmaker}", Stop.WORKERS, wishing)).run(1.0, watcher=states.append)
        for betting in (summary.betting, states[-1].betting, (told := read_status(data_dir)) and told.betting):
            assert betting is not None
            assert [(day.refused, day.refusal) for day in betting.days] == [(times, NO)]
        assert log_file.read_text(encoding="utf-8").count(NO) == 1  # not again after a restart
        conclude(summary, Console())
        said = " ".join(capsys.readouterr().out.split())
        assert f"A: no bet today; {times} refused" in said
        assert NO in said
