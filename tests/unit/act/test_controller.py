"""The hands at a simulated site in virtual time: bets that go well, and bets that meet each trouble."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from tests.unit.act.panel import START, Site, Trouble
from tests.unit.act.play import Play

from aviator.act.controller import QUEUE
from aviator.act.kill import KillSource
from aviator.act.latency import Stage
from aviator.core.bets import ButtonState, Outcome, PanelView
from aviator.core.events import BetChanged, KeepRequested

BEFORE = PanelView(Decimal("10.00"), Decimal("0.00"), ButtonState.BET)


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    play = Play(tmp_path, [Site(Random(1)), Site(Random(2))])
    play.clock.sleep(0.3)
    yield play
    play.close()


def test_a_bet_is_typed_read_back_clicked_and_seen_to_be_taken(play: Play) -> None:
    order = play.order(stake="30.00", auto="2.50")
    play.run(3)
    assert [bet.outcome for bet in play.changes(order)] == [None, Outcome.PLACED], play.story(order)
    (bet,) = play.stands()
    assert (bet.stake, bet.auto) == (Decimal("30.00"), Decimal("2.50"))
    assert abs((play.changes(order)[-1].placed_at or 0) - bet.at) < 0.2
    assert len(play.sites[0].clicks) == 1


def test_both_panels_of_a_window_and_another_window_bet_in_one_betting_time(play: Play) -> None:
    orders = [play.order(1), play.order(2, "15.00", "1.50"), play.order(1, "40.00", None, index=1)]
    play.run(4)
    assert [play.outcome(order) for order in orders] == [Outcome.PLACED] * 3
    assert [(b.panel, b.stake, b.auto) for b in play.stands()] == [
        (1, Decimal("30.00"), Decimal("2.00")),
        (2, Decimal("15.00"), Decimal("1.50")),
    ]
    assert [(b.stake, b.auto) for b in play.stands(1)] == [(Decimal("40.00"), None)]


def test_what_the_panel_shows_already_is_not_typed(play: Play) -> None:
    order = play.order(1, "10.00", None)
    play.run(2)
    assert play.outcome(order) is Outcome.PLACED
    assert [what for _, what in play.desk.inputs] == ["move", "click"]


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (Trouble("clamp", START, START + 60, 15), Outcome.ROLLED_BACK),
        (Trouble("deaf_button", START, START + 60), Outcome.ROLLED_BACK),
        (Trouble("deaf_key", START, START + 60, 3), Outcome.PLACED),
        (Trouble("late_balance", START, START + 60, 1.5), Outcome.PLACED),
        (Trouble("lag", START, START + 60, 1.0), Outcome.PLACED),
        (Trouble("popup", START, START + 60), Outcome.EXPIRED),
        (Trouble("blind", START, START + 60), Outcome.EXPIRED),
        (Trouble("tied", START, START + 60), Outcome.ROLLED_BACK),
        (Trouble("person", START, START + 3), Outcome.ROLLED_BACK),
        (Trouble("move", START + 0.4, START + 60), Outcome.PLACED),
    ],
    ids=lambda it: it.kind if isinstance(it, Trouble) else "",
)
def test_one_trouble(play: Play, trouble: Trouble, outcome: Outcome) -> None:
    play.sites[0].troubles.append(trouble)
    order = play.order()
    play.run(40)
    assert play.outcome(order) is outcome, play.story(order)
    assert len(play.stands()) == (outcome is Outcome.PLACED), play.story(order)
    if outcome is not Outcome.PLACED:
        assert play.sites[0].panels[0].view == BEFORE


def test_the_last_word_before_the_click_can_stop_it(play: Play) -> None:
    play.veto = "lost enough for today"
    order = play.order()
    play.run(10)
    assert [bet.outcome for bet in play.changes(order)] == [None, Outcome.ROLLED_BACK]
    assert play.changes(order)[-1].reason == "lost enough for today"
    assert (play.sites[0].clicks, play.sites[0].panels[0].view) == ([], BEFORE)


def test_a_click_too_late_for_the_site_is_taken_back_before_the_next_round(play: Play) -> None:
    """The line is so slow that the click arrives in flight, and the site keeps it for the next round."""
    play.sites[0].troubles.append(Trouble("lag", START + 4.0, START + 60, 1.2))
    play.clock.sleep(3.9)
    order = play.order()
    play.run(30)
    assert play.outcome(order) is Outcome.ROLLED_BACK, play.story(order)
    assert play.stands() == []
    assert play.sites[0].panels[0].view == BEFORE
    assert [button for _, _, button in play.sites[0].clicks] == [ButtonState.BET, ButtonState.CANCEL]


def test_a_stake_that_the_site_changed_after_it_was_read_back_is_taken_back(play: Play) -> None:
    play.sites[0].troubles += [Trouble("lag", START, START + 60, 0.6), Trouble("clamp", START, START + 60, 25)]
    order = play.order(stake="70.00")
    play.run(30)
    assert play.outcome(order) is Outcome.ROLLED_BACK, play.story(order)
    assert [(bet.stake, bet.cancelled) for bet in play.sites[0].taken] == [(Decimal("25.00"), True)]
    assert play.sites[0].panels[0].view == BEFORE


def test_where_taking_back_is_too_late_the_true_stake_is_told(play: Play) -> None:
    play.sites[0].troubles += [Trouble("lag", START, START + 60, 1.0), Trouble("clamp", START, START + 60, 25)]
    play.clock.sleep(2.6)
    order = play.order(stake="70.00")
    play.run(30)
    end = play.changes(order)[-1]
    assert (end.outcome, end.stake, end.auto_cash_out) == (Outcome.PLACED, Decimal("25.00"), Decimal("2.00")), play.story(order)
    assert "25.00 and not 70.00" in end.reason
    assert [bet.stake for bet in play.stands()] == [Decimal("25.00")]


def blind_from_its_click(play: Play, seconds: float) -> None:
    """The window is out of sight from the moment that the button was clicked."""
    now = play.clock.now
    play.desk.on_press = lambda: play.sites[0].troubles.append(Trouble("blind", now() + 0.001, now() + seconds))


def await_betting(play: Play, index: int) -> None:
    while not play.sites[index].accepting(play.clock.now() + 3):
        play.run(0.1)


def test_a_doubt_stops_this_bookmaker_alone_until_somebody_settles_it(play: Play) -> None:
    doubtful = play.order()
    blind_from_its_click(play, 300)
    play.run(8)
    assert play.outcome(doubtful) is Outcome.UNCERTAIN, play.story(doubtful)
    await_betting(play, 1)
    refused, other = play.order(2), play.order(1, index=1)
    play.run(1)
    assert (play.outcome(refused), play.outcome(other)) == (Outcome.REFUSED, Outcome.PLACED)
    play.hands.settled(replace(play.changes(doubtful)[-1], outcome=Outcome.PLACED, placed_at=START + 1))
    play.run(1)
    play.sites[0].troubles.clear()
    play.desk.on_press = lambda: None
    await_betting(play, 0)
    again = play.order(2)
    play.run(3)
    assert play.outcome(again) is Outcome.PLACED, play.story(again)
    assert play.outcome(doubtful) is Outcome.UNCERTAIN, "what came from outside is not told again"


def test_a_window_in_doubt_settles_itself_when_it_is_seen_again(play: Play) -> None:
    order = play.order()
    blind_from_its_click(play, 8)
    play.run(30)
    assert [bet.outcome for bet in play.changes(order)] == [None, Outcome.UNCERTAIN, Outcome.PLACED], play.story(order)
    assert len(play.stands()) == 1


def test_a_panel_whose_putting_back_was_lost_on_its_way_is_put_back_again(play: Play) -> None:
    """The page is loaded anew before the site has heard what was typed, though the page showed it."""
    play.veto = "no"
    play.sites[0].troubles += [Trouble("lag", START, START + 5, 0.5), Trouble("reload", START + 0.99, START + 1)]
    order = play.order()
    play.run(0.9)
    assert play.outcome(order) is Outcome.ROLLED_BACK
    play.run(0.3)
    assert play.sites[0].panels[0].view != BEFORE, play.story(order)
    play.run(8)
    assert play.sites[0].panels[0].view == BEFORE, play.story(order)
    assert [bet.outcome for bet in play.changes(order)] == [None, Outcome.ROLLED_BACK]


def test_a_full_queue_takes_no_more(play: Play) -> None:
    order = play.order()
    while play.hands.waiting < QUEUE:
        assert play.hands.submit(replace(order, request_id=f"more {play.hands.waiting}"))
    assert not play.hands.submit(replace(order, request_id="one too many"))


def test_a_session_is_kept_by_a_click_that_is_never_made_during_a_bet(play: Play) -> None:
    order = play.order()
    keep = KeepRequested(play.name(0), "keep", play.clock.now(), play.clock.now() + 10)
    assert play.hands.submit(keep)
    assert play.hands.submit(replace(keep, request_id="late", deadline=play.clock.now()))
    play.run(1)
    assert play.outcome(order) is Outcome.PLACED
    assert sorted(play.kept) == [("keep", True), ("late", False)]
    assert len(play.sites[0].clicks) == 1
    clicks = [what for _, what in play.desk.inputs if what == "click"]
    assert len(clicks) == 4, "amount, auto cash-out, button, harmless"


def test_stopping_refuses_what_waits_and_puts_back_what_was_typed(play: Play) -> None:
    order = play.order()
    waiting = play.order(2)
    keep = KeepRequested(play.name(0), "keep", play.clock.now(), play.clock.now() + 10)
    play.hands.submit(keep)
    play.veto = "stop"
    play.hands.step()
    play.hands.stop(5.0)
    play.hands.wind_up()
    assert (play.outcome(order), play.outcome(waiting)) == (Outcome.ROLLED_BACK, Outcome.REFUSED)
    assert play.kept == [("keep", False)]
    assert not play.hands.submit(order)
    play.run(5)
    assert play.sites[0].panels[0].view == BEFORE


def test_a_thread_serves_orders_until_it_is_stopped(tmp_path: Path) -> None:
    play = Play(tmp_path, [Site(Random(1))])
    placed = threading.Event()
    play.on_bet = lambda bet: placed.set() if bet.outcome is Outcome.PLACED else None
    play.hands.start()
    order = play.order()
    assert placed.wait(10)
    assert play.hands.alive
    assert play.hands.stop(5)
    assert not play.hands.alive
    assert play.hands.failure is None
    assert play.outcome(order) is Outcome.PLACED
    play.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_fails_says_so_and_takes_no_more_orders(tmp_path: Path) -> None:
    play = Play(tmp_path, [Site(Random(1))])

    def fail(bet: BetChanged) -> None:
        raise ZeroDivisionError(bet.request_id)

    play.on_bet = fail
    play.hands.start()
    order = play.order()
    assert play.hands.join(10)
    assert not play.hands.alive
    assert isinstance(play.hands.failure, ZeroDivisionError)
    assert not play.hands.submit(order)
    play.close()


def test_how_long_bets_take_is_counted(play: Play) -> None:
    for panel in (1, 2):
        play.order(panel)
        play.run(1)
    assert sum(play.hands.latencies.counts(Stage.TYPED)) == 2
    whole = play.hands.latencies.quantile(Stage.WHOLE, 0.5)
    assert whole is not None
    assert 0.05 < whole < 0.4, "as long as the simulated looks and inputs take"


def test_the_next_bet_takes_over_what_an_earlier_one_owes_its_panel(play: Play) -> None:
    """Hands were stopped in the middle of the typing; the panel still ends as it was before both bets."""
    first = play.order(stake="30.00")
    play.on_gate = lambda: play.kill.press(KillSource.API)
    play.run(1)
    assert play.outcome(first) is Outcome.ROLLED_BACK
    assert "not put back yet" in play.changes(first)[-1].reason
    assert play.sites[0].panels[0].stake == Decimal("30.00")
    play.kill.reset()
    second = play.order(stake="40.00")
    play.run(0.3)
    play.kill.reset()
    play.run(30)
    assert play.outcome(second) is Outcome.ROLLED_BACK
    assert play.sites[0].panels[0].view == BEFORE, play.story(second)
