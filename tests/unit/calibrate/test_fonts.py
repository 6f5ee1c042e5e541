"""A font learned from lines that were set from a known one: it reads them back, also where its glyphs touch."""

from random import Random

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, drawings, profile, set_line

from aviator.calibrate.fonts import LearnedFont, _without_impostors, learn_font
from aviator.see.doubt import SURE
from aviator.see.ink import Ink

BLACK = Ink((0, 0, 0), 255, on_ground=True)


def texts(rng: Random, count: int) -> list[str]:
    return [f"{rng.choice([rng.uniform(1, 10), rng.uniform(1, 1000)]):.2f}" for _ in range(count)]


def picture(line: np.ndarray, scale: int, rows: int = 2, shift: int = 0) -> np.ndarray:
    """Rows x columns x BGRA of a line `scale` times as large, with some rows above and below, `shift` columns to the right."""
    large = np.pad(line, ((rows, rows), (0, 0))).repeat(scale, axis=0).repeat(scale, axis=1)
    large = np.pad(large, ((0, 0), (shift, 0)))
    return np.dstack([large, large, large, np.full_like(large, 255)])


def read(font: LearnedFont, pixels: np.ndarray, field: int = 0) -> tuple[str, float]:
    glyphs = font.atlas.read(BLACK.of(font.atlas.line.of(pixels, font.bases[field])))
    return "".join(g.char for g in glyphs), min((g.confidence for g in glyphs), default=0.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("touching", [0.0, 0.5])
def test_a_font_is_learned_and_reads_its_lines_back(name, touching):
    """Half of the lines are set without room between the glyphs."""
    known, rng = profile(name).atlases["bet_amount_1"], Random(name)
    mark = profile(name).fields["bet_amount_1"].format.decimal
    crops = []
    for text in (t.replace(".", mark) for t in texts(rng, 120)):
        line = set_line(known, text, 0 if rng.random() < touching else 1)
        crops.append((picture(line, 2), BLACK, text))
    learned = learn_font([crops])
    assert {t.char for t in learned.atlas.templates} == {*"0123456789", mark}
    right = 0
    for pixels, _, text in crops:
        got, confidence = read(learned, pixels)
        assert got == text or confidence < SURE or mark not in got
        right += got == text and confidence >= SURE
    assert right >= (0.98 if touching else 1.0) * len(crops)


@pytest.mark.parametrize("shift", [0, 1])
def test_a_shrunk_line_is_read_at_every_place(shift):
    """Learned at even columns only: halved one column further right, the same digits look different."""
    known, rng = profile(NAMES[0]).atlases["bet_amount_1"], Random(2)
    crops = [(picture(set_line(known, text, 2), 2), BLACK, text) for text in texts(rng, 120)]
    learned = learn_font([crops])
    assert learned.atlas.line.scale == 2
    for text in texts(rng, 40):
        got, confidence = read(learned, picture(set_line(known, text, 2), 2, shift=shift))
        assert got == text
        assert confidence >= SURE


def test_two_fields_share_a_font_each_on_its_own_base_line():
    known, rng = profile(NAMES[0]).atlases["bet_amount_1"], Random(3)
    high = [(picture(set_line(known, t, 1), 1, rows=2), BLACK, t) for t in texts(rng, 60)]
    low = [(picture(set_line(known, t, 1), 1, rows=5), BLACK, t) for t in texts(rng, 60)]
    learned = learn_font([high, low])
    assert learned.bases[1] - learned.bases[0] == 3
    assert [read(learned, pixels, 1)[0] for pixels, _, _ in low] == [text for *_, text in low]
    assert [read(learned, pixels, 0)[0] for pixels, _, _ in high] == [text for *_, text in high]


@pytest.mark.parametrize(("digit", "named", "count", "every"), [("7", "1", 200, 50), ("8", "3", 40, 5)])
def test_a_wrong_name_now_and_then_teaches_nothing(digit: str, named: str, count: int, every: int):
    """The teacher takes one digit for another once in a while: the font must not. Among few lines slips are no rarity."""
    known, rng = profile(NAMES[0]).atlases["bet_amount_1"], Random(4)
    said = texts(rng, count)
    crops = [
        (picture(set_line(known, t, 1), 1), BLACK, t.replace(digit, named) if i % every == 0 else t) for i, t in enumerate(said)
    ]
    assert sum(text != t for (*_, text), t in zip(crops, said, strict=True)) >= 1
    learned = learn_font([crops])
    assert [read(learned, pixels)[0] for pixels, *_ in crops] == said


def test_a_drawing_that_another_digit_has_far_more_often_is_an_impostor():
    """But a digit keeps its best drawing, and one as frequent as the other's is its own."""
    three, eight = (drawings(profile(NAMES[0]).atlases["bet_amount_1"], c)[0].ink for c in "38")
    assert _without_impostors({"3": [(three, 12), (eight, 4)], "8": [(eight, 40)]}) == {"3": [(three, 12)], "8": [(eight, 40)]}
    kept = {"3": [(eight, 4)], "8": [(eight, 40)]}
    assert _without_impostors(kept) == kept
    alike = {"3": [(three, 12), (eight, 11)], "8": [(eight, 40)]}
    assert _without_impostors(alike) == alike


def test_blanks_are_told_from_gaps():
    known, rng = profile(NAMES[0]).atlases["balance"], Random(1)
    crops = []
    for text in texts(rng, 120):
        line = set_line(known, f"{text} RSD", 1, space=5)
        crops.append((picture(line, 1), BLACK, f"{text} RSD"))
    learned = learn_font([crops])
    assert 1 < learned.space <= 7


def test_without_a_digit_there_is_no_font():
    known = profile(NAMES[0]).atlases["balance"]
    assert learn_font([[(picture(set_line(known, "RSD", 1), 1), BLACK, "RSD")] * 5]) is None
