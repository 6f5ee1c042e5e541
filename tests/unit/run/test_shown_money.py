from collections.abc import Mapping

import pytest

from aviator.core.config import BookmakerSettings, PlaySettings, Settings
from aviator.core.errors import UserMistake
from aviator.run.shown_money import check_shown_money, currency_of


def settings(**currencies: str) -> Settings:
    return Settings(
        bookmakers=tuple(BookmakerSettings(name, currency=code) for name, code in currencies.items()),
        plays=tuple(PlaySettings(name) for name in currencies),
    )


@pytest.mark.parametrize(
    ("sign", "code"),
    [("€", "EUR"), (" RSD", "RSD"), ("rsd", "RSD"), ("KM", "BAM"), ("R$", "BRL"), ("$", None), ("R", None), ("", None)],
)
def test_a_sign_tells_its_currency_only_where_it_has_one(sign: str, code: str | None) -> None:
    assert currency_of(sign) == code


@pytest.mark.parametrize(
    ("currencies", "signs"),
    [
        ({"A": "", "B": ""}, {"A": "RSD", "B": "RSD"}),
        ({"A": "", "B": ""}, {"A": "RSD", "B": "din."}),
        ({"A": "", "B": ""}, {"A": "RSD", "B": ""}),
        ({"A": "RSD", "B": "EUR"}, {"A": "RSD", "B": "€"}),
        ({"A": "USD", "B": "CAD"}, {"A": "$", "B": "$"}),
        ({"A": ""}, {"A": "€"}),
    ],
)
def test_money_that_is_named_or_the_same_is_fine(currencies: Mapping[str, str], signs: Mapping[str, str]) -> None:
    check_shown_money(settings(**currencies), signs)


@pytest.mark.parametrize(
    ("currencies", "signs", "said"),
    [
        ({"A": "", "B": ""}, {"A": "RSD", "B": "€"}, "different money .RSD at A, € at B."),
        ({"A": "EUR", "B": ""}, {"A": "€", "B": "$"}, "different money .. at B."),
        ({"A": "EUR"}, {"A": "RSD"}, "shows RSD, and the settings say currency = 'EUR'"),
    ],
)
def test_different_money_must_be_named(currencies: Mapping[str, str], signs: Mapping[str, str], said: str) -> None:
    with pytest.raises(UserMistake, match=said):
        check_shown_money(settings(**currencies), signs)


def test_a_bookmaker_without_a_play_does_not_matter() -> None:
    one = settings(A="", B="")
    check_shown_money(Settings(bookmakers=one.bookmakers, plays=one.plays[:1]), {"A": "RSD", "B": "€"})
