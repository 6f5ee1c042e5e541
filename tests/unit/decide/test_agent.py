"""When strategies are asked, what they are told, and what is wished."""

from decimal import Decimal

import pytest
from tests.unit.decide.play import NAME, Asked, betting, decision, ended, flight, phase, round_from, tell

from aviator.core.bets import Decision, Outcome, OwnBet, Played
from aviator.core.events import BetRequested, BettingBlocked, GapFound, TellMoney
from aviator.core.types import Phase
from aviator.decide.agent import BettingAgent, Play
from aviator.decide.exclusion import Doing, Exclusion, Turn, exclusion
from aviator.decide.executor import StrategyFailed

T = 1_700_000_000.0


class Table:
    """An agent at work, with one strategy or two."""

    def __init__(
        self, *answers: Decision | Exception | None, betting_s: float | None = 5.0, bets: list[OwnBet] | None = None
    ) -> None:
        self.asked = [Asked(answer) for answer in answers]
        self.exclusion: Exclusion = exclusion()
        self.plays = [Play(panel, "fixed", one, bets or []) for panel, one in enumerate(self.asked, 1)]
        self.agent = BettingAgent(NAME, self.plays, self.exclusion, [Played(Decimal(3), T - 10)], betting_s)

    def feed(self, *facts: object) -> None:
        for fact in facts:
            self.agent.apply(fact)  # type: ignore[arg-type]

    def wishes(self, at: float) -> list[BetRequested]:
        facts = self.agent.tick(at)
        assert all(isinstance(fact, BetRequested) for fact in facts)
        return facts  # type: ignore[return-value]


def at_second_betting(table: Table) -> float:
    """A whole round is over, betting has begun anew."""
    table.feed(*round_from(T), *betting(T + 14))
    return T + 14


def test_every_strategy_is_asked_once_in_each_betting_time() -> None:
    table = Table(decision(), decision("20", "3.00"))
    began = at_second_betting(table)
    first, second = table.wishes(began + 0.1)
    assert first == BetRequested(
        NAME, f"max-bet-1-{int(began * 1000)}", began + 0.1, 1, Decimal(10), Decimal("2.00"), began, began + 5, "fixed"
    )
    assert (second.panel, second.stake, second.auto_cash_out) == (2, 20, 3)
    assert table.wishes(began + 0.2) == []
    table.feed(tell(first, Outcome.REFUSED), tell(second, Outcome.EXPIRED))
    assert table.wishes(began + 0.3) == []
    table.feed(*flight(began + 5), *betting(began + 14))
    assert len(table.wishes(began + 14.1)) == 2


def test_it_is_told_the_rounds_its_bets_and_the_money() -> None:
    table = Table(decision())
    table.feed(TellMoney(Decimal(77)))
    began = at_second_betting(table)
    (wish,) = table.wishes(began)
    table.feed(tell(wish, None), tell(wish, Outcome.PLACED), *flight(began + 5, "2.10"), tell(wish, Outcome.PLACED, "20"))
    table.feed(*betting(began + 14))
    table.wishes(began + 14)
    history, state = table.asked[0].asked[-1]
    assert [r.multiplier for r in history] == [Decimal(3), Decimal("1.50"), Decimal("2.10")]
    assert state.balance == 77
    assert [(bet.outcome, bet.payout, bet.at) for bet in state.bets] == [(Outcome.PLACED, Decimal(20), began)]


def test_no_bet_before_the_length_of_a_betting_time_is_known() -> None:
    table = Table(decision(), betting_s=None)
    table.feed(phase(T, Phase.UNKNOWN, Phase.BETTING), *flight(T + 3), *betting(T + 12))
    assert table.wishes(T + 12.1) == []
    table.feed(*flight(T + 17), *betting(T + 26))
    (wish,) = table.wishes(T + 26.1)
    assert wish.deadline == T + 31


def test_the_deadline_follows_the_shortest_time_seen_and_the_end_of_the_round_before() -> None:
    table = Table(decision(), betting_s=6.0)
    table.feed(*round_from(T))
    # The beginning of this betting time was seen a second late; the end of the round before tells when it is over.
    table.feed(*betting(T + 14), *flight(T + 19), *betting(T + 29))
    (wish,) = table.wishes(T + 29.1)
    assert (wish.betting_at, wish.deadline) == (T + 29, T + 33)


@pytest.mark.parametrize("before", [Phase.UNKNOWN, Phase.OFFLINE])
def test_a_betting_time_that_began_unseen_is_not_used(before: Phase) -> None:
    table = Table(decision())
    table.feed(phase(T, before, Phase.BETTING))
    assert table.wishes(T + 4) == []


def test_nothing_is_wished_when_the_betting_time_should_be_over() -> None:
    table = Table(decision())
    assert table.wishes(at_second_betting(table) + 5) == []


def test_a_round_that_is_not_on_record_yet_is_waited_for_and_then_told_as_missing() -> None:
    table = Table(decision())
    before = round_from(T)[:-1]
    table.feed(*before, *betting(T + 14))
    assert table.wishes(T + 16) == []
    (wish,) = table.wishes(T + 16.6)
    assert [r.multiplier for r in table.asked[0].asked[-1][0]] == [Decimal(3), None]
    table.feed(ended(T + 10, "7.00"), tell(wish, Outcome.REFUSED), *flight(T + 19), *betting(T + 28))
    table.wishes(T + 28)
    assert [r.multiplier for r in table.asked[0].asked[-1][0]] == [Decimal(3), Decimal(7), Decimal("1.50")]


def test_a_round_that_comes_from_the_strip_in_time_is_told_as_it_was() -> None:
    table = Table(decision())
    table.feed(*round_from(T)[:-1], *betting(T + 14))
    assert table.wishes(T + 15) == []
    table.feed(ended(T + 10, "7.00"))
    assert len(table.wishes(T + 15.1)) == 1
    assert table.asked[0].asked[-1][0][-1].multiplier == 7


def test_a_gap_is_told_as_a_missing_round() -> None:
    table = Table(decision())
    table.feed(GapFound(NAME, T - 100, T - 50, 3, "blind"))
    table.wishes(at_second_betting(table))
    assert [r.multiplier for r in table.asked[0].asked[-1][0]] == [Decimal(3), None, Decimal("1.50")]


@pytest.mark.parametrize("outcome", [None, Outcome.UNCERTAIN])
def test_a_bet_that_is_not_over_is_waited_for(outcome: Outcome | None) -> None:
    table = Table(decision())
    began = at_second_betting(table)
    (wish,) = table.wishes(began)
    table.feed(tell(wish, outcome), *flight(began + 5), *betting(began + 14))
    assert table.wishes(began + 17) == []
    assert table.exclusion.state is Doing.BETTING
    table.feed(tell(wish, Outcome.ROLLED_BACK))
    assert table.exclusion.state is Doing.IDLE
    assert len(table.wishes(began + 17.1)) == 1


def test_an_uncertain_bet_on_one_panel_stops_the_other_too() -> None:
    table = Table(decision(), decision())
    began = at_second_betting(table)
    one, two = table.wishes(began)
    table.feed(tell(one, Outcome.UNCERTAIN), tell(two, Outcome.PLACED, "0"), *flight(began + 5), *betting(began + 14))
    assert table.wishes(began + 14.1) == []


def test_a_bet_that_is_not_settled_is_waited_for_only_half_the_time() -> None:
    table = Table(decision())
    began = at_second_betting(table)
    (wish,) = table.wishes(began)
    table.feed(tell(wish, Outcome.PLACED), *flight(began + 5), *betting(began + 14))
    assert table.wishes(began + 16) == []
    assert len(table.wishes(began + 16.6)) == 1


def test_a_strategy_that_fails_stops_the_betting_on_its_panel_alone() -> None:
    table = Table(StrategyFailed("The strategy failed in line 3 of mine.py (ZeroDivisionError)."), decision())
    began = at_second_betting(table)
    blocked, wish = table.agent.tick(began)
    assert isinstance(wish, BetRequested)
    assert isinstance(blocked, BettingBlocked)
    assert (blocked.cause, blocked.until) == ("strategy_1", None)
    assert blocked.reason == "fixed on panel 1: The strategy failed in line 3 of mine.py (ZeroDivisionError)."
    table.feed(tell(wish, Outcome.PLACED, "0"), *flight(began + 5), *betting(began + 14))
    (again,) = table.agent.tick(began + 14)
    assert isinstance(again, BetRequested)
    assert again.panel == 2


def test_while_the_session_is_kept_nothing_is_wished_and_then_there_may_be_time_left() -> None:
    table = Table(decision())
    table.exclusion.fire(Turn.KEEP)
    began = at_second_betting(table)
    assert table.wishes(began) == []
    table.exclusion.fire(Turn.KEPT)
    assert len(table.wishes(began + 3)) == 1


@pytest.mark.parametrize("outcome", [None, Outcome.UNCERTAIN])
def test_a_restarted_agent_waits_for_the_bet_that_was_open(outcome: Outcome | None) -> None:
    open_bet = OwnBet("max-bet-1-7", Decimal(10), Decimal(2), outcome)
    table = Table(decision(), bets=[open_bet])
    assert table.exclusion.state is Doing.BETTING
    began = at_second_betting(table)
    assert table.wishes(began + 3) == []
    wish = BetRequested(NAME, "max-bet-1-7", T, 1, Decimal(10), Decimal(2), T, T, "fixed")
    table.feed(tell(wish, Outcome.PLACED, "0"))
    assert len(table.wishes(began + 3)) == 1


def test_bets_that_were_never_placed_do_not_push_others_out_of_memory() -> None:
    table = Table(decision())
    play = table.plays[0]
    play.note(OwnBet("first", Decimal(10), Decimal(2), Outcome.PLACED, Decimal(0)))
    for n in range(300):
        play.note(OwnBet(str(n), Decimal(10), Decimal(2), Outcome.REFUSED))
    assert play.bets[0].request_id == "first"
    assert len(play.bets) == 100
