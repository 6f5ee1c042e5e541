"""By which colours the board's phases and the buttons' states are known, from what the score did at the time."""

from decimal import Decimal

import numpy as np
import pytest

from aviator.calibrate.album import Moment
from aviator.calibrate.areas import Shot
from aviator.calibrate.colours import Mean
from aviator.calibrate.found import Button, Screen
from aviator.calibrate.label import Label
from aviator.calibrate.label_score import ENDED, FLIGHT, ScoreLabels
from aviator.calibrate.phases import button_centres, phase_centres
from aviator.core.types import Field, Phase
from aviator.see.numbers import NumberFormat
from aviator.see.regions import Box, InkSpec

BOARD: Box = (10, 10, 30, 20)
BUTTON: Box = (5, 40, 40, 10)
WAIT, LOW, MID, HIGH, END, DARK = (90, 90, 40), (10, 20, 120), (100, 10, 130), (180, 10, 90), (160, 20, 20), (8, 9, 10)
GREEN, ORANGE, BLUE = (40, 170, 30), (220, 120, 10), (20, 40, 200)
PIXELS = np.zeros((1, 1, 4), np.uint8)


def score(seen: list[tuple[float, str, str]]) -> ScoreLabels:
    """What pictures of the score showed: when, what it did, its number."""
    labels = tuple(
        Label(PIXELS, (0, 1), text, InkSpec("#ffffff", 99, on_ground=False, when=when), at, Decimal(text))
        for at, when, text in seen
        if text
    )
    whens = tuple((at, when) for at, when, _ in seen)
    return ScoreLabels(labels, NumberFormat(), (), whens)


def moment(at: float, board: Mean, button: Mean = GREEN) -> Moment:
    """A picture after that of the score that was first seen at the last full second."""
    return Moment(at, {Field.PHASE: board, Field.BUTTON_1: button}, float(int(at)))


def shot(board: Mean, phase: Phase | None, state: str = "bet", button: Mean = GREEN) -> Shot:
    picture = np.full((60, 60, 4), 255, np.uint8)
    for (x, y, w, h), (r, g, b) in ((BOARD, board), (BUTTON, button)):
        picture[y : y + h, x : x + w, :3] = (b, g, r)
    return Shot(picture, [], Screen(phase, None, {}, (), {Field.BUTTON_1: Button("", BUTTON, state)}))


def test_every_phase_has_the_colours_it_was_seen_with():
    flights = [(2.0, FLIGHT, "1.20"), (3.0, FLIGHT, "4.00"), (4.0, FLIGHT, "12.00")]
    labels = score([(1.0, "", ""), *flights, (5.0, ENDED, "12.10"), (6.0, "", "")])
    colours = [WAIT, LOW, MID, HIGH, END, DARK]
    moments = [moment(i + 1.1, c) for i, c in enumerate(colours)]
    found = phase_centres(moments, labels, [shot(WAIT, Phase.BETTING)], BOARD)
    named = zip(("waiting", "low", "mid", "high", "ended", "black"), colours, strict=True)
    assert found == {state: ("#{:02x}{:02x}{:02x}".format(*c),) for state, c in named}


def test_what_was_not_seen_is_not_there():
    labels = score([(1.0, FLIGHT, "1.20")])
    assert phase_centres([moment(1.0, LOW)], labels, [], BOARD).keys() == {"low"}


def test_a_moment_whose_score_nobody_named_tells_nothing():
    """Before the first picture, and where the number in flight was not read: its band is not known."""
    labels = score([(1.0, FLIGHT, ""), (2.0, FLIGHT, "1.50")])
    moments = [moment(0.5, HIGH), moment(1.5, MID), moment(2.5, LOW)]
    assert phase_centres(moments, labels, [], BOARD) == {"low": ("#0a1478",)}


def test_a_moment_whose_score_was_not_kept_tells_nothing():
    """It may be of another phase than the last picture that was."""
    labels = score([(1.0, FLIGHT, "1.50")])
    passed_over = Moment(2.5, {Field.PHASE: WAIT, Field.BUTTON_1: GREEN})
    assert phase_centres([moment(1.2, LOW), passed_over], labels, [], BOARD) == {"low": ("#0a1478",)}


def test_an_empty_board_of_another_colour_is_not_the_wait():
    """Between end and wait some sites show an advertisement: only what looks like the wait that words told is the wait."""
    labels = score([(1.0, "", "")])
    moments = [moment(1.0, WAIT), moment(1.2, tuple(c + 2 for c in WAIT)), moment(1.4, (200, 200, 200))]
    (waiting,) = phase_centres(moments, labels, [shot(WAIT, Phase.BETTING)], BOARD).values()
    assert "#c8c8c8" not in waiting
    assert set(waiting) == {"#5a5a28", "#5c5c2a"}


@pytest.mark.parametrize("words", [True, False])
def test_the_dark_moment_of_a_bright_site_is_dark_beside_its_wait(words: bool):
    light, dusk = (246, 240, 247), (20, 16, 30)
    labels = score([(1.0, "", "")])
    moments = [moment(1.0 + i / 10, c) for i, c in enumerate([light] * 9 + [dusk] * 3)]
    found = phase_centres(moments, labels, [shot(light, Phase.BETTING)] if words else [], BOARD)
    assert found == {"waiting": ("#f6f0f7",), "black": ("#14101e",)}
    gloomy = [moment(1.0 + i / 10, dusk) for i in range(9)]
    assert phase_centres(gloomy, labels, [shot(dusk, Phase.BETTING)], BOARD).keys() == {"waiting"}


def test_a_board_that_looks_the_same_with_and_without_a_score_tells_nothing():
    labels = score([(1.0, "", ""), (2.0, FLIGHT, "1.20"), (3.0, FLIGHT, "4.00")])
    moments = [moment(1.1, WAIT), moment(2.1, tuple(c + 3 for c in WAIT)), moment(3.1, MID)]
    found = phase_centres(moments, labels, [shot(WAIT, Phase.BETTING)], BOARD)
    assert found.keys() == {"waiting", "mid"}


@pytest.mark.parametrize("moments", [[], [moment(i, c) for i, c in enumerate([GREEN, GREEN])]])
def test_buttons_are_known_by_the_words_on_them(moments: list[Moment]):
    shots = [shot(WAIT, None), shot(WAIT, None, "cash_out", ORANGE), shot(WAIT, None, "unknown", BLUE)]
    found = button_centres(moments, shots, Field.BUTTON_1, BUTTON)
    assert found == {"bet": ("#28aa1e",), "cash_out": ("#dc780a",)}


def test_a_button_seen_brighter_in_motion_has_both_colours():
    moments = [moment(0, WAIT, tuple(c + 4 for c in GREEN)), moment(1, WAIT, BLUE)]
    found = button_centres(moments, [shot(WAIT, None)], Field.BUTTON_1, BUTTON)
    assert found == {"bet": ("#28aa1e", "#2cae22")}
