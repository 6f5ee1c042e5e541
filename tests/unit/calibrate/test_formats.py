"""How a site writes its numbers, from some of them as the teacher read them."""

from decimal import Decimal

import pytest
from tests.unit.see.painting import NAMES, profile, written

from aviator.calibrate.formats import canonical, infer_format
from aviator.core.types import Field
from aviator.see.numbers import NumberFormat

NUMBERS = ("1234.56", "1.00", "987654.32", "27.48", "10.05")
SCORE = NumberFormat(".", ",", (2,), "", "x")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", [Field.BALANCE, Field.SCORE, Field.HISTORY, Field.TOTAL_WIN])
def test_the_formats_of_known_sites(name, field):
    form = profile(name).fields[field].format
    assert infer_format([written(form, n) for n in NUMBERS]) == form


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["1,234.56x", "1.00x"], NumberFormat(".", ",", (2,), "", "x")),
        (["1.234,56 RSD", "1,00 RSD"], NumberFormat(",", ".", (2,), "", "RSD")),
        (["€ 1 234.56", "€ 1.00"], NumberFormat(".", " ", (2,), "€", "")),
        (["1\u00a0234,56 KM", "1,00 KM"], NumberFormat(",", " ", (2,), "", "KM")),
        (["$1,234,567.89", "$5.00"], NumberFormat(".", ",", (2,), "$", "")),
        (["1.6x", "8x", "1.65x"], NumberFormat(".", "", (0, 1, 2), "", "x")),
        (["91", "355", "7"], NumberFormat(".", "", (0,), "", "")),
        (["1,000", "12,345", "7"], NumberFormat(".", ",", (0,), "", "")),
        (["355/732", "91/700"], NumberFormat(".", "", (0,), "", "")),
    ],
)
def test_other_formats(texts, form):
    assert infer_format(texts) == form
    assert all(canonical(text, form) for text in texts)


def test_slips_do_not_decide():
    texts = ["1.54x"] * 30 + ["1.54×"] * 5 + ["1.5x", "154x"]
    assert infer_format(texts) == NumberFormat(".", "", (2,), "", "x")


def test_a_text_over_the_numbers_does_not_decide():
    texts = ["1.54x"] * 9 + ["2You won 12.505x", "77You won 12.507x"]
    assert infer_format(texts) == NumberFormat(".", "", (2,), "", "x")


@pytest.mark.parametrize(
    ("text", "value"), [("3.21x", "3.21"), ("3.21×", "3.21"), ("3.21X", "3.21"), ("3.21", "3.21"), ("1,003.21 x", "1003.21")]
)
def test_a_misread_suffix_is_put_right(text, value):
    """It is always the same on a site; × and x are often confused."""
    written_so, number = canonical(text, SCORE)
    assert number == Decimal(value)
    assert written_so == f"{Decimal(value):,}x"


@pytest.mark.parametrize(
    "text", ["3.2x", "321x", "3.215x", "1003.21x", "3,21x", "Round 3.21x", "FLEW AWAY", "x", "", "3.21x 4.05x", "$3.21 bonus"]
)
def test_another_text_is_none(text):
    assert canonical(text, SCORE) is None


def test_players_keep_both_counts_in_the_text():
    assert canonical("355/732", NumberFormat(".", "", (0,), "", "")) == ("355/732", Decimal(355))
