"""Days of betting at a simulated site in virtual time, on paper or live: what was wished, what became of it, what was told.

The site, a worker's eyes and the clock are made up here; all else is the product's own, put together by the product itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

from tests.unit.act.page import Desk
from tests.unit.act.panel import BETTING_S, START, Site

from aviator.act.bet import Window
from aviator.core.bets import Mode
from aviator.core.clock import ManualClock
from aviator.core.config import BetSettings, BookmakerSettings, LimitSettings, PlaySettings, Settings
from aviator.core.events import BetChanged, BetRequested, Command, Fact, PhaseChanged, RoundEnded, ScreenRead
from aviator.core.types import BookmakerId, Phase, Rect, Source
from aviator.record.store import open_store
from aviator.run import hands
from aviator.run.betting import Voices
from aviator.run.jobs import Target
from aviator.run.mind import MindSpec, WorkerMind

NAME = BookmakerId("Admiral")
TARGET = Target(NAME, Rect(0, 0, 1000, 600), Path("admiral.toml"), 12.0)
LIMITS = LimitSettings(stake=120, stake_per_round=130, loss_per_day=500, drawdown=250, cool_off_minutes=1)
LADDER = PlaySettings(NAME, "ladder", 1, {"amounts": [10, 20, 40, 120], "auto_stops": [2.2, 2.2, 2.5, 3], "at_end": "restart"})
OTHERS = (
    PlaySettings(NAME, "fixed", 2, {"stake": 5, "auto_cash_out": "1.5"}),
    PlaySettings(NAME, "wait_for_pattern", 2, {"stake": 15, "times": 2}),
    PlaySettings(NAME, "flat_skip", 2, {"stake": 8, "skip": 2}),
    PlaySettings(NAME, str(Path(__file__).with_name("share.py")), 2),
)
ROUNDS = 20
LOOK_S = 0.2


class Clock(ManualClock):
    """While hands work or wait, the worker goes on looking."""

    def __init__(self) -> None:
        super().__init__(START)
        self.look = lambda: None
        self._next = START

    def sleep(self, seconds: float) -> None:
        until = self.now() + max(0.0, seconds)
        while self._next <= until:
            super().sleep(self._next - self.now())
            self._next += LOOK_S
            self.look()
        super().sleep(until - self.now())


class Look(NamedTuple):
    """What a worker saw."""

    at: float
    round: int
    facts: Sequence[Fact]


Told = Command | Look


@dataclass
class Day:
    """What was wished, with the number of the round, what became of it, and all that the mind was told."""

    wishes: list[tuple[int, BetRequested]] = field(default_factory=list)
    bets: dict[str, BetChanged] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    anew: list[tuple[int, int, MindSpec]] = field(default_factory=list)
    """At each take-off: how much had been told and wished by then, and what a mind that begins there is given."""


class Table:
    """Where a game is played in one of the modes."""

    def __init__(self, mode: Mode, seed: int, folder: Path) -> None:
        self.clock, self.site, self.day = Clock(), Site(Random(seed)), Day()
        self.posted: list[Fact] = []
        self.phase, self.shown = Phase.UNKNOWN, 0
        plays, bookmakers = (LADDER, OTHERS[seed % len(OTHERS)]), (BookmakerSettings(NAME),)
        chosen = Settings(folder, bet=BetSettings(mode), limits=LIMITS, bookmakers=bookmakers, plays=plays)
        desk = Desk([self.site], self.clock)
        voices = Voices(self.posted.append, lambda _, command: self.hear(command))
        live = hands.Kit(desk, {NAME: Window(desk.pages[0])})
        store = open_store(chosen.database_url)
        with patch.object(hands, "_live", lambda *_: live):
            betting = hands.betting(chosen, [TARGET], store, voices, self.clock, play_money=True)
        store.close()
        assert betting is not None
        self.betting = betting
        self.mind = WorkerMind(self.spec())
        self.clock.look = self.look

    def play(self) -> Day:
        try:
            while self.site.round <= ROUNDS:
                self.betting.step()
                if not self.betting._controller.step():
                    self.clock.sleep(0.1)
        finally:
            self.mind.close()
            self.betting.stop()
        return self.day

    def spec(self) -> MindSpec:
        """What a worker that starts now is given; but how long betting lasts it knows already, and sits no round out."""
        return replace(self.betting.mind(TARGET), betting_s=BETTING_S, keep_session=False)

    def hear(self, command: Command) -> bool:
        self.day.told.append(command)
        self.mind.hear(command)
        return True

    def look(self) -> None:
        """What a worker posts after a look, with what its mind wishes; and what others posted meanwhile."""
        at = self.clock.now()
        facts = [*self.seen(at), ScreenRead(NAME, at, self.phase, None, self.site.balance, None, None, None, ())]
        if any(isinstance(fact, PhaseChanged) and fact.to_phase is Phase.PLAYING for fact in facts):
            self.day.anew.append((len(self.day.told), len(self.day.wishes), self.spec()))
        self.day.told.append(Look(at, self.site.round, facts))
        wishes = [wish for wish in self.mind.step(at, facts) if isinstance(wish, BetRequested)]
        self.day.wishes += [(self.site.round, wish) for wish in wishes]
        self.posted[:0] = [*facts, *wishes]
        while self.posted:
            fact = self.posted.pop(0)
            self.betting.apply(fact)
            if isinstance(fact, BetChanged):
                self.day.bets[fact.request_id] = fact

    def seen(self, at: float) -> Iterator[Fact]:
        self.site.advance(at)
        for past in self.site._shown[self.shown :]:
            if past.phase not in (self.phase, Phase.UNKNOWN):
                yield PhaseChanged(NAME, past.at, self.phase, past.phase)
                self.phase = past.phase
                if past.phase is Phase.ENDED:
                    started_at, multiplier = self.site.started_at, self.site.multiplier
                    yield RoundEnded(NAME, started_at, past.at, multiplier, None, None, None, Source.LIVE, 1.0)
        self.shown = len(self.site._shown)


def played(mode: Mode, seed: int) -> Day:
    with TemporaryDirectory() as folder:
        return Table(mode, seed, Path(folder)).play()
