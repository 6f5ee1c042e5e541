"""The hands at a simulated site in virtual time: bets that go well, and bets that meet each trouble."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from tests.unit.act.panel import START, Site, Trouble
from tests.unit.act.play import Play

from aviator.core.bets import ButtonState, Outcome, PanelView

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
