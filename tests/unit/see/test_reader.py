"""Frames painted from known profiles: what is on them is read, what is in doubt is None, and nothing is made up."""

from decimal import Decimal
from random import Random

import cv2
import numpy as np
import pytest
from tests.unit.see.painting import NAMES, Window, profile, set_line, shown, written

from aviator.core.types import Field, Method
from aviator.see.doubt import SURE, without_neighbours
from aviator.see.evidence import EVERY_S, Evidence
from aviator.see.glyphs import INKED, Glyph
from aviator.see.look import Strip
from aviator.see.phase import Sight
from aviator.see.reader import STRIP_SETTLES_S, MultiRegionReader
from aviator.see.tesseract import Tesseract

AT = 1_700_000_000.0
MONEY = (Field.BALANCE, Field.TOTAL_WIN, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2, Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
SIGHTS = {
    "waiting": Sight.WAITING,
    "low": Sight.FLYING,
    "mid": Sight.FLYING,
    "high": Sight.FLYING,
    "ended": Sight.ENDED,
    "black": Sight.DARK,
}

by_name = pytest.mark.parametrize("name", NAMES)


def values_of(rng: Random) -> dict[Field, str]:
    values = {f: f"{rng.choice([rng.uniform(1, 10), rng.uniform(1, 999)]):.2f}" for f in (*MONEY, Field.SCORE)}
    return values | {Field.PLAYERS: str(rng.randint(1, 999))}


@by_name
def test_everything_on_a_window_is_read(name):
    rng = Random(name)
    reader = MultiRegionReader(profile(name), (0, 0))
    for i in range(12):
        values = values_of(rng)
        when = rng.choice(["flight", "ended"])
        look = reader.read(shown(name, values, when).frame(AT + i))
        assert {f: str(look.value(f)) for f in values} == values
        assert (str(look.score), look.sight) == (values[Field.SCORE], Sight.ENDED if when == "ended" else Sight.FLYING)
        assert SURE <= look.confidence <= 1.001
        assert all(r.method is Method.GLYPHS for f, r in look.readings.items() if f in values)
    assert reader.stats.unread == reader.stats.fallbacks == 0


@pytest.mark.parametrize("name", [n for n in NAMES if "/" in {t.char for t in profile(n).atlases["players"].templates}])
def test_players_of_how_many(name):
    window = shown(name, {})
    window.show(Field.PLAYERS, "355/732")
    look = MultiRegionReader(profile(name), (0, 0)).read(window.frame(AT))
    assert look.count(Field.PLAYERS) == (355, 732)


@by_name
def test_nothing_there_is_nothing_read(name):
    """Empty is unknown, not 0."""
    reader = MultiRegionReader(profile(name), (0, 0))
    look = reader.read(shown(name, {}).frame(AT))
    assert (look.score, look.readings, look.sight) == (None, {}, Sight.NOTHING)
    assert look.strip == Strip((), True, False, 1.0)
    assert look.count(Field.PLAYERS) == (None, None)


@by_name
def test_a_lost_decimal_mark_is_never_made_up_for(name):
    reader = MultiRegionReader(profile(name), (0, 0))
    for i, field in enumerate((*MONEY, Field.SCORE)):
        form = profile(name).fields[field].format
        text = written(form, "27.48")
        window = shown(name, {})
        for gap in (1, 2):
            window.show(field, text.replace(form.decimal, ""), gap=gap)
            assert reader.read(window.frame(AT + i)).value(field) is None


@by_name
def test_a_foreign_shape_among_the_digits_is_unread_and_kept(name, tmp_path):
    p = profile(name)
    reader = MultiRegionReader(p, (0, 0), evidence=Evidence(tmp_path, 5))
    atlas = p.atlases[p.fields[Field.BALANCE].font]
    bars = np.zeros((atlas.line.above + atlas.line.below, 12), np.uint8)
    bars[::2, 1:-1] = 255
    text = written(p.fields[Field.BALANCE].format, "27.48")
    line = np.concatenate([set_line(atlas, text[:-4])[:, :-4], bars, set_line(atlas, text[-4:])[:, 4:]], axis=1)
    window = shown(name, {})
    for i in range(8):
        window.ink(Field.BALANCE, line)
        window.area(Field.BALANCE)[-1, -1, 0] ^= i  # a pixel or so changes with every frame
        reading = reader.read(window.frame(AT + i * EVERY_S)).readings[Field.BALANCE]
        assert (reading.value, reading.text, reading.method) == (None, None, Method.NONE)
    assert reader.stats.unread > 0
    kept = list(tmp_path.iterdir())
    assert 0 < len(kept) <= 5
    assert all(file.name.startswith("balance-") for file in kept)
    picture = cv2.imread(str(kept[0]))
    assert picture is not None
    assert picture.shape[:2] == window.area(Field.BALANCE).shape[:2]


def test_an_unchanged_region_is_not_read_again():
    name = NAMES[0]
    reader = MultiRegionReader(profile(name), (0, 0))
    regions = len(profile(name).boxes())
    window = shown(name, values_of(Random(1)))
    first = reader.read(window.frame(AT))
    assert (reader.stats.fields_read, reader.stats.cache_hits) == (regions, 0)
    again = reader.read(window.frame(AT + 0.1))
    assert (reader.stats.fields_read, reader.stats.cache_hits) == (regions, regions)
    assert again.readings == first.readings
    window.show(Field.BALANCE, written(profile(name).fields[Field.BALANCE].format, "99.99"))
    changed = reader.read(window.frame(AT + 0.2))
    assert (reader.stats.fields_read, reader.stats.cache_hits) == (regions + 1, 2 * regions - 1)
    assert changed.value(Field.BALANCE) == Decimal("99.99")
    assert changed.readings[Field.BALANCE].at == AT + 0.2
    assert changed.readings[Field.PLAYERS] == first.readings[Field.PLAYERS]


@by_name
def test_a_window_may_stand_anywhere(name):
    window = Window(profile(name), (-700, 40))
    window.show(Field.PLAYERS, "91")
    reader = MultiRegionReader(profile(name), (-700, 40))
    assert reader.rect == window.rect
    assert reader.read(window.frame(AT)).count(Field.PLAYERS) == (91, None)


@by_name
def test_phases_and_buttons_by_their_colour(name):
    p = profile(name)
    reader = MultiRegionReader(p, (0, 0))
    window = shown(name, {})
    for i, (state, sight) in enumerate(SIGHTS.items()):
        window.colour(Field.PHASE, state)
        look = reader.read(window.frame(AT + i))
        assert look.sight is sight
        assert look.readings[Field.PHASE].method is Method.COLOUR
    for button, spec in p.buttons.items():
        for i, state in enumerate(spec.centres):
            window.colour(button, state)
            assert reader.read(window.frame(AT + 10 + i)).readings[button].text == state
    window.area(Field.PHASE)[:, :, :3] = (255, 0, 255)
    assert reader.read(window.frame(AT + 20)).sight is Sight.NOTHING


@by_name
def test_the_strip_newest_first_without_the_oldest(name):
    """Which may be cut at the edge and look whole."""
    spec = profile(name).fields[Field.HISTORY]
    window = shown(name, {})
    multipliers = ["1.00", "27.48", "1.00", "3.96", "8.15", "1.72", "5.03"]
    window.strip([written(spec.format, m) for m in multipliers])
    look = MultiRegionReader(profile(name), (0, 0)).read(window.frame(AT))
    assert look.strip
    assert [str(v) for v in look.strip.values] == multipliers[:-1]
    assert look.strip.clear
    assert look.strip.confidence >= SURE


@by_name
def test_the_strip_ends_where_something_covers_it(name):
    """The fourth value is covered, and the third may be cut by the cover."""
    p = profile(name)
    spec = p.fields[Field.HISTORY]
    window = shown(name, {})
    multipliers = ["2.36", "27.48", "1.00", "3.96", "8.15", "1.72", "5.03"]
    window.strip([written(spec.format, m) for m in multipliers])
    area = window.area(Field.HISTORY)
    inked = np.flatnonzero(spec.inks[0].ink().of(np.ascontiguousarray(area)).max(axis=0) > INKED)
    breaks = np.flatnonzero(np.diff(inked) > spec.apart)
    lefts, rights = [inked[0], *inked[breaks + 1]], [*inked[breaks], inked[-1]]
    covered = 3 if spec.newest == "left" else -4
    toast = area[:, lefts[covered] : rights[covered] + 1, :3]
    toast[:] = 255 - toast
    strip = MultiRegionReader(p, (0, 0)).read(window.frame(AT)).strip
    assert strip
    assert not strip.clear
    assert [str(v) for v in strip.values] == multipliers[:2]


def test_the_strip_settles_when_it_has_not_moved_for_a_while():
    name = NAMES[0]
    spec = profile(name).fields[Field.HISTORY]
    reader = MultiRegionReader(profile(name), (0, 0))
    window = shown(name, {})
    settled = []
    for i in range(6):
        if i in (0, 3):
            window.strip([written(spec.format, f"{i + 1}.00")] * 4)
        look = reader.read(window.frame(AT + i * STRIP_SETTLES_S * 0.6))
        assert look.strip
        settled.append(look.strip.settled)
    assert settled == [False, False, True, False, False, True]


# --- the second opinion ---


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    pytest.importorskip("tesserocr")
    return Tesseract()


def another_font(window: Window, field: Field, text: str) -> None:
    """`text` in a font that the profile does not know, a digit of which it takes for one of its own now and then."""
    spec = window.profile.fields[field]
    h, w = window.area(field).shape[:2]
    large = np.zeros((h * 4, w * 4), np.uint8)
    cv2.putText(large, text, (8, spec.base * 4), cv2.FONT_HERSHEY_DUPLEX, h / 14, 255, 4, cv2.LINE_AA)
    ink = cv2.resize(large, (w, h), interpolation=cv2.INTER_AREA)
    ground = window.area(field)[0, 0, :3].astype(int)
    text_colour = np.where(ground < 128, ground + spec.inks[0].span, ground - spec.inks[0].span)
    share = ink[:, :, None] / 255
    window.area(field)[:, :, :3] = np.clip(share * text_colour + (1 - share) * ground, 0, 255).astype(np.uint8)


@by_name
def test_an_unknown_font_is_read_right_or_not_at_all(name, tesseract):
    """Whoever reads it, glyphs or Tesseract."""
    window = shown(name, {})
    reader = MultiRegionReader(profile(name), (0, 0), tesseract)
    for i, value in enumerate(("27.48", "1.00", "318.06", "94.75", "60.21")):
        text = written(profile(name).fields[Field.TOTAL_WIN].format, value)
        another_font(window, Field.TOTAL_WIN, text)
        assert str(reader.read(window.frame(AT + i)).value(Field.TOTAL_WIN)) in (value, "None")


def test_signs_beside_a_number_are_not_of_it_and_doubtful_digits_are():
    digits = [Glyph(c, 0.99, 8 * i, 7) for i, c in enumerate("12.50")]
    plus = [Glyph("1", 0.4, 70, 4), Glyph("5", 0.5, 76, 7)]
    assert without_neighbours([*digits, *plus]) == digits
    doubtful = [*digits[:4], digits[4]._replace(confidence=0.4)]
    assert without_neighbours(doubtful) == doubtful
    far = [*digits, Glyph("7", 0.99, 70, 7)]
    assert without_neighbours(far) == far, "what is a digit for sure is not passed over"
