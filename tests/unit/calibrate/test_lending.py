"""Fields written in one font lend one another their digits: with the fonts of known windows, of which the truth is known."""

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, profile, set_line

from aviator.calibrate.lending import lend
from aviator.see.glyphs import Atlas, Line, Template, text_of

KIN = {"players", "total_win"}
"""These are written in one font at one size on all sites, balance and stakes on some; the rest are other sizes or weights."""


def only(atlas: Atlas, digits: str) -> Atlas:
    """As if the field had shown these digits alone."""
    return Atlas(atlas.line, [t for t in atlas.templates if t.char in digits or not t.char.isdigit()])


def text_read(atlas: Atlas, line: np.ndarray) -> str:
    """What is read without doubt; ? for the rest."""
    return text_of([g if g.confidence > 0.9 else g._replace(char="?") for g in atlas.read(line)], 99)


@pytest.mark.parametrize("name", NAMES)
def test_what_one_field_has_shown_is_read_in_the_other(name: str) -> None:
    known = profile(name).atlases
    little = {"players": only(known["players"], "0125"), "total_win": known["total_win"]}
    lent = lend(little)["players"]
    assert lent.digits == set("0123456789")
    assert lent.line == known["players"].line
    for digits in ("3478", "9664"):
        line = set_line(known["players"], digits)
        assert text_read(little["players"], line) != digits
        assert text_read(lent, line) == digits


@pytest.mark.parametrize("name", NAMES)
def test_other_sizes_and_weights_are_left_alone(name: str) -> None:
    atlases = {font: atlas for font, atlas in profile(name).atlases.items() if font != "score"}
    lent = {font for font, atlas in lend(atlases).items() if atlas is not atlases[font]}
    assert lent <= {*KIN, "balance", "bet_amount_1", *({"history"} if name == "maxbet" else ())}
    strangers = {"history": only(atlases["history"], "05"), "auto_cash_out_1": atlases["auto_cash_out_1"]}
    assert lend(strangers)["history"].digits == set("05")


def test_one_digit_in_common_proves_nothing() -> None:
    known = profile("admiral").atlases
    little = {"players": only(known["players"], "0"), "total_win": known["total_win"]}
    assert lend(little)["players"].digits == {"0"}


def test_a_wrong_cut_is_not_lent() -> None:
    """A drawing of a 3 that was named 8 in one field is none of the other's, where 3 is known."""
    known = profile("soccer").atlases
    theirs = known["total_win"]
    slip = next(Template("8", t.ink) for t in theirs.templates if t.char == "3")
    ours = only(known["players"], "0123456")
    lent = lend({"players": ours, "total_win": Atlas(theirs.line, [*theirs.templates, slip])})["players"]
    threes = [t for t in lent.templates if t.char == "3"]
    assert not any(t.char == "8" and any(np.array_equal(t.ink, three.ink) for three in threes) for t in lent.templates)
    assert "8" in lent.digits


def test_a_comma_below_the_line_costs_nothing() -> None:
    """The one's lines reach further down than the other's, and less far up."""
    known = profile("mozzart").atlases["total_win"]
    rows = known.line.above + known.line.below
    lower = Line(known.line.scale, known.line.above - 1, known.line.below - 1)
    cut = Atlas(lower, [Template(t.char, t.ink[1 : rows - 1]) for t in known.templates if t.char in "0257"])
    lent = lend({"cut": cut, "whole": known})["cut"]
    assert lent.digits >= set("0257")
    assert {t.ink.shape[0] for t in lent.templates} == {rows - 2}
