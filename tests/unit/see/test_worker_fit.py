"""The worker when its window moves, is zoomed, or is back: painted desktops go in, and what comes out of a real pipe is right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from tests.unit.see.game import GROWTH_S, SKIN, START, Game, everything, of, settings
from tests.unit.see.painting import profile

from aviator.core.clock import ManualClock
from aviator.core.events import Event, FitChanged, PhaseChanged, RgbSampled, RoundEnded, ScreenRead, StopWorker
from aviator.core.types import Frame, Phase, Rect
from aviator.see import regions
from aviator.see.ink import Image
from aviator.see.selfcheck import LOST_S
from aviator.see.worker import Worker
from aviator.wire.outbox import Outbox, send_command

SCREEN = Rect(0, 0, 820, 660)
LABEL = (189, 84, 96, 24)
ROUNDS = ["4.71", "3.08", "2.10", "1.18", "1.61", "1.47", "1.22", "1.90"]
TROUBLE_AT = START + 14.0
PACE = GROWTH_S / 12


class Desktop:
    """A `FrameSource` that shows the game's window where and how it is `painted`, and whose label it always is."""

    def __init__(self, clock: ManualClock, game: Game, painted: Callable[[float, Image], Image]) -> None:
        self._clock, self._game, self._painted = clock, game, painted
        self.label = np.random.default_rng(4).integers(0, 256, (LABEL[3], LABEL[2]), np.uint8)
        self.events: list[Event] = []

    def grab(self, rect: Rect) -> Frame:
        assert SCREEN.contains(rect)
        place = self._game.window.rect
        screen = np.full((SCREEN.h, SCREEN.w, 4), (70, 50, 30, 255), np.uint8)
        screen[place.y : place.bottom, place.x : place.right] = self._game.grab(place).pixels
        label = Rect(*LABEL).moved(100, 50)
        screen[label.y : label.bottom, label.x : label.right, :3] = self.label[:, :, None]
        screen = self._painted(self._clock.now(), screen)
        return Frame(np.ascontiguousarray(screen[rect.y : rect.bottom, rect.x : rect.right]), rect, self._clock.now(), 0.0)

    def close(self) -> None: ...


def played(pipe: tuple, folder: Path, painted: Callable[[float, Image], Image], *, anchored: bool) -> list[Event]:
    """All that a worker tells of `ROUNDS`, whose screen is `painted`, from time and picture, as it really looks."""
    engine, worker = pipe
    clock = ManualClock(START)
    desktop = Desktop(clock, Game(clock, ROUNDS, lambda: send_command(engine, StopWorker())), painted)
    anchor = regions.AnchorSpec(LABEL, picture=desktop.label) if anchored else None
    regions.save(replace(profile(SKIN), anchor=anchor), folder / "mine.toml")
    events: list[Event] = []
    grab = desktop.grab

    def grab_and_drain(rect: Rect) -> Frame:
        events.extend(everything(engine))
        return grab(rect)

    desktop.grab = grab_and_drain  # type: ignore[method-assign]
    told = replace(settings(folder), profile=folder / "mine.toml", hz=10)
    Worker(told, desktop, Outbox(worker, START), clock, screen=SCREEN).run()
    return events + everything(engine)


def moved(now: float, screen: Image) -> Image:
    return np.roll(screen, (5, 12), axis=(0, 1)) if now >= TROUBLE_AT else screen


def zoomed(now: float, screen: Image) -> Image:
    if not TROUBLE_AT <= now < TROUBLE_AT + LOST_S * PACE + 3:
        return screen
    large = cv2.resize(screen[50:, 100:], None, fx=1.1, fy=1.1, interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    screen[50:, 100:] = large[: SCREEN.h - 50, : SCREEN.w - 100]
    return screen


def test_a_window_that_moved_is_followed_and_no_round_is_lost(pipe, tmp_path):
    events = played(pipe, tmp_path, moved, anchored=True)
    assert [str(r.multiplier) for r in of(RoundEnded, events)] == ROUNDS
    (change,) = of(FitChanged, events)
    assert (change.fit, change.reason) == (True, "the window moved by 12, 5 pixels")
    assert TROUBLE_AT < change.at < TROUBLE_AT + LOST_S * PACE


def test_a_window_that_moved_and_has_no_anchor_has_to_be_calibrated_again(pipe, tmp_path):
    (change,) = of(FitChanged, events := played(pipe, tmp_path, moved, anchored=False))
    assert not change.fit
    assert all(r.ended_at < change.at for r in of(RoundEnded, events))


def test_a_zoomed_page_is_not_read_and_what_was_missed_is_recovered(pipe, tmp_path):
    events = played(pipe, tmp_path, zoomed, anchored=True)
    off, on = of(FitChanged, events)
    assert (off.fit, on.fit) == (False, True)
    assert TROUBLE_AT < off.at <= TROUBLE_AT + LOST_S * PACE + 0.5 < on.at
    assert "cannot be read where learned" in off.reason
    assert [str(r.multiplier) for r in of(RoundEnded, events)] == ROUNDS
    between = [e for e in events if hasattr(e, "at") and off.at <= e.at < on.at]
    assert not of(RgbSampled, between)
    assert {(s.multiplier, s.balance) for s in of(ScreenRead, between)} == {(None, None)}
    assert not {c.to_phase for c in of(PhaseChanged, between)} - {Phase.OFFLINE}
    assert of(ScreenRead, between)[-1].phase is Phase.OFFLINE
