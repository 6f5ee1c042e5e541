"""Numbers above 999, also the first one that a site ever shows: one round of a thousand is so high."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, profile, set_line, shown, written

from aviator.core.types import Field, Method
from aviator.see.glyphs import Atlas
from aviator.see.numbers import GROUPING
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Profile

AT = 1_700_000_000.0

by_name = pytest.mark.parametrize("name", NAMES)


@by_name
def test_thousands(name):
    reader = MultiRegionReader(profile(name), (0, 0))
    form = profile(name).fields[Field.BALANCE].format
    window = shown(name, {})
    window.show(Field.BALANCE, written(form, "3281.54"))
    assert reader.read(window.frame(AT)).value(Field.BALANCE) == Decimal("3281.54")


def never_above_999(p: Profile) -> Profile:
    """The profile as it is learned where no number above 999 was seen: without the mark that parts thousands."""
    atlases = {}
    for name, atlas in p.atlases.items():
        decimal = next(spec.format.decimal for spec in p.fields.values() if spec.font == name)
        templates = [t for t in atlas.templates if t.char not in GROUPING or t.char == decimal]
        atlases[name] = Atlas(atlas.line, templates)
    fields = {f: replace(spec, format=replace(spec.format, thousands="")) for f, spec in p.fields.items()}
    return replace(p, fields=fields, atlases=atlases)


@by_name
@pytest.mark.parametrize("field", [Field.SCORE, Field.BALANCE])
def test_the_first_number_above_999(name, field):
    form = profile(name).fields[field].format
    for value in ("1099.93", "20123.45"):
        window = shown(name, {})
        window.show(field, written(form, value))
        reading = MultiRegionReader(never_above_999(profile(name)), (0, 0)).read(window.frame(AT)).readings[field]
        assert (str(reading.value), reading.method) == (value, Method.GLYPHS)


@by_name
def test_the_first_number_above_999_on_the_strip(name):
    form = profile(name).fields[Field.HISTORY].format
    values = ["1.24", "1099.93", "2.31", "20123.45", "1.00"]
    window = shown(name, {})
    window.strip([written(form, v) for v in [*values, "1.50"]])
    strip = MultiRegionReader(never_above_999(profile(name)), (0, 0)).read(window.frame(AT)).strip
    assert [str(v) for v in strip.values] == values


@by_name
def test_two_numbers_run_together_are_none(name):
    """1.09 and 9.93 without room between: no mark is taken for thousands of which it is certain that it is the decimal one."""
    p = never_above_999(profile(name))
    form = p.fields[Field.SCORE].format
    window = shown(name, {})
    window.show(Field.SCORE, written(form, "1.09")[: -len(form.suffix) or None] + written(form, "9.93"))
    assert MultiRegionReader(p, (0, 0)).read(window.frame(AT)).score is None


def test_more_players_than_ever():
    """A count has no mark at all until there are a thousand."""
    p = profile("admiral")
    players, totals = (p.atlases[p.fields[f].font] for f in (Field.PLAYERS, Field.TOTAL_WIN))
    parts = set_line(players, "1")[:, :-4], set_line(totals, ",")[:, 4:-4], set_line(players, "204")[:, 4:]
    window = shown("admiral", {})
    window.ink(Field.PLAYERS, np.concatenate(parts, axis=1))
    assert MultiRegionReader(p, (0, 0)).read(window.frame(AT)).count(Field.PLAYERS) == (1204, None)
