"""When a click is wished that keeps the session alive."""

from decimal import Decimal

from tests.unit.decide.play import NAME, phase

from aviator.core.bets import Outcome
from aviator.core.events import KeepRequested, TellBet, TellKept
from aviator.core.types import Phase
from aviator.decide.exclusion import Doing, Turn, exclusion
from aviator.decide.session import SessionKeeper

T = 1_700_000_000.0


def keeper(index: int = 2, pace: float = 1.0) -> SessionKeeper:
    one = SessionKeeper(NAME, index, T, lambda: 300.0, exclusion(), pace)
    one.apply(phase(T, Phase.BETTING, Phase.PLAYING))
    return one


def test_the_first_click_comes_later_at_each_further_bookmaker() -> None:
    one = keeper()
    assert one.tick(T + 359.9) == []
    assert one.tick(T + 360) == [KeepRequested(NAME, f"max-bet-keep-{int((T + 360) * 1000)}", T + 360, T + 370)]
    assert one.tick(T + 361) == []


def test_the_next_one_comes_after_the_time_drawn_or_soon_where_nothing_was_clicked() -> None:
    for done, wait in ((True, 300.0), (False, 30.0)):
        one = keeper()
        (wish,) = one.tick(T + 400)
        one.apply(TellKept("another's", done=True))
        assert one.tick(T + 5000) == []
        one.apply(TellKept(wish.request_id, done))
        assert one.tick(T + 405) == []
        assert one.tick(T + 405 + wait - 0.1) == []
        assert len(one.tick(T + 405 + wait)) == 1


def test_a_game_at_another_pace_has_other_times() -> None:
    one = keeper(index=0, pace=0.25)
    assert one.tick(T + 74.9) == []
    assert len(one.tick(T + 75)) == 1


def test_betting_time_belongs_to_bets_and_the_unseen_is_not_clicked() -> None:
    for before, now in ((Phase.ENDED, Phase.BETTING), (Phase.PLAYING, Phase.OFFLINE)):
        one = keeper()
        one.apply(phase(T, before, now))
        assert one.tick(T + 400) == []


def test_never_while_somebody_bets() -> None:
    turns = exclusion()
    one = SessionKeeper(NAME, 0, T, lambda: 300.0, turns)
    one.apply(phase(T, Phase.BETTING, Phase.PLAYING))
    turns.fire(Turn.BET)
    assert one.tick(T + 400) == []
    turns.fire(Turn.BETS_OVER)
    assert len(one.tick(T + 401)) == 1
    assert turns.state is Doing.KEEPING


def test_the_click_of_a_bet_counts_as_a_click_and_a_refused_one_does_not() -> None:
    for outcome, due in ((Outcome.PLACED, T + 650), (Outcome.REFUSED, T + 360)):
        one = keeper()
        one.apply(TellBet("a", 1, Decimal(10), None, outcome, None))
        one.tick(T + 350)
        assert one.tick(due - 0.1) == []
        assert len(one.tick(due)) == 1
