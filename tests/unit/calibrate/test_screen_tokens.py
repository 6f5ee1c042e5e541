"""Numbers within recognised lines."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from tests.unit.calibrate.drawn import Page

from aviator.calibrate.phrases import mentions, says
from aviator.calibrate.tokens import Token, number, tokens


def tokens_of(text: str) -> list[Token]:
    page = Page()
    page.write(text, 20, 20, 16)
    return tokens(page.lines, page.picture)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3,281.54", "3281.54"),
        ("1.234,56", "1234.56"),
        ("1 000", "1000"),
        ("2,5", "2.5"),
        ("1.284", "1284"),
        ("48.527,79", "48527.79"),
        ("355/732", "355"),
        ("1,23,456.00", "123456.00"),
        ("0.00", "0.00"),
        ("12:30", None),
        ("", None),
        ("1.2.3.4.", None),
    ],
)
def test_numbers_of_all_habits(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


def test_joined_values_are_told_apart() -> None:
    found = tokens_of("1.04x 10.00x 1.63x 25.61×")
    assert [t.text for t in found] == ["1.04x", "10.00x", "1.63x", "25.61×"]
    assert all(t.suffixed and not t.alone for t in found)
    lefts = [t.core[0] for t in found]
    assert lefts == sorted(lefts)
    assert all(a.box[0] + a.box[2] < b.core[0] for a, b in pairwise(found))


@pytest.mark.parametrize("off", range(-3, 4))
def test_a_value_begins_and_ends_with_its_ink_wherever_the_recogniser_sees_its_letters(off: int) -> None:
    page = Page()
    page.write("5.70 8.51 2.05", 20, 20, 16)
    (line,) = page.lines
    true = [t.core for t in tokens([line], page.picture)]
    letters = tuple(replace(c, left=c.left + off, right=c.right + off) for c in line.letters)
    assert [t.core for t in tokens([replace(line, letters=letters)], page.picture)] == true


@pytest.mark.parametrize(
    ("text", "shown", "money"),
    [
        ("58800.22 RUB", "58800.22 RUB", True),
        ("RSD 3 104.86", "RSD 3 104.86", True),
        ("$834.00", "$834.00", True),
        ("€5.82", "€5.82", True),
        ("827.60R", "827.60 R", True),
        ("0.10EUR", "0.10 EUR", True),
        ("12.50 of", "12.50", False),
        ("8.00x", "8.00x", False),
        ("₹1,23,456.00", "₹1,23,456.00", True),
        ("Ksh 5,000.00", "Ksh 5,000.00", True),
        ("FCFA 1,000", "FCFA 1,000", True),
        ("Rs. 500.00", "Rs.500.00", True),
        ("R 827.60", "R 827.60", True),
        ("N12,500.00", "N 12,500.00", True),
        ("¢120.00", "¢120.00", True),
        ("S/ 120.00", "S/120.00", True),
        ("1 234,50 грн", "1 234,50 грн", True),
        ("Saldo:R$1.000,00", "R$1.000,00", True),
        ("60 FPS", "60", False),
    ],
)
def test_currency_belongs_to_its_number(text: str, shown: str, money: bool) -> None:
    (token,) = tokens_of(text)
    assert token.text == shown
    assert token.money is money


@pytest.mark.parametrize(
    "text",
    ["d***7", "127.0.0.1:37635/b", "#4711_9", "12%", "https://x.com/crash?id=48213", "x.com/c/48213", "12.4K", "1 234,502"],
)
def test_codes_names_and_shares_are_no_values(text: str) -> None:
    assert not [t for t in tokens_of(text) if t.whole]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1.24 x", "1.24x"), ("x1.24", "x1.24"), ("x 1.24", "x1.24"), ("X3,281.54", "X3,281.54"), ("1 284.07x", "1 284.07x")],
)
def test_an_x_may_lead_or_stand_apart(text: str, shown: str) -> None:
    (token,) = tokens_of(text)
    assert token.text == shown
    assert token.suffixed
    assert not token.money


def test_joined_values_with_a_leading_x() -> None:
    assert [t.text for t in tokens_of("x1.24x3.10x1.00")] == ["x1.24", "x3.10", "x1.00"]


@pytest.mark.parametrize("text", ["2 x 5.00", "2 x 10"])
def test_times_a_sum_is_no_multiplier(text: str) -> None:
    assert not any(t.suffixed for t in tokens_of(text))


@pytest.mark.parametrize(
    ("text", "pair"),
    [("355 of 732", (355, 732)), ("1,234/2,345", (1234, 2345)), ("1 234 / 2 345", (1234, 2345)), ("12 de 340", (12, 340))],
)
def test_n_of_m(text: str, pair: tuple[int, int]) -> None:
    (token,) = tokens_of(text)
    assert token.whole
    assert token.fraction == tuple(map(Decimal, pair))


def test_a_wide_blank_parts_two_numbers() -> None:
    page = Page()
    page.write("20", 20, 20, 14)
    page.write("100", 90, 20, 14)
    first, second = page.lines
    joined = type(first)("20 100", 0.9, (16, 16, 120, 22), first.letters + second.letters)
    assert [t.value for t in tokens([joined], page.picture)] == [Decimal(20), Decimal(100)]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("YNETEN!", "ended"),
        ("YETEN!", "ended"),
        ("ODLETEO!", "ended"),
        ("FLEW AWAY!", "ended"),
        ("本轮结束", "ended"),
        ("CTABKA", "bet"),
        ("ULOžı", "bet"),
        ("Apostar", "bet"),
        ("OTMEHA", "cancel"),
        ("OTKAZI", "cancel"),
        ("Cash out", "cash_out"),
        ("Auto isplata", "auto_cash_out"),
        ("Igraci", "players"),
        ("Bots", "bets"),
        ("ESPERANDO LA SIGUIENTE RONDA", "waiting"),
        ("AGUARDANDO A PRÓXIMA RODADA", "waiting"),
        ("SONRAKI TURU BEKLIYOR", "waiting"),
        ("SE ASTEAPTA RUNDA URMATOARE", "waiting"),
        ("ИЗЧАКВАНЕ НА СЛЕДВАЩИЯ РУНД", "waiting"),
        ("ОЧІКУЄМО НОВИЙ РАУНД", "waiting"),
        ("INASUBIRI RAUNDI INAYOFUATA", "waiting"),
        ("IN ATTESA DEL PROSSIMO ROUND", "waiting"),
        ("¡SE FUE VOLANDO!", "ended"),
        ("A ZBURAT!", "ended"),
        ("ОТЛЕТЯ!", "ended"),
        ("ПОЛЕТІВ!", "ended"),
        ("PARIAZĂ", "bet"),
        ("WEKA DAU", "bet"),
        ("ЗАЛОГ", "bet"),
        ("OTKA3", "cancel"),
        ("СКАСУВАТИ", "cancel"),
        ("ANULEAZĂ", "cancel"),
        ("NAKDE ÇEVİR", "cash_out"),
        ("ÎNCASEAZĂ", "cash_out"),
        ("TOA PESA", "cash_out"),
        ("Salio", "balance"),
        ("Sold", "balance"),
        ("Рахунок", "balance"),
        ("Jucători", "players"),
        ("Wachezaji", "players"),
    ],
)
def test_words_are_known_in_many_languages_and_misread(text: str, concept: str) -> None:
    assert says(text, concept)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Bonus", "bet"),
        ("FUN MODE", "bet"),
        ("Auto", "cash_out"),
        ("Bet", "bets"),
        ("", "bet"),
        ("Stake", "cash_out"),
        ("Gold", "balance"),
    ],
)
def test_other_words_are_not(text: str, concept: str) -> None:
    assert not says(text, concept)


def test_a_message_may_go_on() -> None:
    assert mentions("Running... cash out before you're tackled!", "flying")
    assert mentions("可验证 本轮结束", "ended")


@pytest.mark.parametrize("text", ["¡SE FUE VOLANDO!", "S'EST ENVOLÉ !"])
def test_what_flew_away_is_not_in_flight(text: str) -> None:
    assert mentions(text, "ended")
    assert not mentions(text, "flying")


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("CRASHOU!", "ended"),
        ("EXPLODIU!", "ended"),
        ("NEXT GAME IN 4.2s", "waiting"),
        ("Começando em 5s", "waiting"),
        ("Próximo jogo em 3", "waiting"),
    ],
)
def test_messages_of_other_games_are_known(text: str, concept: str) -> None:
    assert [c for c in ("ended", "waiting", "flying") if mentions(text, c)] == [concept]


@pytest.mark.parametrize("text", ["CASH OU", "CASHOUT"])
def test_a_cut_cash_out_label_is_no_end(text: str) -> None:
    assert not mentions(text, "ended")
