"""Bets on paper: the same hands, plans and watches, at panels that exist in memory alone."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.act.bet import Window
from aviator.act.controller import GuiController
from aviator.act.journal import Journal
from aviator.act.kill import KillSwitch
from aviator.act.paper import PaperHands, PaperWindow
from aviator.act.telling import Listeners
from aviator.core.bets import BetOrder, ButtonState, Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.events import BetChanged, KeepRequested, PhaseChanged, RoundEnded
from aviator.core.types import BookmakerId, Field, Phase, Source

NAMES = (BookmakerId("Admiral"), BookmakerId("Mozzart"))
NEXT = {Phase.UNKNOWN: Phase.BETTING, Phase.BETTING: Phase.PLAYING, Phase.PLAYING: Phase.ENDED, Phase.ENDED: Phase.BETTING}


class Paper:
    """Two bookmakers on paper, and the worker's word of what their games do."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.windows = {name: PaperWindow(name, Decimal(1000), self.clock) for name in NAMES}
        self.phase = dict.fromkeys(NAMES, Phase.UNKNOWN)
        self.told: list[BetChanged] = []
        self.kept: list[tuple[str, bool]] = []
        self.journal = Journal(folder / "journal" / "bets.jsonl")
        self.hands = GuiController(
            PaperHands(self.windows.values()),
            {name: Window(window) for name, window in self.windows.items()},
            self.journal,
            Listeners(lambda _: None, self.told.append),
            lambda request, done: self.kept.append((request, done)),
            mode=Mode.PAPER,
            clock=self.clock,
            kill=KillSwitch(self.clock),
        )

    def turn(self, name: BookmakerId = NAMES[0]) -> None:
        before, after = self.phase[name], NEXT[self.phase[name]]
        self.phase[name] = after
        self._apply(PhaseChanged(name, self.clock.now(), before, after))
        self.run(1)

    def end(self, multiplier: str, name: BookmakerId = NAMES[0]) -> None:
        self.turn(name)
        at = self.clock.now() - 1
        self._apply(RoundEnded(name, at - 5, at, Decimal(multiplier), None, None, None, Source.LIVE, 1.0))

    def bet(self, stake: str, auto: str | None, panel: int = 1, name: BookmakerId = NAMES[0]) -> BetOrder:
        now = self.clock.now()
        order = BetOrder(f"{name}-{panel}-{now}", name, panel, Decimal(stake), Decimal(auto) if auto else None, now, now + 5)
        assert self.hands.submit(order)
        self.run(1)
        return order

    def run(self, seconds: float) -> None:
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            if not self.hands.step():
                self.clock.sleep(0.05)

    def balance(self, name: BookmakerId = NAMES[0]) -> Decimal | None:
        return self.windows[name].look().balance

    def _apply(self, fact: PhaseChanged | RoundEnded) -> None:
        for window in self.windows.values():
            window.apply(fact)


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    paper = Paper(tmp_path)
    yield paper
    paper.journal.close()


@pytest.mark.parametrize(
    ("multiplier", "auto", "after"),
    [("2.50", "2.00", "1020.00"), ("2.00", "2.00", "1020.00"), ("1.99", "2.00", "980.00"), ("9.00", None, "980.00")],
)
def test_a_bet_is_settled_by_the_round_observed(paper: Paper, multiplier: str, auto: str | None, after: str) -> None:
    paper.turn()
    order = paper.bet("20.00", auto)
    assert paper.told[-1].outcome is Outcome.PLACED
    assert (paper.told[-1].request_id, paper.told[-1].mode) == (order.request_id, Mode.PAPER)
    assert paper.balance() == Decimal("980.00")
    paper.turn()
    assert paper.windows[NAMES[0]].look().panel(1).button is ButtonState.CASH_OUT
    paper.end(multiplier)
    assert paper.balance() == Decimal(after)
    assert paper.windows[NAMES[0]].look().panel(1).button is ButtonState.BET


def test_windows_and_panels_do_not_mix(paper: Paper) -> None:
    for name in NAMES:
        paper.turn(name)
    paper.bet("20.00", "2.00", panel=2)
    paper.bet("30.00", "3.00", panel=1, name=NAMES[1])
    assert [bet.outcome for bet in paper.told if bet.outcome] == [Outcome.PLACED, Outcome.PLACED]
    paper.turn(NAMES[0])
    paper.end("2.50", NAMES[0])
    assert [paper.balance(name) for name in NAMES] == [Decimal("1020.00"), Decimal("970.00")]


def test_a_stake_that_is_taken_back_is_paid_back_and_plays_no_round(paper: Paper) -> None:
    paper.turn()
    paper.bet("20.00", "2.00")
    paper.windows[NAMES[0]].press(1)
    assert paper.balance() == Decimal("1000.00")
    paper.turn()
    paper.end("5.00")
    assert paper.balance() == Decimal("1000.00")


def test_a_bet_pressed_in_flight_waits_for_the_next_round(paper: Paper) -> None:
    window = paper.windows[NAMES[0]]
    paper.turn()
    paper.turn()
    window.press(1)
    assert (window.look().panel(1).button, paper.balance()) == (ButtonState.CANCEL, Decimal("1000.00"))
    paper.end("1.50")
    assert paper.balance() == Decimal("1000.00")
    paper.turn()
    assert (window.look().panel(1).button, paper.balance()) == (ButtonState.CANCEL, Decimal("990.00"))


def test_a_round_out_of_sight_frees_the_panel_and_is_settled_when_it_is_read_back(paper: Paper) -> None:
    window = paper.windows[NAMES[0]]
    paper.turn()
    paper.bet("20.00", "2.00")
    placed_at = paper.clock.now()
    paper.run(20)
    window.apply(PhaseChanged(NAMES[0], paper.clock.now(), Phase.OFFLINE, Phase.BETTING))
    assert window.look().panel(1).button is ButtonState.BET
    window.apply(RoundEnded(NAMES[0], None, placed_at + 10, Decimal("4.00"), None, None, None, Source.STRIP, 1.0))
    assert paper.balance() == Decimal("1020.00")


def test_a_stake_above_the_balance_is_refused(paper: Paper) -> None:
    paper.turn()
    paper.bet("2000.00", "2.00")
    paper.run(6)
    assert paper.told[-1].outcome is Outcome.EXPIRED
    assert "less than the stake" in paper.told[-1].reason
    assert paper.balance() == Decimal("1000.00")


def test_a_session_is_kept_by_a_click_that_does_nothing(paper: Paper) -> None:
    paper.turn()
    before = paper.windows[NAMES[0]].look().panels
    assert paper.hands.submit(KeepRequested(NAMES[0], "keep-1", paper.clock.now(), paper.clock.now() + 5))
    paper.run(1)
    assert paper.kept == [("keep-1", True)]
    assert paper.windows[NAMES[0]].look().panels == before


def test_unknown_fields_are_nowhere(paper: Paper) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        paper.windows[NAMES[0]].place(Field.SCORE)
