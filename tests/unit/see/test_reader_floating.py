"""A score that moves, grows, or ends in another place and size: read exactly, and told for what it is."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from tests.unit.see.lettering import lettered
from tests.unit.see.painting import Window, profile
from tests.unit.see.pills import blend, page

from aviator.calibrate.fonts import LearnedFont, learn_font
from aviator.core.types import Field, Frame
from aviator.see.floating import settled
from aviator.see.ink import parse_colour
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Box, FieldSpec, InkSpec, Profile

KNOWN = profile("admiral")
SCORE = KNOWN.fields[Field.SCORE]
FLIGHT, ENDED = SCORE.inks
UPPER, LOWER = (150, 200, 330, 130), (180, 330, 260, 70)
"""Where it flies, and where it stands when a round is over."""
BOARD = (30, 20, 20)
AT = 1_700_000_000.0


@cache
def font() -> LearnedFont:
    """Of scores in many sizes, on plain boards."""
    rng, crops = Random(1), []
    for i in range(120):
        text, ink = f"{rng.uniform(1, 10 ** rng.randint(1, 3)):.2f}x", (FLIGHT, ENDED)[i % 2]
        board = page(330, 100)
        board[:, :, :3] = BOARD
        blend(board, lettered(text, rng.uniform(1.6, 4.5)), 10, rng.randint(8, 24), parse_colour(ink.colour))
        found = settled(board, ink.ink())
        assert found is not None
        crops.append((found, ink.ink(), text))
    learned = learn_font([crops])
    assert learned is not None
    return learned


def floating(box: Box, *inks: InkSpec) -> FieldSpec:
    return replace(SCORE, box=box, base=font().bases[0], space=font().space, inks=inks, floats=True)


def window(score: FieldSpec, *others: FieldSpec) -> Profile:
    atlases = {**KNOWN.atlases, SCORE.font: font().atlas}
    return replace(KNOWN, fields={Field.SCORE: score}, buttons={}, atlases=atlases, scores=others)


def moving() -> Profile:
    return window(floating(UPPER, FLIGHT, ENDED))


def two() -> Profile:
    return window(floating(UPPER, FLIGHT), floating(LOWER, ENDED))


def frame(known: Profile, text: str, box: Box, colour: str, scale: float, down: int = 12, at: float = AT) -> Frame:
    """A board with a text in one of its boxes, its digits `scale` times as high as glyphs are."""
    painted = Window(known)
    painted.pixels[:, :, :3] = BOARD
    if text:
        extent = known.extent()
        x, y = box[0] - extent.x + 20, box[1] - extent.y + down
        blend(painted.pixels, lettered(text, scale), x, y, parse_colour(colour))
    return painted.frame(at)


@pytest.mark.parametrize("seed", range(4))
def test_a_score_that_grows_and_moves_is_read_exactly(seed: int) -> None:
    rng, reader = Random(seed), MultiRegionReader(moving(), (0, 0))
    for i in range(25):
        value, ink = f"{rng.uniform(1, 10 ** rng.randint(1, 3)):.2f}", rng.choice([FLIGHT, ENDED])
        scale = rng.uniform(1.6, 4.0)
        down = rng.randint(6, int(UPPER[3] - 14 * scale) - 6)
        look = reader.read(frame(moving(), f"{value}x", UPPER, ink.colour, scale, down, AT + i))
        assert look.score in {Decimal(value), None}
        assert look.score is not None, (value, scale, down)
        assert look.sight is (Sight.ENDED if ink is ENDED else Sight.FLYING)


def test_a_score_that_only_moves_is_looked_at_again() -> None:
    reader = MultiRegionReader(moving(), (0, 0))
    for down in (6, 40, 60):
        assert reader.read(frame(moving(), "17.45x", UPPER, FLIGHT.colour, 3.0, down)).score == Decimal("17.45")
        assert reader.moved


def test_a_score_that_ends_elsewhere_is_told_from_the_one_in_flight() -> None:
    reader = MultiRegionReader(two(), (0, 0))
    shown = [
        ("1.07", UPPER, FLIGHT, 4.0),
        ("17.45", UPPER, FLIGHT, 4.0),
        ("17.52", LOWER, ENDED, 2.0),
        ("1.00", UPPER, FLIGHT, 4.0),
        ("1.03", LOWER, ENDED, 2.0),
        ("1.03", LOWER, ENDED, 2.0),
    ]
    for i, (value, box, ink, scale) in enumerate(shown):
        look = reader.read(frame(two(), f"{value}x", box, ink.colour, scale, at=AT + i))
        assert (look.score, look.sight) == (Decimal(value), Sight.ENDED if box is LOWER else Sight.FLYING)
    assert reader.stats.unread == 0
    assert reader.read(frame(two(), "", LOWER, ENDED.colour, 2.0, at=AT + 9)).score is None


def test_each_way_of_drawing_counts_in_its_own_place_only() -> None:
    """Another number in the colour of flight, where scores of rounds that are over stand, is no score."""
    reader = MultiRegionReader(two(), (0, 0))
    assert reader.read(frame(two(), "3.10x", LOWER, FLIGHT.colour, 2.0)).score is None
    assert reader.read(frame(two(), "3.10x", UPPER, ENDED.colour, 2.0)).score is None
    assert reader.read(frame(two(), "3.10x", UPPER, FLIGHT.colour, 2.0)).score == Decimal("3.10")


def test_the_region_of_a_score_holds_all_its_places() -> None:
    reader = MultiRegionReader(two(), (0, 0))
    extent = two().extent()
    x, y, w, h = two().boxes()[Field.SCORE]
    assert (x, y, w, h) == (150, 200, 330, 200)
    assert reader.box(Field.SCORE) == (x - extent.x, y - extent.y, w, h)
    assert two().fields[Field.SCORE].box == UPPER
