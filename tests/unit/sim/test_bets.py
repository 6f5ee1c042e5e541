"""The toggle button, and money that adds up whatever a visitor clicks."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.sim.bets import Bets, Button, NotEnoughMoneyError, PanelState
from aviator.sim.chain import Chain
from aviator.sim.game import START_BALANCE, Game, Phase
from aviator.sim.ledger import BetLine
from aviator.sim.skins import SKINS_BY_NAME

ADMIRAL = SKINS_BY_NAME["Admiral"]


@pytest.fixture
def bets() -> Bets:
    return Bets(ADMIRAL, Decimal("100.00"), credit_delay_s=0.8, round=7)


def test_green_places_red_takes_back(bets: Bets) -> None:
    (bet,) = bets.press(1, 10.0, accepting=True, multiplier=None)
    assert (bet.type, bet.round, bet.stake, bet.balance, bets.panels[0].button) == ("bet", 7, 20, 80, Button.CANCEL)
    (cancel,) = bets.press(1, 11.0, accepting=True, multiplier=None)
    assert (cancel.type, cancel.balance, bets.panels[0].button) == ("cancel", 100, Button.BET)


def test_outside_betting_a_bet_is_queued_free_of_charge_and_taken_when_betting_opens(bets: Bets) -> None:
    assert bets.press(1, 10.0, accepting=False, multiplier=Decimal(2)) == []
    assert (bets.panels[0].button, bets.balance) == (Button.CANCEL, 100)
    (bet,) = bets.open_betting(8, 20.0)
    assert (bet.round, bet.at, bet.balance) == (8, 20.0, 80)


def test_a_queued_bet_that_is_cancelled_leaves_no_trace(bets: Bets) -> None:
    bets.press(1, 10.0, accepting=False, multiplier=None)
    assert bets.press(1, 11.0, accepting=False, multiplier=None) == []
    assert bets.open_betting(8, 20.0) == []


def test_orange_cashes_out_and_the_money_comes_later(bets: Bets) -> None:
    bets.press(1, 10.0, accepting=True, multiplier=None)
    bets.take_off()
    assert bets.panels[0].button is Button.CASH_OUT
    assert bets.press(1, 15.0, accepting=False, multiplier=Decimal("1.51")) == []
    assert (bets.panels[0].button, bets.balance, bets.next_credit_at) == (Button.BET, 80, 15.8)
    assert bets.pay_credits(15.7) == []
    (settle,) = bets.pay_credits(15.8)
    assert (settle.type, settle.payout, settle.balance, settle.at) == ("settle", Decimal("30.20"), Decimal("110.20"), 15.8)


def test_what_is_live_at_the_crash_is_lost(bets: Bets) -> None:
    bets.press(1, 10.0, accepting=True, multiplier=None)
    bets.take_off()
    (settle,) = bets.crash(12.0)
    assert (settle.type, settle.payout, settle.balance) == ("settle", 0, 80)


def test_a_stake_above_the_balance_is_refused(bets: Bets) -> None:
    bets.set_stake(1, Decimal(101))
    with pytest.raises(NotEnoughMoneyError):
        bets.press(1, 10.0, accepting=True, multiplier=None)
    assert bets.panels[0].state is PanelState.IDLE


def test_a_queued_bet_without_cover_falls_back(bets: Bets) -> None:
    bets.set_stake(1, Decimal(100))
    bets.press(1, 10.0, accepting=False, multiplier=None)
    bets.press(2, 10.0, accepting=False, multiplier=None)
    lines = bets.open_betting(8, 20.0)
    assert [(line.panel, line.balance) for line in lines] == [(1, 0)]
    assert bets.panels[1].state is PanelState.IDLE


def test_stakes_stay_within_limits_and_a_placed_bet_is_not_changed(bets: Bets) -> None:
    bets.set_stake(1, Decimal(3))
    assert bets.panels[0].stake == ADMIRAL.stakes.minimum
    bets.set_stake(1, Decimal(10**8))
    assert bets.panels[0].stake == ADMIRAL.stakes.maximum
    bets.set_stake(2, Decimal(30))
    bets.press(2, 10.0, accepting=True, multiplier=None)
    bets.set_stake(2, Decimal(40))
    bets.set_auto_cash_out(2, Decimal(2))
    assert (bets.panels[1].stake, bets.panels[1].auto_cash_out) == (30, None)


def test_auto_bet_places_the_same_bet_every_round(bets: Bets) -> None:
    bets.toggle_auto_bet(1)
    for number in (8, 9):
        (bet,) = bets.open_betting(number, number * 10.0)
        assert bet.round == number
        bets.take_off()
        bets.crash(number * 10.0 + 5)


ACTIONS = st.lists(
    st.tuples(
        st.floats(0.01, 9.0),
        st.sampled_from(("press", "press", "press", "stake", "auto", "auto_bet", "wait")),
        st.sampled_from((1, 2)),
        st.integers(100, 400_000),
    ),
    max_size=120,
)


@given(seed=st.integers(0, 50), actions=ACTIONS)
def test_balance_is_start_minus_stakes_plus_payouts_whatever_is_clicked(seed: int, actions) -> None:
    game = Game(ADMIRAL, Chain(str(seed), length=300), Random(seed))
    now = 1_700_000_000.0
    lines = game.start(now)
    for wait_s, action, panel, cents in actions:
        now += wait_s
        lines += game.advance(now)
        value = Decimal(cents).scaleb(-2)
        if action == "press":
            try:
                lines += game.press(panel, now)
            except NotEnoughMoneyError:
                assert game.bets.panels[panel - 1].stake > game.bets.balance
        elif action == "stake":
            game.bets.set_stake(panel, value)
        elif action == "auto":
            game.bets.set_auto_cash_out(panel, value / 1000 if cents % 3 else None)
        elif action == "auto_bet":
            game.bets.toggle_auto_bet(panel)
    balance = START_BALANCE
    open_bets: dict[tuple[int, int], BetLine] = {}
    for line in lines:
        if not isinstance(line, BetLine):
            continue
        key = (line.panel, line.round)
        if line.type == "bet":
            assert key not in open_bets, "two bets on one panel and round"
            open_bets[key] = line
            balance -= line.stake
        else:
            bet = open_bets.pop(key)
            assert (bet.stake, bet.auto_cash_out) == (line.stake, line.auto_cash_out)
            balance += line.stake if line.type == "cancel" else line.payout
        assert line.balance == balance >= 0
    assert game.bets.balance == balance
    assert [line.at for line in lines if isinstance(line, BetLine)] == sorted(
        line.at for line in lines if isinstance(line, BetLine)
    )
    assert game.phase is not Phase.CLOSED
