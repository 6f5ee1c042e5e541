"""Limits over bookmakers with different currencies: sums are in one currency, by rates, or refused."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.config import LimitSettings, load, money_rates, template
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.decide.limits import Limits, Worth
from aviator.run.accepted_limits import DAY_S, Moment
from aviator.run.consent import Held, give_consent

NOON = 1_700_000_000.0
EUR, RSD = BookmakerId("E"), BookmakerId("R")
RATES = {"E": Decimal(1), "R": Decimal("0.0085")}


def order(bookmaker: BookmakerId, stake: str, name: str = "x") -> BetOrder:
    return BetOrder(name, bookmaker, 1, Decimal(stake), Decimal(2), NOON, NOON + 5)


def settled(bookmaker: BookmakerId, stake: str, payout: str, name: str) -> BetChanged:
    return BetChanged(
        bookmaker, name, 1, None, Decimal(stake), Decimal(2), Mode.LIVE, Outcome.PLACED, NOON, NOON + 1, Decimal(payout), "", ""
    )


def limits(**settings: float) -> Limits:
    wide = {"stake": 1e6, "stake_per_round": 1e6, "loss_per_day": 1e6, "drawdown": 1e6}
    return Limits(LimitSettings(**wide | settings), lambda _: NOON - 100, lambda name: Worth(RATES[name], RATES[name]))


def test_a_stake_counts_in_the_currency_of_the_limits() -> None:
    one = limits(stake=20)
    assert one.check(order(RSD, "2000"), NOON).ok
    assert one.check(order(RSD, "2400"), NOON).cause == "stake"
    assert one.check(order(EUR, "21"), NOON).cause == "stake"


def test_open_stakes_and_losses_of_both_are_added_in_it() -> None:
    one = limits(stake_per_round=30)
    assert one.admit(order(RSD, "2000", "a"), NOON).ok
    assert one.check(order(EUR, "13", "b"), NOON).ok
    assert one.check(order(EUR, "14", "b"), NOON).cause == "stake_per_round"
    one = limits(loss_per_day=30)
    one.apply(settled(RSD, "2000", "0", "a"), NOON)
    assert one.lost_today(NOON) == 17
    assert one.check(order(EUR, "14", "b"), NOON).cause == "loss"


def test_money_of_doubtful_worth_loses_much_and_wins_nothing() -> None:
    one = Limits(LimitSettings(loss_per_day=100), lambda _: NOON - 100, lambda _: Worth(Decimal(1), Decimal(0)))
    one.apply(settled(RSD, "10", "5000", "a"), NOON)
    assert one.lost_today(NOON) == 0
    one.apply(settled(RSD, "10", "0", "b"), NOON)
    assert one.lost_today(NOON) == 10


SETTINGS = """
[[bookmakers]]
name = "E"
cell = "TL"
{first}
[[bookmakers]]
name = "R"
cell = "TC"
{second}
"""


def settings(tmp_path: Path, first: str = "", second: str = "", more: str = ""):
    path = tmp_path / "aviator.toml"
    path.write_text(more + SETTINGS.format(first=first, second=second))
    return load(path)


def test_one_currency_needs_no_rates(tmp_path: Path) -> None:
    assert set(money_rates(settings(tmp_path)).values()) == {Decimal(1)}
    both = settings(tmp_path, 'currency = "EUR"', 'currency = "EUR"')
    assert set(money_rates(both).values()) == {Decimal(1)}


@pytest.mark.parametrize(
    ("second", "more", "said"),
    [
        ('currency = "RSD"', "", "EUR, RSD, and .rates. lacks EUR, RSD"),
        ('currency = "RSD"', "[rates]\nEUR = 1\n", "lacks RSD"),
        ("", "[rates]\nEUR = 1\n", "name the currency of R"),
    ],
)
def test_different_currencies_without_rates_are_refused(tmp_path: Path, second, more, said) -> None:
    with pytest.raises(UserMistake, match=said):
        money_rates(settings(tmp_path, 'currency = "EUR"', second, more))


def test_rates_are_read_and_written(tmp_path: Path) -> None:
    both = settings(tmp_path, 'currency = "EUR"', 'currency = "RSD"', "[rates]\nEUR = 1\nRSD = 0.0085\n")
    assert money_rates(both) == RATES
    again = tmp_path / "again.toml"
    again.write_text(template(both))
    assert money_rates(load(again)) == RATES


@pytest.mark.parametrize(
    ("first", "more"),
    [
        ('currency = "eur"', ""), ('currency = "EURO"', ""), ('currency = "€"', ""), ("currency = 5", ""),
        ("", "[rates]\nEUR = 0\n"), ("", "[rates]\nEUR = -1\n"), ("", "[rates]\nEUR = inf\n"), ("", "[rates]\nEUR = nan\n"),
        ("", "[rates]\nEUR = 1e300\n"), ("", "[rates]\nEUR = true\n"), ("", '[rates]\nEUR = "1"\n'), ("", "[rates]\neur = 1\n"),
    ],
)  # fmt: skip
def test_codes_and_rates_out_of_bounds_are_refused(tmp_path: Path, first, more) -> None:
    with pytest.raises(UserMistake, match=r"currency|rates"):
        settings(tmp_path, first, "", more)


def test_a_bookmaker_that_is_not_named_has_the_strictest_of_the_accepted_rates(tmp_path: Path) -> None:
    at = Moment(NOON)
    rates = {"E": Decimal(117), "R": Decimal(1), "H": Decimal("0.3")}
    give_consent(LimitSettings(), replace(at, at=NOON - 10 * DAY_S), rates)
    held = Held(tmp_path, LimitSettings(), at)
    assert held.worth("E under another name", Worth()) == Worth(Decimal(117), Decimal("0.3"))
    give_consent(LimitSettings(), at, {"E under another name": Decimal(1)})
    held.look(replace(at, at=NOON + 1))
    assert held.worth("E under another name", Worth()).staked == 117
    held.look(replace(at, at=NOON + DAY_S))
    assert held.worth("E under another name", Worth()) == Worth()


def test_a_lower_rate_permits_more_so_it_waits_a_day(tmp_path: Path) -> None:
    at = Moment(NOON)
    give_consent(LimitSettings(), replace(at, at=NOON - 10 * DAY_S), {"R": Decimal("0.01")})
    wished = Worth(Decimal("0.0001"), Decimal("0.0001"))
    held = Held(tmp_path, LimitSettings(), at)
    assert held.worth("R", wished).staked == Decimal("0.01")
    give_consent(LimitSettings(), at, {"R": Decimal("0.0001")})
    held.look(replace(at, at=NOON + 1))
    assert held.worth("R", wished) == Worth(Decimal("0.01"), Decimal("0.0001"))
    held.look(replace(at, at=NOON + DAY_S))
    assert held.worth("R", wished) == wished
    assert held.worth("unknown", wished) == Worth(Decimal(1), Decimal("0.0001"))
