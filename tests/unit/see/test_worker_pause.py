"""The worker told to pause and to go on: it looks at nothing meanwhile, beats, and joins no two rounds across the pause."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from tests.unit.see.game import START, Game, everything, of, settings

from aviator.core.clock import ManualClock
from aviator.core.events import (
    Command,
    Event,
    PauseWorker,
    PhaseChanged,
    ResumeWorker,
    RoundEnded,
    ScreenRead,
    StopWorker,
    WorkerBeat,
)
from aviator.core.types import Frame, Phase, Rect, Source
from aviator.see.worker import Worker
from aviator.wire.outbox import Outbox, send_command

ROUNDS = ["1.35", "1.50", "2.10", "1.18", "1.61", "1.47", "1.22", "1.90"]
PAUSE_AT, RESUME_AT = START + 9.0, START + 16.0


class Orders(ManualClock):
    """A clock by which commands are sent, each at its time, also to one that only sleeps; collects what comes back."""

    def __init__(self, engine, commands: list[tuple[float, Command]]) -> None:
        super().__init__(START)
        self._engine, self._commands = engine, commands
        self.events: list[Event] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.events += everything(self._engine)
        while self._commands and self.now() >= self._commands[0][0]:
            send_command(self._engine, self._commands.pop(0)[1])


def test_a_pause_is_blind_time_and_the_strip_tells_of_it(pipe: tuple, tmp_path: Path) -> None:
    engine, worker = pipe
    clock = Orders(engine, [(PAUSE_AT, PauseWorker()), (RESUME_AT, ResumeWorker())])
    source, grabbed = Game(clock, ROUNDS, lambda: send_command(engine, StopWorker())), []
    grab = source.grab

    def grab_and_note(rect: Rect) -> Frame:
        grabbed.append(clock.now())
        return grab(rect)

    source.grab = grab_and_note  # type: ignore[method-assign]
    Worker(settings(tmp_path), source, Outbox(worker, START), clock).run()
    events = clock.events + everything(engine)

    during = [at for at in grabbed if PAUSE_AT + 0.2 < at < RESUME_AT - 0.2]
    assert not during
    beats = of(WorkerBeat, events)
    assert max(b.at - a.at for a, b in pairwise(beats)) < 1.5, "the heart beats on"
    assert beats[-1].ticks_skipped == 0, "what nobody was to look at was not missed"
    shown = [s for s in of(ScreenRead, events) if PAUSE_AT <= s.at < RESUME_AT]
    assert (shown[-1].phase, shown[-1].multiplier, shown[-1].balance) == (Phase.UNKNOWN, None, None)
    changes = of(PhaseChanged, events)
    lost = [c for c in changes if c.to_phase is Phase.OFFLINE]
    assert len(lost) == 1
    assert abs(lost[0].at - PAUSE_AT) < 0.3, "dated with the last that was seen"
    rounds = of(RoundEnded, events)
    assert [r.multiplier for r in rounds] == [Decimal(m) for m in ROUNDS]
    assert {r.source for r in rounds} == {Source.LIVE, Source.STRIP}
