from collections import Counter
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from tests.unit.see.painting import NAMES, drawings, profile, set_line

from aviator.see.doubt import SURE
from aviator.see.glyphs import DIMMED, UNKNOWN, Atlas, Glyph, Line, Template, text_of
from aviator.see.numbers import NumberFormat

FONTS = [(name, font) for name in NAMES for font in profile(name).atlases]
TEXTS = ("1234567890", "0864205319", "1.00", "8.88", "11.71", "100.01", "37.94")


def sentence(atlas: Atlas, text: str) -> str:
    """`text` with the decimal mark that this font has, if any."""
    chars = {t.char for t in atlas.templates}
    return text.replace(".", "." if "." in chars else "," if "," in chars else "")


def read(atlas: Atlas, line) -> tuple[str, float]:
    glyphs = atlas.read(line)
    return "".join(g.char for g in glyphs), min((g.confidence for g in glyphs), default=0.0)


def noisy(line, rng: Random, strength: int):
    noise = np.random.default_rng(rng.randrange(10**6)).integers(-strength, strength + 1, line.shape)
    return np.clip(line.astype(np.int64) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("name", "font"), FONTS)
def test_a_fonts_own_glyphs_are_read_back(name, font):
    """Apart, with all drawings of each; confidence is that of a perfect match."""
    atlas, rng = profile(name).atlases[font], Random(font)
    for text in TEXTS:
        wanted = sentence(atlas, text)
        assert read(atlas, set_line(atlas, wanted, 2, rng=rng)) == (wanted, pytest.approx(1, abs=0.04))


def outcomes(how: str, fonts: list[tuple[str, str]]) -> Counter[str]:
    """Random numbers with two decimals, judged as the reader does: a sure reading that is such a number must be the right one."""
    count: Counter[str] = Counter()
    for name, font in fonts:
        atlas, rng = profile(name).atlases[font], Random(font)
        form = NumberFormat(sentence(atlas, ".") or ".", decimals=(2,) if sentence(atlas, ".") else (0, 2))
        for _ in range(20):
            wanted = sentence(atlas, f"{rng.choice([rng.uniform(1, 10), rng.uniform(1, 1000)]):.2f}")
            line = set_line(atlas, wanted, 0 if how == "touching" else 1, rng=rng)
            if how == "dimmed":
                line = np.round(line * 0.4).astype(np.uint8)
            elif how == "noisy":
                line = noisy(line, rng, 25)
            text, confidence = read(atlas, line)
            sure = confidence >= SURE and form.parse(text) is not None
            count["right" if text == wanted and sure else f"{name} {font}: {wanted} read as {text}" if sure else "in doubt"] += 1
    return count


@pytest.mark.parametrize("how", ["touching", "noisy"])
def test_under_difficulties_it_is_right_or_in_doubt(how):
    count = outcomes(how, FONTS)
    assert set(count) <= {"right", "in doubt"}
    assert count["right"] > 30 * count["in doubt"]


def test_dimmed_text_is_right_or_in_doubt():
    assert set(outcomes("dimmed", FONTS)) <= {"right", "in doubt"}


def test_weaker_ink_than_asked_for_is_not_seen():
    atlas = profile(NAMES[0]).atlases["score"]
    line = set_line(atlas, "1.23x")
    assert "".join(g.char for g in atlas.read(line, 0.75)) == "1.23x"
    faint = np.round(line * 0.6).astype(np.uint8)
    assert "".join(g.char for g in atlas.read(faint)) == "1.23x"
    assert not any(g.confidence >= SURE for g in atlas.read(faint, 0.75))
    assert DIMMED < 0.6


@pytest.mark.parametrize(("name", "font"), FONTS)
def test_a_lost_glyph_is_never_made_up_for(name, font):
    """A hole where a character was: what is left is read, nothing else."""
    atlas = profile(name).atlases[font]
    wanted = sentence(atlas, "73.58")
    for i in range(len(wanted)):
        parts = [set_line(atlas, wanted[:i], 2), np.zeros((atlas.line.above + atlas.line.below, 6), np.uint8)]
        line = np.concatenate([*parts, set_line(atlas, wanted[i + 1 :], 2)], axis=1)
        assert read(atlas, line)[0] == wanted[:i] + wanted[i + 1 :]


@pytest.mark.parametrize(("name", "font"), FONTS)
def test_a_faint_decimal_mark_is_read_or_its_number_is_none(name, font):
    """The mark alone loses ink, down to nothing; the grammar of two decimals refuses what is left."""
    atlas = profile(name).atlases[font]
    mark = sentence(atlas, ".")
    if not mark:
        pytest.skip("a font without a decimal mark")
    form = NumberFormat(mark)
    point = drawings(atlas, mark)[0].ink
    whole, part = (set_line(atlas, text, 1)[:, 4:-4] for text in ("27", "48"))
    margin = np.zeros((whole.shape[0], 4), np.uint8)
    for strength in (1.0, 0.6, 0.4, 0.2, 0.0):
        line = np.concatenate([margin, whole, np.round(point * strength).astype(np.uint8), margin[:, :1], part, margin], axis=1)
        text, confidence = read(atlas, line)
        assert text == f"27{mark}48" or confidence < SURE or form.parse(text) is None


@pytest.mark.parametrize(("name", "font"), FONTS)
def test_foreign_shapes_are_unknown_or_in_doubt(name, font):
    atlas = profile(name).atlases[font]
    rows = atlas.line.above + atlas.line.below
    blob = np.zeros((rows, 12), np.uint8)
    blob[1:-1, 2:-2] = 255
    bars = np.zeros((rows, 12), np.uint8)
    bars[::2, 1:-1] = 255
    for shape in (blob, bars):
        line = np.concatenate([set_line(atlas, "12", 2), shape, set_line(atlas, "34", 2)], axis=1)
        glyphs = atlas.read(line)
        text = "".join(g.char for g in glyphs)
        assert text.startswith("12")
        assert text.endswith("34")
        middle = glyphs[2:-2]
        assert middle
        assert min(g.confidence for g in middle) < SURE


def test_ink_that_no_glyph_explains_is_unknown():
    block = np.full((10, 6), 255, np.uint8)
    ring = np.zeros((10, 6), np.uint8)
    ring[0], ring[-1], ring[:, 0], ring[:, -1] = 255, 255, 255, 255
    atlas = Atlas(Line(1, 9, 1), [Template("0", ring)])
    empty = np.zeros((10, 3), np.uint8)
    glyphs = atlas.read(np.concatenate([empty, ring, empty, block, block, empty], axis=1))
    assert glyphs[0] == Glyph("0", pytest.approx(1), 3, 6)
    assert UNKNOWN in {g.char for g in glyphs[1:]} or max(g.confidence for g in glyphs[1:]) < SURE


def test_no_ink_no_glyphs():
    atlas = profile(NAMES[0]).atlases["score"]
    assert atlas.read(np.zeros((atlas.line.above + atlas.line.below, 200), np.uint8)) == []


def test_twins_are_in_doubt():
    """Of two characters drawn alike, neither is sure."""
    ring = np.zeros((10, 6), np.uint8)
    ring[0], ring[-1], ring[:, 0], ring[:, -1] = 255, 255, 255, 255
    almost = ring.copy()
    almost[4, 0] = 225
    atlas = Atlas(Line(1, 9, 1), [Template("0", ring), Template("8", almost)])
    line = np.pad(ring, ((0, 0), (3, 3)))
    assert all(g.confidence < SURE for g in atlas.read(line))
    assert all(g.confidence > SURE for g in Atlas(Line(1, 9, 1), [Template("0", ring)]).read(line))


def test_the_same_line_is_read_the_same_from_memory():
    atlas = profile(NAMES[0]).atlases["balance"]
    line = set_line(atlas, "1,234.56", 1)
    first = atlas.read(line)
    assert atlas.read(line) == first
    moved = np.pad(line, ((0, 0), (7, 0)))
    assert [(g.char, g.x - 7, g.confidence) for g in atlas.read(moved)] == [(g.char, g.x, g.confidence) for g in first]


def test_a_point_wider_than_any_that_was_learned_is_one_point():
    point, seven = np.zeros((12, 1), np.uint8), np.zeros((12, 6), np.uint8)
    point[9:11] = 250
    seven[1:3] = 250
    seven[1:11, 4:6] = 250
    gap = np.zeros((12, 1), np.uint8)
    atlas = Atlas(Line(1, 11, 1), [Template(".", point), Template("7", seven)])
    assert sentence(atlas, "7.7") == "7.7"
    glyphs = atlas.read(np.hstack([seven, gap, point, point, gap, seven]))
    assert [(g.char, g.x, g.w) for g in glyphs] == [("7", 0, 6), (".", 7, 2), ("7", 10, 6)]


def test_blanks_are_where_gaps_are_wide():
    glyphs = [Glyph("1", 1, 0, 4), Glyph("2", 1, 5, 4), Glyph("3", 1, 14, 4)]
    assert text_of(glyphs, 5.0) == "12 3"
    assert text_of(glyphs, 5.5) == "123"
    assert text_of([], 5.0) == ""


def test_a_line_is_cut_around_its_base_and_shrunk():
    field = np.zeros((40, 20), np.uint8)
    field[10:30] = 200
    assert Line(1, 20, 5).of(field, 30).tolist() == field[10:35].tolist()
    shrunk = Line(4, 5, 2).of(field, 30)
    assert shrunk.shape == (7, 5)
    assert shrunk[:5].min() == 200
    assert shrunk[5:].max() == 0


@pytest.mark.parametrize(("font", "rows"), [("history", 4), ("total_win", 2), ("total_win", 4)])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_neighbours_ink_on_a_drawing_speaks_for_no_digit(font, rows, side):
    """3.48 was read as 3.40: a 0 had been learned behind a 4 that reaches under it, no 8 had, and now one stood behind a 4."""
    atlas = profile("mozzart").atlases[font]
    foot = np.zeros((atlas.line.above + atlas.line.below, 2), np.uint8)
    foot[atlas.line.above - 2 - rows : atlas.line.above - 2] = 255

    def touched(digit: str) -> list[npt.NDArray[np.uint8]]:
        return [foot, drawings(atlas, digit)[0].ink][:: 1 if side == "left" else -1]

    learned = Atlas(atlas.line, [*atlas.templates, Template("9", np.concatenate(touched("9"), axis=1))])
    empty = np.zeros((len(foot), 6), np.uint8)
    for digit, right in (("9", True), ("8", False)):
        text, confidence = read(learned, np.concatenate([empty, *touched(digit), empty], axis=1))
        assert (text == "9" and confidence >= SURE) is right
