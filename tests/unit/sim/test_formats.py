"""Each bookmaker's way of writing numbers, and of reading them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.sim.skins import SKINS, SKINS_BY_NAME

WRITTEN = {
    "Admiral": ("1,234.50 RSD", "12,345.67x", "91"),
    "Mozzart": ("1.234,50 RSD", "12.345,67x", "91/732"),
    "BalkanBet": ("€1 234.50", "12 345.67", "91"),
    "Soccer": ("$1,234.50", "12,345.67X", "91/732"),
    "Meridian": ("1.234,50 KM", "12.345,67×", "91"),
    "MaxBet": ("RSD 1 234.50", "12 345.67x", "91"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_are_written_as_the_skin_does(name: str) -> None:
    skin = SKINS_BY_NAME[name]
    money, multiplier, players = WRITTEN[name]
    assert skin.numbers.money(Decimal("1234.5")) == money
    assert skin.numbers.multiplier(Decimal("12345.67")) == multiplier
    assert skin.players(91, 732) == players


def test_skins_differ_and_keep_the_interval_between_rounds() -> None:
    assert len({(s.numbers, s.newest, s.language, s.timing) for s in SKINS}) == len(SKINS)
    assert all(
        10.6 <= round(s.timing.a_s, 6) <= 12.6 and 5 <= s.timing.betting_s <= 6 and 3 <= s.timing.ended_s <= 4.5 for s in SKINS
    )


@given(skin=st.sampled_from(SKINS), cents=st.integers(0, 10**9))
def test_what_a_site_writes_it_can_read(skin, cents) -> None:
    value = Decimal(cents).scaleb(-2)
    assert skin.numbers.parse(skin.numbers.amount(value)) == value


@pytest.mark.parametrize("skin", SKINS, ids=lambda s: s.slug)
@pytest.mark.parametrize(
    ("typed", "meant"), [("10", "10.00"), ("2.5", "2.50"), ("2,5", "2.50"), ("1.20", "1.20"), ("1,20", "1.20"), (" 35 ", "35.00")]
)
def test_either_decimal_sign_may_be_typed(skin, typed: str, meant: str) -> None:
    assert skin.numbers.parse(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1e99", "NaN", "..", "1,2,3.4.5"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert all(skin.numbers.parse(typed) is None for skin in SKINS)
