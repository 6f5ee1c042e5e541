"""What is in doubt goes to a second opinion: at a limited rate, each in its turn, and not against what is sure."""

import gc
import tracemalloc
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, Window, profile, set_line, shown, written

from aviator.core.types import Field, Method
from aviator.see.doubt import borne_out
from aviator.see.glyphs import INKED, Atlas, Glyph
from aviator.see.ink import parse_colour
from aviator.see.reader import SECOND_OPINION_EVERY_S, MultiRegionReader

AT = 1_700_000_000.0

by_name = pytest.mark.parametrize("name", NAMES)


class Counted:
    """A second opinion that says what it is told to, and counts how often it is asked."""

    def __init__(self, text: str, confidence: float) -> None:
        self.answer = text, confidence
        self.asked = 0

    def read(self, ink) -> tuple[str, float]:
        self.asked += 1
        return self.answer


def in_doubt(window: Window, field: Field, shade: int = 0) -> None:
    """A number of which one glyph is half gone."""
    p = window.profile
    text = written(p.fields[field].format, "27.48")
    atlas = p.atlases[p.fields[field].font]
    line = set_line(atlas, text)
    at = set_line(atlas, text.partition("7")[0]).shape[1] - 4
    line[: line.shape[0] // 2, at : at + 5] = shade
    window.ink(field, line)


def test_the_second_opinion_is_asked_at_a_limited_rate_and_judged():
    name = NAMES[0]
    form = profile(name).fields[Field.BALANCE].format
    for answer, value in (
        ((written(form, "27.48"), 0.95), Decimal("27.48")),
        ((written(form, "27.48"), 0.30), None),
        (("2748", 0.99), None),
    ):
        second = Counted(*answer)
        reader = MultiRegionReader(profile(name), (0, 0), second)  # type: ignore[arg-type]
        window = shown(name, {})
        read = []
        for i in range(20):
            in_doubt(window, Field.BALANCE, i)
            reading = reader.read(window.frame(AT + i / 10)).readings[Field.BALANCE]
            assert reading.method is (Method.NONE if reading.value is None else Method.TESSERACT)
            read.append(reading.value)
        assert second.asked == reader.stats.fallbacks == 2 / SECOND_OPINION_EVERY_S
        assert set(read) <= {value, None}
        assert (value in read[:1]) is True


def test_opinions_are_remembered_without_their_pictures():
    """The score's strokes take up to 45 kB: forty of them looked like a leak of 1.4 MB an hour, until all had been replaced."""
    name = NAMES[0]
    spec = profile(name).fields[Field.SCORE]
    second = Counted(written(spec.format, "27.48"), 0.95)
    reader = MultiRegionReader(profile(name), (0, 0), second, opinion_every_s=0.0)  # type: ignore[arg-type]
    window = shown(name, {})
    in_doubt(window, Field.SCORE)
    crop = reader.crop(Field.SCORE, window.frame(AT))
    assert crop is not None
    gc.collect()
    tracemalloc.start()
    try:
        for i in range(30):
            other = crop.copy()
            other[0, i, :3] = parse_colour(spec.inks[0].colour)[::-1]
            reader.read_field(Field.SCORE, other, AT + i)
        assert second.asked >= 20
        assert tracemalloc.get_traced_memory()[0] < 10 * crop.size / 4
    finally:
        tracemalloc.stop()


def test_every_field_in_doubt_gets_its_turn_at_the_second_opinion():
    """Two at once, and a screen that does not change: the second waits for half a second, not for ever."""
    name = NAMES[0]
    form = profile(name).fields[Field.BET_AMOUNT_1].format
    window = shown(name, {})
    in_doubt(window, Field.BET_AMOUNT_1)
    in_doubt(window, Field.BET_AMOUNT_2)
    reader = MultiRegionReader(profile(name), (0, 0), Counted(written(form, "27.48"), 0.95))  # type: ignore[arg-type]
    for i in range(20):
        look = reader.read(window.frame(AT + i / 10))
    assert look.value(Field.BET_AMOUNT_1) == look.value(Field.BET_AMOUNT_2) == Decimal("27.48")


def halve(window: Window, place: int, rows: int = 4) -> None:
    """The upper half of the first digit of a value on the strip is gone, but for `rows` above the base line."""
    spec, area = window.profile.fields[Field.HISTORY], window.area(Field.HISTORY)
    inked = np.flatnonzero(spec.inks[0].ink().of(np.ascontiguousarray(area)).max(axis=0) > INKED)
    breaks = np.flatnonzero(np.diff(inked) > spec.apart)
    lefts = [inked[0], *inked[breaks + 1]]
    first = lefts[place] if spec.newest == "left" else lefts[-1 - place]
    area[: spec.base - rows, first : first + 4] = area[0, 0]


@by_name
def test_two_values_in_doubt_on_the_strip_are_both_settled(name):
    """One after the other: the first is not asked for again meanwhile, nor when the strip has moved on."""
    spec = profile(name).fields[Field.HISTORY]
    window = shown(name, {})
    multipliers = ["2.36", "1.00", "1.00", "3.96", "8.15"]
    second = Counted(written(spec.format, "1.00"), 0.95)
    reader = MultiRegionReader(profile(name), (0, 0), second)  # type: ignore[arg-type]
    window.strip([written(spec.format, m) for m in multipliers])
    halve(window, 1)
    halve(window, 2, rows=3)
    for i in range(20):
        strip = reader.read(window.frame(AT + i / 10)).strip
    assert strip.clear
    assert [str(v) for v in strip.values] == multipliers[:-1]
    assert second.asked == 2


@by_name
def test_a_value_in_doubt_on_the_strip_is_settled_by_a_second_opinion(name):
    """Or else all older ones would be lost with it."""
    p = profile(name)
    spec = p.fields[Field.HISTORY]
    window = shown(name, {})
    multipliers = ["2.36", "27.48", "1.00", "3.96", "8.15"]
    window.strip([written(spec.format, m) for m in multipliers])
    halve(window, 2)
    for answer, read in (("1.00", multipliers[:-1]), ("11.00", multipliers[:1]), ("", multipliers[:1])):
        second = Counted(written(spec.format, answer) if answer else "", 0.95)
        strip = MultiRegionReader(p, (0, 0), second).read(window.frame(AT)).strip  # type: ignore[arg-type]
        assert strip
        assert second.asked == 1
        assert [str(v) for v in strip.values] == read
        assert strip.clear is (answer == "1.00")


@pytest.mark.parametrize(
    ("text", "right"),
    [("71.57", True), ("7.57", False), ("75.57", False), ("711.57", False), ("71.5", False), ("71.57x", True)],
)
def test_a_second_opinion_must_not_contradict_what_is_sure(text, right):
    """Tesseract read 71.57 as 7.57, and 279.87 as 275.87."""
    glyphs = [Glyph(c, 0.5 if i == 3 else 0.99, 8 * i, 7) for i, c in enumerate("71.87")] + [Glyph("x", 0.9, 40, 7)]
    assert borne_out(text, glyphs, profile(NAMES[0]).atlases["score"]) is right


@pytest.mark.parametrize(("text", "right"), [("237.02", True), ("231.02", False), ("257.02", False), ("238.02", True)])
def test_a_digit_that_is_known_and_does_not_look_like_it_is_another(text, right):
    """Tesseract read 237.02 as 231.02 where but 0, 1, 2 and 5 had been learned."""
    full = profile(NAMES[0]).atlases["score"]
    atlas = Atlas(full.line, [t for t in full.templates if t.char in "0125."])
    likenesses = (1.0, 0.48, 0.84, 1.0, 1.0, 0.982)
    glyphs = [Glyph(c, likeness, 8 * i, 7) for i, (c, likeness) in enumerate(zip("251.02", likenesses, strict=True))]
    assert borne_out(text, glyphs, atlas) is right


@pytest.mark.parametrize(
    ("glyphs", "tesseract", "value"), [(0.9, 0.6, "17.58"), (0.9, 0.4, "None"), (0.8, 0.6, "None"), (0.8, 0.8, "17.58")]
)
def test_two_that_are_nearly_sure_of_the_same_are_sure(glyphs, tesseract, value, monkeypatch):
    p = profile(NAMES[0])
    spec = p.fields[Field.TOTAL_WIN]
    text = written(spec.format, "17.58")
    window = shown(NAMES[0], {Field.TOTAL_WIN: "17.58"})
    read = p.atlases[spec.font].read
    weaker = lambda line, *_: [g._replace(confidence=min(g.confidence, glyphs)) if g.char == "7" else g for g in read(line)]  # noqa: E731
    monkeypatch.setattr(p.atlases[spec.font], "read", weaker)
    reader = MultiRegionReader(p, (0, 0), Counted(text, tesseract))  # type: ignore[arg-type]
    assert str(reader.read(window.frame(AT)).value(Field.TOTAL_WIN)) == value
