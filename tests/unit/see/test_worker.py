"""The whole worker but for the screen: painted frames go in, and what comes out of a real pipe is what happened."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from math import exp, log
from pathlib import Path

import pytest
from tests.known import PROFILES
from tests.unit.see.painting import Window, profile, rect_of, written

from aviator.core.bets import Outcome
from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_CRASH, EXIT_ENGINE_GONE, EXIT_OK, EXIT_USER_MISTAKE, EngineGone, UserMistake
from aviator.core.events import (
    READ_MS_BUCKETS,
    Acknowledge,
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
from aviator.core.types import BookmakerId, Field, Frame, Phase, Rect, Source
from aviator.see.eye import Eye
from aviator.see.settings import WorkerSettings
from aviator.see.worker import Worker, _guarded, _save, say_farewell
from aviator.wire.codec import decode
from aviator.wire.outbox import Outbox, send_command
from aviator.wire.spool import read_spool

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

    def __init__(self, clock: ManualClock, multipliers: list[str], over: Callable[[], None]) -> None:
        self.window = Window(profile(SKIN), (100, 50))
        self._clock = clock
        self._rounds = multipliers
        self._over = over
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
        self.window.strip([written(fields[Field.HISTORY].format, m) for m in [*history, *PAST][:7]])


@pytest.fixture
def pipe() -> Iterator[tuple]:
    engine, worker = multiprocessing.Pipe()
    yield engine, worker
    engine.close()
    worker.close()


def everything(engine) -> list[Event]:
    events: list[Event] = []
    while engine.poll():
        events += [event for _, event in decode(engine.recv_bytes()).items]
    return events


def of(kind, events: list[Event]):
    return [e for e in events if isinstance(e, kind)]


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


def test_what_a_vanished_engine_did_not_acknowledge_is_left_for_the_next(pipe, tmp_path, caplog):
    """All of it, and the round that was just ending too."""
    engine, worker = pipe
    clock = ManualClock(START)
    source, outbox = Game(clock, ["1.35", "1.50"], lambda: None), Outbox(worker, START)
    end = START + 2.6 + GROWTH_S * log(Decimal("1.35")) + 1.3 + GROWTH_S * log(Decimal("1.50")) + 0.1
    grab = source.grab

    def grab_until(rect: Rect) -> Frame:
        if clock.now() > end:
            engine.close()
        elif len(outbox.unacknowledged) > 5:
            send_command(engine, Acknowledge(START, 2))
        return grab(rect)

    source.grab = grab_until  # type: ignore[method-assign]
    with pytest.raises(EngineGone):
        Worker(settings(tmp_path), source, outbox, clock).run()
    _save(outbox, settings(tmp_path))
    (path,) = (tmp_path / "spool").iterdir()
    assert path.name == f"worker-{START:.3f}-{os.getpid()}.spool"
    parcels = read_spool(path).parcels
    items = [item for parcel in parcels for item in parcel.items]
    assert {parcel.worker_start for parcel in parcels} == {START}
    assert [seq for seq, _ in items] == list(range(3, 3 + len(items)))
    assert [str(r.multiplier) for r in of(RoundEnded, [event for _, event in items])] == ["1.35", "1.50"]
    assert f"did not acknowledge {len(items)} facts" in caplog.text


def test_a_spool_that_cannot_be_written_is_owned_up_to(pipe, tmp_path, caplog):
    _, worker = pipe
    outbox = Outbox(worker, START)
    outbox.post(WorkerFinished(A, START, "told to"))
    (tmp_path / "spool").touch()
    _save(outbox, settings(tmp_path))
    assert "1 facts are lost" in caplog.text


def test_a_farewell_lasts_until_all_is_acknowledged(pipe):
    engine, worker = pipe
    outbox = Outbox(worker, START)

    class AnsweringClock(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now() > START + 0.5:
                send_command(engine, Acknowledge(START, 2))

    clock = AnsweringClock(START)
    outbox.post(WorkerFinished(A, START, "one"))
    say_farewell(outbox, A, "enough", clock)
    assert START + 0.5 < clock.now() < START + 0.6
    assert not outbox.unacknowledged


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


def guarded(work: Callable[[], None], outbox: Outbox, clock: ManualClock) -> int:
    return _guarded(work, lambda reason: say_farewell(outbox, A, reason, clock))


def test_a_users_mistake_ends_the_worker_with_its_sentence(pipe, tmp_path):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)

    class OffTheScreen(Game):
        def grab(self, rect: Rect) -> Frame:
            raise UserMistake("The region is off the screen.")

    source = OffTheScreen(clock, [], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_USER_MISTAKE
    assert everything(engine) == [WorkerFinished(A, START, "The region is off the screen.")]


def test_a_profile_for_another_window_size_is_a_users_mistake(tmp_path):
    other = replace(settings(tmp_path), window=Rect(0, 0, 800, 600))
    with pytest.raises(UserMistake, match="admiral is for windows of 640x540 pixels, but Admiral's is 800x600"):
        Eye(other)


def test_an_engine_that_is_gone_ends_the_worker(pipe, tmp_path):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)
    engine.close()
    source = Game(clock, ["1.35"], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_ENGINE_GONE
    with pytest.raises(EngineGone):
        outbox.poll()


def test_a_bug_is_a_crash_without_farewell(pipe, tmp_path, caplog):
    engine, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)

    class Broken(Game):
        def grab(self, rect: Rect) -> Frame:
            raise ZeroDivisionError("a bug")

    source = Broken(clock, [], lambda: None)
    assert guarded(lambda: Worker(settings(tmp_path), source, outbox, clock).run(), outbox, clock) == EXIT_CRASH
    assert everything(engine) == []
    assert "a bug" in caplog.text
    assert guarded(lambda: None, outbox, clock) == EXIT_OK


def test_a_farewell_to_an_engine_that_does_not_read_is_not_for_ever(pipe):
    _, worker = pipe
    clock, outbox = ManualClock(START), Outbox(worker, START)
    while outbox.flush():
        for n in range(50):
            outbox.post(WorkerFinished(A, n, "x" * 500))
    say_farewell(outbox, A, "enough", clock)
    assert START + 2 < clock.now() < START + 10
