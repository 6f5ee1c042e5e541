"""A font learned from lines that were set from a known one: it reads them back, also where its glyphs touch."""

from random import Random

import numpy as np
import pytest
from tests.unit.see.painting import NAMES, profile, set_line

from aviator.calibrate.fonts import learn_font
from aviator.see.ink import Ink
from aviator.see.reader import SURE

BLACK = Ink((0, 0, 0), 255, on_ground=True)


def texts(rng: Random, count: int) -> list[str]:
    return [f"{rng.choice([rng.uniform(1, 10), rng.uniform(1, 1000)]):.2f}" for _ in range(count)]


def picture(line: np.ndarray, scale: int) -> np.ndarray:
    large = line.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.dstack([large, large, large, np.full_like(large, 255)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("touching", [0.0, 0.5])
def test_a_font_is_learned_and_reads_its_lines_back(name, touching):
    """Half of the lines are set without room between the glyphs."""
    known, rng = profile(name).atlases["bet_amount_1"], Random(name)
    mark = profile(name).fields["bet_amount_1"].format.decimal
    crops = []
    for text in (t.replace(".", mark) for t in texts(rng, 200)):
        line = set_line(known, text, 0 if rng.random() < touching else 1)
        line = np.pad(line, ((2, 2), (0, 0)))
        crops.append((picture(line, 2), BLACK, text))
    learned = learn_font(crops)
    assert {t.char for t in learned.atlas.templates} == {*"0123456789", mark}
    right = 0
    for pixels, ink, text in crops:
        glyphs = learned.atlas.read(ink.of(learned.atlas.line.of(pixels, learned.base)))
        read, confidence = "".join(g.char for g in glyphs), min(g.confidence for g in glyphs)
        assert read == text or confidence < SURE or mark not in read
        right += read == text and confidence >= SURE
    assert right >= (0.98 if touching else 1.0) * len(crops)


def test_blanks_are_told_from_gaps():
    known, rng = profile(NAMES[0]).atlases["balance"], Random(1)
    crops = []
    for text in texts(rng, 120):
        line = set_line(known, f"{text} RSD", 1, space=5)
        crops.append((picture(line, 1), BLACK, f"{text} RSD"))
    learned = learn_font(crops)
    assert 1 < learned.space <= 7
