"""Which colours the score is written in, and what they mean: painted boards, named by the teacher."""

from decimal import Decimal
from random import Random

import cv2
import numpy as np
import pytest
from tests.unit.see.painting import profile, set_line

from aviator.calibrate.album import Snap
from aviator.calibrate.areas import Area, Shot
from aviator.calibrate.found import Found, Screen
from aviator.calibrate.label import Label
from aviator.calibrate.label_score import ENDED, FLIGHT, ScoreLabels, _rising, _with_their_marks, label_score
from aviator.calibrate.teacher import Teacher
from aviator.core.types import Field, Phase
from aviator.see.ink import Colour, format_colour
from aviator.see.regions import Box, InkSpec

ATLAS = profile("admiral").atlases["score"]
SCALE = ATLAS.line.scale
WIDTH, HEIGHT, TOP = 260, 70, 6
BASE = TOP + ATLAS.line.above * SCALE
AREA = Area((0, 0, WIDTH, HEIGHT), (50, BASE - 40, 160, 40), 40)
WHITE, RED, YELLOW = (255, 255, 255), (230, 30, 50), (240, 220, 60)
CURVE = (200, 30, 60)
NUMBERS = [f"{1.13**i:.2f}x" for i in range(1, 11)]
ROUND = [*((text, FLIGHT) for text in NUMBERS), (NUMBERS[-1], ENDED), (NUMBERS[-1], ENDED), ("", "")]
"""What a round of `film` shows: ten numbers in flight, the last one at the end, nothing."""


def board(text: str, colour: Colour, rng: Random) -> np.ndarray:
    """A score over a curve that is somewhere else each time."""
    pixels = np.full((HEIGHT, WIDTH, 3), (30, 26, 40), np.uint8)
    cv2.line(pixels, (0, HEIGHT - 1), (WIDTH, rng.randint(0, HEIGHT)), CURVE, 4, cv2.LINE_AA)
    large = set_line(ATLAS, text).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    x = (WIDTH - large.shape[1]) // 2
    share = large[:, :, None] / 255
    part = pixels[TOP : TOP + large.shape[0], x : x + large.shape[1]]
    part[:] = np.round(share * np.array(colour) + (1 - share) * part)
    return np.dstack([pixels[:, :, ::-1], np.full((HEIGHT, WIDTH), 255, np.uint8)])


def film(flight: Colour, ended: Colour, fade: bool = False) -> list[Snap]:
    """Two rounds; the end stays for some seconds."""
    rng, at, snaps = Random(5), 0.0, []
    for _ in range(2):
        for text in NUMBERS:
            at += 0.2
            snaps.append(Snap(board(text, flight, rng), at))
        if fade:
            at += 0.1
            between = tuple((a + b) // 2 for a, b in zip(flight, ended, strict=True))
            snaps.append(Snap(board(NUMBERS[-1], between, rng), at))  # type: ignore[arg-type]
        for stays in (0.2, 3.0):
            at += 0.2
            snaps.append(Snap(board(NUMBERS[-1], ended, rng), at))
            at += stays
        snaps.append(Snap(board("", ended, rng), at))
    return snaps


def shot(colour: Colour, phase: Phase, core: Box = AREA.core) -> Shot:
    """A picture on which words told the phase, and where on it the score was taken to be."""
    picture = board("4.71x", colour, Random(1))
    score = Found("4.71x", Decimal("4.71"), 0.99, core, core)
    return Shot(picture, [], Screen(phase, None, {Field.SCORE: score}, (), {}))


def learned(found: ScoreLabels | None) -> dict[str, str]:
    assert found is not None
    return {ink.colour: ink.when for ink in found.inks}


@pytest.mark.parametrize(("flight", "ended"), [(WHITE, RED), (YELLOW, WHITE), (RED, WHITE)])
def test_motion_tells_flight_from_the_end(teacher: Teacher, flight: Colour, ended: Colour) -> None:
    """In flight the number rises, at the end it stands: whatever the colours."""
    snaps = film(flight, ended)
    found = label_score(snaps, [], AREA, teacher)
    assert learned(found) == {format_colour(flight): FLIGHT, format_colour(ended): ENDED}
    assert found is not None
    truth = dict(zip((s.at for s in snaps), ROUND * 2, strict=True))
    assert len(found.labels) >= 20, "of 24; across some runs the curve"
    for label in found.labels:
        assert (label.text, label.ink.when) == truth[label.at]
        start, end = label.columns
        width = SCALE * (set_line(ATLAS, label.text).shape[1] - 8)
        assert end - start == pytest.approx(width, abs=5 * SCALE), "without the soft edges of glyphs blown up"
    assert all(when == truth[at][1] for at, when in found.whens if when)
    assert {at for at, when in found.whens if not when} >= {at for at, (text, _) in truth.items() if not text}


def test_words_tell_more_than_motion(teacher: Teacher) -> None:
    """Numbers that fall from picture to picture, as when most are missed: only the words say which colour means the end."""
    rng = Random(6)
    snaps = [Snap(board(f"{20 - i}.07x", YELLOW if i % 2 else WHITE, rng), float(i)) for i in range(10)]
    assert learned(label_score(snaps, [], AREA, teacher)) == {"#ffffff": FLIGHT, "#f0dc3c": FLIGHT}
    shots = [shot(YELLOW, Phase.ENDED), shot(WHITE, Phase.PLAYING)]
    assert learned(label_score(snaps, shots, AREA, teacher)) == {"#ffffff": FLIGHT, "#f0dc3c": ENDED}


@pytest.mark.parametrize("core", [(300, 20, 60, 30), (-90, 20, 60, 30), (60, 200, 60, 30)], ids=["right", "left", "below"])
def test_another_number_taken_for_the_score_teaches_nothing(teacher: Teacher, core: Box) -> None:
    """A toast or an advert with a multiplier, on one picture of many: it once ended the learning of a window."""
    snaps = film(WHITE, RED)
    shots = [shot(WHITE, Phase.PLAYING), shot(RED, Phase.PLAYING, core)]
    assert learned(label_score(snaps, shots, AREA, teacher)) == {"#ffffff": FLIGHT, "#e61e32": ENDED}


def test_without_words_and_motion_red_means_the_end(teacher: Teacher) -> None:
    rng = Random(7)
    snaps = [Snap(board(f"{20 - i}.07x", RED if i % 2 else WHITE, rng), float(i)) for i in range(10)]
    assert learned(label_score(snaps, [], AREA, teacher)) == {"#ffffff": FLIGHT, "#e61e32": ENDED}


def test_a_colour_that_fades_into_another_is_none(teacher: Teacher) -> None:
    found = label_score(film(WHITE, RED, fade=True), [], AREA, teacher)
    assert learned(found) == {"#ffffff": FLIGHT, "#e61e32": ENDED}


def test_one_colour_for_both_is_that_of_flight(teacher: Teacher) -> None:
    found = label_score(film(WHITE, WHITE), [], AREA, teacher)
    assert learned(found) == {"#ffffff": FLIGHT}


def test_a_mark_that_the_plane_flies_over_makes_no_whole_number(teacher: Teacher) -> None:
    """It flies there at the same multipliers each time; 205 was learned to be one, and that scores may be whole."""
    rng, at, snaps = Random(8), 0.0, []
    for _ in range(3):
        for text in [*NUMBERS[:6], "212x", "226x", *NUMBERS[6:]]:
            at += 0.2
            snaps.append(Snap(board(text, WHITE, rng), at))
    found = label_score(snaps, [], AREA, teacher)
    assert found is not None
    assert found.format.decimals == (2,)
    assert {label.text for label in found.labels} <= set(NUMBERS)


@pytest.mark.parametrize(
    ("said", "doubted"),
    [
        (["1.98x", "205x", "212x", "2.19x"], {1, 2}),
        (["1,98x", "205x"], {1}),
        (["205x", "2,13x"], {0}),
        (["98.1x", "99.9x", "100x", "104x", "2.40x"], set()),
        (["1x", "2x", "3x"], set()),
        (["Win!", "", "2.13x"], set()),
    ],
)
def test_only_what_lost_its_mark_is_doubted(said: list[str], doubted: set[int]) -> None:
    """A site that leaves out the decimals from 100 on, or always, writes whole numbers."""
    trusted = [confidence for _, confidence in _with_their_marks([(text, 0.99) for text in said])]
    assert {i for i, confidence in enumerate(trusted) if not confidence} == doubted


def test_a_board_without_numbers_has_no_labels(teacher: Teacher) -> None:
    assert label_score([Snap(board("", WHITE, Random(1)), 0.0)], [], AREA, teacher) is None


INK = InkSpec("#ffffff", 200, on_ground=False, when=FLIGHT)


def label(value: str, when: str = FLIGHT) -> Label:
    ink = InkSpec(INK.colour, INK.span, on_ground=False, when=when)
    return Label(np.zeros((1, 1, 4), np.uint8), (0, 1), f"{value}x", ink, 0.0, Decimal(value))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["1.10", "1.20", "1.30"], ["1.10", "1.20", "1.30"]),
        (["1.10", "7.20", "1.30"], ["1.10", "1.30"]),
        (["1.80", "1.10", "1.90"], ["1.80", "1.90"]),
        (["1.30", "1.00", "1.10"], ["1.30", "1.00", "1.10"]),  # the next round began
        (["1.30", "1.30", "1.30"], ["1.30", "1.30", "1.30"]),
        (["1.10", "7.20"], ["1.10", "7.20"]),  # nobody knows which one is wrong
    ],
)
def test_what_does_not_rise_between_its_neighbours_is_a_slip(said: list[str], kept: list[str]) -> None:
    assert [str(x.value) for x in _rising([label(v) for v in said])] == kept


def test_at_the_end_of_a_round_any_number_may_stand() -> None:
    said = [label("1.10"), label("7.20", ENDED), label("1.30")]
    assert _rising(said) == said
