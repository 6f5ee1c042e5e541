"""The whole worker but for the screen: painted frames go in, and what comes out of a real pipe is what happened."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from math import log

import cv2
import numpy as np
import pytest
from tests.unit.see.game import GROWTH_S, START, A, Game, everything, of, settings

from aviator.core.bets import Outcome
from aviator.core.clock import ManualClock
from aviator.core.events import (
    READ_MS_BUCKETS,
    BetRequested,
    Command,
    Event,
    Fact,
    PhaseChanged,
    RgbSampled,
    RoundEnded,
    ScreenRead,
    SnapshotTaken,
    StopWorker,
    TellBet,
    WorkerBeat,
    WorkerFinished,
)
from aviator.core.types import Field, Frame, Phase, Rect, Source
from aviator.see.ink import parse_colour
from aviator.see.worker import Worker
from aviator.wire.outbox import Outbox, send_command


def test_a_worker_from_the_first_frame_to_its_farewell(pipe, tmp_path):
    engine, worker = pipe
    clock = ManualClock(START)
    rounds = ["1.35", "1.00", "2.10", "1.18"]
    source = Game(clock, rounds, lambda: send_command(engine, StopWorker()))
    events: list[Event] = []
    grab = source.grab

    def grab_and_drain(rect: Rect) -> Frame:
        events.extend(everything(engine))
        clock.sleep(0.004)
        return grab(rect)

    source.grab = grab_and_drain  # type: ignore[method-assign]
    Worker(settings(tmp_path), source, Outbox(worker, START), clock).run()
    events += everything(engine)

    ended = of(RoundEnded, events)
    assert [str(r.multiplier) for r in ended] == rounds
    assert {(r.source, r.players) for r in ended} == {(Source.LIVE, 91)}
    phases = [c.to_phase for c in of(PhaseChanged, events)]
    assert phases == [Phase.BETTING, Phase.PLAYING, Phase.ENDED] * len(rounds)
    assert {s.multiplier >= Decimal("1.5") for s in of(SnapshotTaken, events)} == {True, False}
    assert {s.region for s in of(RgbSampled, events)} == {"phase", "button_1", "button_2"}
    beats = of(WorkerBeat, events)
    assert beats[-1].rounds == len(rounds)
    assert beats[-1].strip_agreed > 0
    assert beats[-1].strip_disagreed == beats[-1].ticks_skipped == beats[-1].unread == 0
    assert beats[-1].cache_hits > beats[-1].fields_read > 0
    lasted = events[-1].at - START
    assert abs(len(beats) - lasted) <= 2, "once a second"
    assert abs(beats[-1].ticks - 20 * lasted) <= 3
    pictures = of(ScreenRead, events)
    assert pictures[-1].balance == Decimal("827.60")
    assert [str(m) for m in pictures[-1].history[:4]] == rounds[::-1]
    finished = of(WorkerFinished, events)
    assert [f.reason for f in finished] == ["asked to stop"]
    assert of(WorkerFinished, events[-3:]) == finished


def test_a_round_that_the_strip_shows_otherwise_is_drawn(pipe, tmp_path):
    engine, worker = pipe
    clock = ManualClock(START)
    source = Game(clock, ["1.35", "1.22", "2.10", "1.18"], lambda: send_command(engine, StopWorker()), {"2.10": "2.70"})
    events: list[Event] = []
    grab = source.grab

    def grab_and_drain(rect: Rect) -> Frame:
        events.extend(everything(engine))
        return grab(rect)

    source.grab = grab_and_drain  # type: ignore[method-assign]
    Worker(settings(tmp_path), source, Outbox(worker, START), clock).run()
    events += everything(engine)
    assert of(WorkerBeat, events)[-1].strip_disagreed == 1
    (path,) = (tmp_path / "evidence").glob("differs-*.png")
    picture = cv2.imread(str(path))
    assert picture is not None
    framed = np.argwhere((picture == (60, 60, 255)).all(axis=2))
    assert len(framed), "board and strip are framed on the window"
    top, bottom = framed[:, 0].min(), framed[:, 0].max()
    left, right = framed[:, 1].min(), framed[:, 1].max()
    inside = picture[top : bottom + 1, left : right + 1]
    red = parse_colour(source.window.profile.fields[Field.SCORE].inks[-1].colour)[::-1]
    board = np.abs(inside.astype(int) - red).max(axis=2) < 40
    assert board.sum() > 500, "the multiplier of the round that ended is in its frame"


class Gambler:
    """A mind that wishes for a bet whenever betting begins, and remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Command] = []

    def hear(self, command: Command) -> None:
        self.told.append(command)

    def step(self, at: float, facts: Sequence[Fact]) -> list[Fact]:
        begun = [f for f in facts if isinstance(f, PhaseChanged) and f.to_phase is Phase.BETTING]
        return [BetRequested(A, f"{A}-{f.at}", at, 1, Decimal(10), None, f.at, f.at + 1, "fixed") for f in begun]


def test_a_mind_sees_every_fact_hears_what_it_is_told_and_has_its_wishes_sent(pipe, tmp_path):
    engine, worker = pipe
    clock = ManualClock(START)
    told = TellBet("x", 1, Decimal(10), None, Outcome.PLACED, None)
    source = Game(clock, ["1.35", "1.50"], lambda: (send_command(engine, told), send_command(engine, StopWorker())))
    gambler = Gambler()
    events: list[Event] = []
    grab = source.grab

    def grab_and_drain(rect: Rect) -> Frame:
        events.extend(everything(engine))
        return grab(rect)

    source.grab = grab_and_drain  # type: ignore[method-assign]
    Worker(replace(settings(tmp_path), mind=lambda: gambler), source, Outbox(worker, START), clock).run()
    events += everything(engine)
    begun = [c.at for c in of(PhaseChanged, events) if c.to_phase is Phase.BETTING]
    assert [w.betting_at for w in of(BetRequested, events)] == begun
    assert len(begun) == 2
    assert gambler.told == [told]


def test_a_stop_in_the_middle_of_an_end_records_that_round(pipe, tmp_path):
    engine, worker = pipe
    clock = ManualClock(START)
    source = Game(clock, ["1.35", "1.50"], lambda: None)
    outbox = Outbox(worker, START)
    # The third frame of the end is the last one: too few to be sure while more may come.
    end = START + 2.6 + GROWTH_S * log(Decimal("1.35")) + 1.3 + GROWTH_S * log(Decimal("1.50")) + 0.1
    grab, events = source.grab, []

    def grab_until(rect: Rect) -> Frame:
        events.extend(everything(engine))
        if clock.now() > end:
            send_command(engine, StopWorker())
        return grab(rect)

    source.grab = grab_until  # type: ignore[method-assign]
    Worker(settings(tmp_path), source, outbox, clock).run()
    events += everything(engine)
    assert [str(r.multiplier) for r in of(RoundEnded, events)] == ["1.35", "1.50"]


def test_a_slow_source_is_owned_up_to(pipe, tmp_path):
    """Slots that went by are counted, not made up for."""
    engine, worker = pipe
    clock = ManualClock(START)
    source = Game(clock, ["1.35"], lambda: send_command(engine, StopWorker()))
    grab = source.grab

    def slow(rect: Rect) -> Frame:
        clock.sleep(0.12)
        return grab(rect)

    source.grab = slow  # type: ignore[method-assign]
    Worker(settings(tmp_path), source, Outbox(worker, START), clock).run()
    beat = of(WorkerBeat, everything(engine))[-1]
    assert beat.ticks_skipped == pytest.approx(2 * beat.ticks, abs=4)
    assert beat.read_ms == pytest.approx(120, abs=1)
    assert dict(zip((*READ_MS_BUCKETS, None), beat.read_ms_counts, strict=True))[128.0] == beat.ticks == sum(beat.read_ms_counts)
