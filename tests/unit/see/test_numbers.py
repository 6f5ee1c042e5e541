from decimal import Decimal

import pytest

from aviator.see.numbers import NumberFormat, parse_players

ENGLISH = NumberFormat(".", ",", (2,), "", "x")
GERMAN = NumberFormat(",", ".", (2,), "", "RSD")
SPACED = NumberFormat(".", " ", (2,), "€", "")
LOOSE = NumberFormat(".", "", (0, 1, 2), "", "")
NEW = NumberFormat(".", "", (2,), "", "x")
NEW_GERMAN = NumberFormat(",", "", (2,), "", "x")
LOOSE_X = NumberFormat(".", "", (0, 1, 2), "", "x")
WHOLE_X = NumberFormat(".", "", (0,), "", "x")


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (ENGLISH, "1.00x", "1.00"),
        (ENGLISH, "3,281.54x", "3281.54"),
        (ENGLISH, "1,234,567.89 x", "1234567.89"),
        (GERMAN, "1.234,50 RSD", "1234.50"),
        (GERMAN, "0,05RSD", "0.05"),
        (SPACED, "€ 1 234.56", "1234.56"),
        (SPACED, "€1\u00a0234.56", "1234.56"),
        (ENGLISH, "1.54", "1.54"),  # a curve crosses the x; with both decimals there, nothing else is missing
        (GERMAN, "1.234,50", "1234.50"),
        (NEW, "1099.93x", "1099.93"),  # above 999 for the first time: nobody knows yet how it is written there
        (NEW, "1,099.93x", "1099.93"),
        (NEW, "1'234'567.89x", "1234567.89"),
        (NEW, "1 099.93x", "1099.93"),
        (NEW_GERMAN, "1.099,93x", "1099.93"),
        (LOOSE, "8", "8"),
        (LOOSE, "1.6", "1.6"),
    ],
)
def test_a_number_of_the_format(form, text, value):
    assert str(form.parse(text)) == value


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ENGLISH, "154x"),  # a lost decimal mark
        (LOOSE_X, "1.5"),  # without its suffix nothing says that this is the end
        (LOOSE_X, "1.54"),
        (WHOLE_X, "15"),
        (ENGLISH, "1.54X"),
        (ENGLISH, "1.5"),  # a lost suffix and a lost digit
        (ENGLISH, "1."),
        (ENGLISH, "1"),
        (ENGLISH, "1.5x"),
        (ENGLISH, "1.543x"),
        (ENGLISH, "3281.54x"),  # a lost thousands mark
        (ENGLISH, "32,81.54x"),
        (ENGLISH, "3,281,54x"),
        (ENGLISH, ",281.54x"),
        (ENGLISH, "1.23.45x"),
        (ENGLISH, "01.54x"),
        (ENGLISH, ".54x"),
        (ENGLISH, "-1.54x"),
        (ENGLISH, "1.²4x"),
        (ENGLISH, "x"),
        (ENGLISH, ""),
        (NEW, "1.099.93x"),  # 1.09 and 9.93, or 1.0 and 99.93, or 1,099.93
        (NEW, "10,99.93x"),
        (NEW, "1,234'567.89x"),
        (NEW, ",099.93x"),
        (SPACED, "€1,234.56"),
        (GERMAN, "1,234.50 RSD"),
        (GERMAN, "1.234,50 RS"),
        (SPACED, "1 234.56"),
        (LOOSE, "8."),
        (LOOSE, "1,6"),
    ],
)
def test_nothing_else_is_one(form, text):
    assert form.parse(text) is None


def test_players():
    assert parse_players("91") == (Decimal(91), None)
    assert parse_players("355 / 732") == (Decimal(355), Decimal(732))
    assert parse_players("1,204/2 310") == (Decimal(1204), Decimal(2310))
    for text in ("", "/732", "355/", "1/2/3", "3.5", "1,00", "10,00", "1,000,000", "-1", "1234567", "²"):
        assert parse_players(text) is None
