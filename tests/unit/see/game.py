"""A game painted frame by frame, and the engine's end of a worker's pipe."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import exp, log
from pathlib import Path

from tests.known import PROFILES
from tests.unit.see.painting import Window, profile, rect_of, written

from aviator.core.clock import ManualClock
from aviator.core.events import (
    Event,
)
from aviator.core.types import BookmakerId, Field, Frame, Rect
from aviator.see.settings import WorkerSettings
from aviator.wire.codec import decode

A = BookmakerId("Admiral")
SKIN = "admiral"
START = 1_700_000_000.0
GROWTH_S = 3.0  # four times as fast as usual
PAST = ["3.17", "1.42", "8.80", "1.05", "2.61"]


def settings(folder: Path) -> WorkerSettings:
    return WorkerSettings(
        bookmaker=A,
        window=rect_of(profile(SKIN), 100, 50),
        profile=PROFILES / f"{SKIN}.toml",
        hz=20,
        growth_s=GROWTH_S,
        evidence_dir=folder / "evidence",
        evidence=10,
        recent=(),
        spool_dir=folder / "spool",
        log_file=folder / "worker.log",
        log_level="INFO",
    )


class Game:
    """A `FrameSource`: 1.3 s of betting, the flight, 0.9 s of end and 0.4 s of darkness for each round, painted as asked for."""

    def __init__(
        self, clock: ManualClock, multipliers: list[str], over: Callable[[], None], strip: Mapping[str, str] | None = None
    ) -> None:
        self.window = Window(profile(SKIN), (100, 50))
        self._clock = clock
        self._rounds = multipliers
        self._over = over
        self._strip = strip or {}
        """What the strip shows of some rounds instead of what the board shows."""
        self._shown = ""

    def grab(self, rect: Rect) -> Frame:
        assert rect == self.window.rect
        at, last = START, []
        passed = self._clock.now()
        for m in self._rounds:
            flight = GROWTH_S * log(Decimal(m))
            if passed < at + 1.3:
                self._paint("waiting", "", last)
            elif passed < at + 1.3 + flight:
                self._paint("low", f"{int(100 * exp((passed - at - 1.3) / GROWTH_S) + 1e-9) / 100:.2f}", last)
            elif passed < at + flight + 2.2:
                self._paint("ended", m, [m, *last])
            elif passed < at + flight + 2.6:
                self._paint("black", "", [m, *last])
            else:
                at, last = at + flight + 2.6, [m, *last]
                continue
            return self.window.frame(passed)
        self._over()
        return self.window.frame(passed)

    def close(self) -> None: ...

    def _paint(self, phase: str, score: str, history: list[str]) -> None:
        if (shown := f"{phase} {score} {history}") == self._shown:
            return
        self._shown = shown
        fields = self.window.profile.fields
        self.window.colour(Field.PHASE, phase)
        self.window.clear(Field.SCORE)
        self.window.colour(Field.PHASE, phase)
        if score:
            text = written(fields[Field.SCORE].format, score)
            self.window.show(Field.SCORE, text, "ended" if phase == "ended" else "flight")
        self.window.show(Field.PLAYERS, "91")
        self.window.show(Field.BALANCE, written(fields[Field.BALANCE].format, "827.60"))
        shown = [*(self._strip.get(m, m) for m in history), *PAST][:7]
        self.window.strip([written(fields[Field.HISTORY].format, m) for m in shown])


def everything(engine) -> list[Event]:
    events: list[Event] = []
    while engine.poll():
        events += [event for _, event in decode(engine.recv_bytes()).items]
    return events


def of(kind, events: list[Event]):
    return [e for e in events if isinstance(e, kind)]
