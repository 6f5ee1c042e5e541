"""Numbers as sites write them: what is written is read back, and what breaks the format in any way is not a number."""

import re
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aviator.see.numbers import NumberFormat, parse_players

MARKS = [(".", ","), (".", " "), (".", ""), (".", "'"), (",", "."), (",", " "), (",", "")]
AROUND = [("", ""), ("", "x"), ("", "X"), ("", "×"), ("$", ""), ("€ ", ""), ("RSD ", ""), ("", " RSD"), ("", "R"), ("<", ">")]

repeatable = settings(derandomize=True, deadline=None)


@st.composite
def formats(draw, decimals=((2,), (1,), (0,), (0, 1, 2), (1, 2))) -> NumberFormat:
    decimal, thousands = draw(st.sampled_from(MARKS))
    prefix, suffix = draw(st.sampled_from(AROUND))
    return NumberFormat(decimal, thousands, draw(st.sampled_from(decimals)), prefix, suffix)


whole = st.one_of(st.integers(0, 9), st.integers(0, 2_000), st.integers(0, 10**9))


def written(form: NumberFormat, value: Decimal) -> str:
    text = f"{value:,}".translate({ord(","): form.thousands, ord("."): form.decimal})
    return form.prefix + text + form.suffix


def unsuffixed(form: NumberFormat, text: str) -> str | None:
    """`text` without its suffix, where it may be missing: where the decimals are counted, nothing else can be missing there."""
    fixed = len(form.decimals) == 1 and form.decimals[0] > 0
    return text.removesuffix(form.suffix.strip()) if fixed and form.suffix else None


@st.composite
def numbers(draw, form: NumberFormat) -> Decimal:
    places = draw(st.sampled_from(form.decimals))
    return Decimal(draw(whole) * 10**places + draw(st.integers(0, 10**places - 1))).scaleb(-places)


@repeatable
@given(st.data(), formats())
def test_what_is_written_is_read_back(data, form):
    value = data.draw(numbers(form))
    text = written(form, value)
    assert str(form.parse(text)) == str(value)
    assert form.parse(f" {text} ") == value
    assert form.parse("".join(text.split())) == value


@repeatable
@given(st.data(), formats(decimals=((2,), (1,), (1, 2))))
def test_without_its_decimal_mark_it_is_no_number(data, form):
    text = written(form, data.draw(numbers(form)))
    assert form.parse(text.replace(form.decimal, "")) is None
    assert form.parse(text.replace(form.decimal, form.thousands)) is None


@repeatable
@given(st.data(), formats())
def test_one_character_more_or_less_changes_no_value(data, form):
    """Of the marks and words; a digit too many or too few is beyond a grammar, except in the decimals and between marks.

    A suffix of one character may be lost as a whole where the number of decimals is fixed: the value stays.
    """
    value = data.draw(numbers(form))
    text = "".join(written(form, value).split())
    i = data.draw(st.integers(0, len(text) - 1))
    lost = text[:i] + text[i + 1 :]
    if text[i].isdigit():
        number = text.removeprefix(form.prefix.strip()).removesuffix(form.suffix.strip())
        assume(form.thousands.strip() in number and form.thousands.strip() and len(form.decimals) == 1)
        assume(i >= len(form.prefix.strip()) + number.index(form.thousands))
        assert form.parse(lost) is None
    else:
        assume(not (text[i] == form.decimal and 0 in form.decimals))
        assert form.parse(lost) == (value if lost == unsuffixed(form, text) else None)
    extra, j = data.draw(st.sampled_from(".,'x$-/O")), data.draw(st.integers(0, len(text)))
    assert form.parse(text[:j] + extra + text[j:]) is None


@repeatable
@given(st.data(), formats())
def test_leading_zeros_are_no_number(data, form):
    value = data.draw(numbers(form))
    text = written(NumberFormat(form.decimal, form.thousands, form.decimals), value)
    assert form.parse(form.prefix + "0" + text + form.suffix) is None


@repeatable
@given(formats(), st.text(st.sampled_from("0123456789.,' x×$RSD€/<>-+eE²٣"), max_size=12))
def test_any_text_is_a_number_of_the_format_or_none(form, text):
    value = form.parse(text)
    if value is not None:
        assert value >= 0
        whole_text = "".join(written(form, value).split())
        assert "".join(text.split()) in (whole_text, unsuffixed(form, whole_text))


@repeatable
@given(st.data(), formats(decimals=((2,), (1,))))
def test_the_suffix_may_be_missing_as_a_whole_but_no_digit_with_it(data, form):
    value = data.draw(numbers(form))
    text = written(form, value).removesuffix(form.suffix)
    assert form.parse(text) == value
    assert form.parse(text[:-1]) is None


@repeatable
@given(st.integers(0, 999_999), st.none() | st.integers(0, 999_999))
def test_players_are_read_back(n, m):
    text = str(n) if m is None else f"{n}/{m}"
    for spaced in (text, text.replace("/", " / ")):
        assert parse_players(spaced) == (Decimal(n), None if m is None else Decimal(m))


@repeatable
@given(st.text(st.sampled_from("0123456789/.,-x ²"), max_size=9))
def test_any_text_is_players_or_none(text):
    counts = parse_players(text)
    if counts is not None:
        assert [int(re.sub("[., ]", "", c)) for c in text.split("/")] == [int(c) for c in counts if c is not None]


@repeatable
@given(st.data(), formats(), st.sampled_from("²٣O l"))
def test_what_only_looks_like_a_digit_is_none(data, form, stranger):
    text = written(form, data.draw(numbers(form)))
    i = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    stranger = stranger.replace(" ", "?")
    assert form.parse(text[:i] + stranger + text[i + 1 :]) is None
