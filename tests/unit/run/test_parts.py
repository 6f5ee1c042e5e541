"""The parts of an engine watch over each other: a thread that must run for ever and has ended is noticed."""

import time
from contextlib import closing
from pathlib import Path

import pytest

from aviator.core.clock import SystemClock
from aviator.core.config import BetSettings, BookmakerSettings, Settings
from aviator.core.errors import AviatorError
from aviator.core.types import BookmakerId, Rect
from aviator.record.store import open_store
from aviator.run import hands
from aviator.run.jobs import Target
from aviator.run.parts import Parts
from aviator.run.signals import StopSwitch
from aviator.run.state import SharedGameState

A = BookmakerId("Admiral")


def _step_until(deadline: float, parts: Parts) -> None:
    while time.monotonic() < deadline:
        parts.step()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_engine_does_not_go_on_without_the_thread_that_looks_at_limits(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir, bet=BetSettings("paper"), bookmakers=(BookmakerSettings(A),))
    clock, target = SystemClock(), Target(A, Rect(0, 0, 100, 100), Path("admiral.toml"), 12.0)
    looks = iter([None])
    monkeypatch.setattr(hands.Betting, "look", lambda _: next(looks))  # the second look ends the thread
    with closing(open_store(settings.database_url)) as store:
        parts = Parts(
            settings, clock, SharedGameState([A]), [], store, lambda *_: None,
            lambda voices: hands.betting(settings, [target], store, voices, clock),
        )  # fmt: skip
        deadline = time.monotonic() + 30
        parts.start()
        try:
            parts.step()
            with pytest.raises(AviatorError, match="limits has ended unexpectedly"):
                _step_until(deadline, parts)
        finally:
            parts.stop(StopSwitch())
