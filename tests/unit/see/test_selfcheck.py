"""The verdict over painted times: it falls when nearly everything is something else for long, returns by itself, not before."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.see.painting import Window, profile, written

from aviator.core.types import Field, Method, Reading
from aviator.see.look import Look, Strip
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.selfcheck import CONFIRMATIONS, CONTRADICTIONS, FOUND_S, LOST_S, SelfCheck, Sign, Verdict, sign_of

PACE = 0.5
HZ = 10
FIELDS = (Field.HISTORY, Field.BALANCE, Field.PLAYERS, Field.BET_AMOUNT_1)
ALL_READ = dict.fromkeys(FIELDS, Sign.READ)
ALL_OTHER = dict.fromkeys(FIELDS, Sign.OTHER)
SECONDS = 2 * LOST_S * PACE


def look_of(
    at: float, sight: Sight, score: str | None = None, values: tuple[str, ...] = (), method: Method = Method.GLYPHS
) -> Look:
    value = None if score is None else Decimal(score)
    readings = {} if value is None else {Field.SCORE: Reading(Field.SCORE, value, score, 1.0, method, at)}
    return Look(at, sight, value, 1.0, Strip(tuple(map(Decimal, values)), True, True, 1.0) if values else None, readings)


class Film:
    """Shows a check one thing after the other, in its own time."""

    def __init__(self, pace: float = PACE) -> None:
        self.check = SelfCheck(pace)
        self.at = 1_700_000_000.0

    def show(
        self,
        seconds: float,
        signs: Mapping[Field, Sign],
        sight: Sight = Sight.WAITING,
        score: str | None = None,
        *,
        moved: bool = True,
        method: Method = Method.GLYPHS,
    ) -> Verdict:
        """The verdict after so many seconds of the same."""
        for _ in range(round(seconds * HZ)):
            self.at += 1 / HZ
            self.check.step(look_of(self.at, sight, score, method=method), moved, lambda: signs)
        return self.check.verdict

    def until(self, fit: bool, signs: Mapping[Field, Sign]) -> float:
        """Seconds until the verdict is `fit`."""
        began = self.at
        while self.check.verdict.fit is not fit and self.at - began < 100:
            self.show(1 / HZ, signs)
        return self.at - began


def test_what_is_somewhere_else_for_long_does_not_fit_and_says_what():
    film = Film()
    assert film.show(SECONDS, ALL_READ).fit
    took = film.until(fit=False, signs=ALL_OTHER)
    assert 0.6 * LOST_S * PACE < took <= LOST_S * PACE
    assert film.check.verdict.reason.startswith("history, balance, players, bet amount 1 cannot be read where learned")


def test_what_looks_right_again_fits_again_soon():
    film = Film()
    film.show(SECONDS, ALL_READ)
    film.show(SECONDS, ALL_OTHER)
    assert film.until(fit=True, signs=ALL_READ) <= (FOUND_S + 1) * PACE
    assert film.check.verdict == Verdict(True)
    assert film.show(SECONDS, ALL_READ).fit


def test_the_times_go_with_the_games_pace():
    slow, fast = Film(1.0), Film(0.25)
    times = [film.show(80 * film.check._pace, ALL_READ) and film.until(fit=False, signs=ALL_OTHER) for film in (slow, fast)]
    assert times[0] == pytest.approx(4 * times[1], rel=0.1)


def test_another_ground_counts_like_other_strokes():
    film = Film()
    film.show(SECONDS, ALL_READ)
    assert not film.show(SECONDS, dict.fromkeys(FIELDS, Sign.GONE)).fit


@pytest.mark.parametrize(
    ("signs", "seconds"),
    [
        (dict.fromkeys(FIELDS, Sign.NOTHING), 100 * SECONDS),
        (ALL_READ | {Field.HISTORY: Sign.OTHER}, 100 * SECONDS),
        (ALL_OTHER | {Field.BALANCE: Sign.READ}, 100 * SECONDS),
        (ALL_OTHER, 0.6 * LOST_S * PACE),
    ],
    ids=["dark, covered or dimmed", "a notice over the strip", "some fields gone", "a dialog over everything for some seconds"],
)
def test_what_happens_anyway_is_no_misfit(signs: Mapping[Field, Sign], seconds: float):
    film = Film()
    film.show(SECONDS, ALL_READ)
    assert film.show(seconds, signs).fit


def test_a_picture_that_stands_still_proves_nothing_whatever_it_shows():
    film = Film()
    film.show(SECONDS, ALL_READ)
    assert film.show(10 * SECONDS, ALL_OTHER, moved=False).fit


def test_a_notice_over_the_only_field_beside_the_score_while_rounds_go_on():
    film = Film()
    film.show(SECONDS, {Field.HISTORY: Sign.READ})
    for _ in range(50):
        film.show(7 * PACE, {Field.HISTORY: Sign.OTHER})
        film.show(3 * PACE, {Field.HISTORY: Sign.OTHER}, Sight.FLYING, "1.28")
        assert film.show(3 * PACE, {Field.HISTORY: Sign.OTHER}, Sight.ENDED, "1.29").fit
    assert not film.show(2 * SECONDS, {Field.HISTORY: Sign.OTHER}).fit, "but not when no score is ever read again"


def test_a_score_that_only_tesseract_can_read_is_no_excuse():
    film = Film()
    film.show(SECONDS, ALL_READ)
    assert not film.show(SECONDS, ALL_OTHER, Sight.FLYING, "1.28", method=Method.TESSERACT).fit


def test_a_field_that_never_was_read_does_not_count_unless_none_was():
    film = Film()
    assert film.show(10 * SECONDS, ALL_OTHER | {Field.BALANCE: Sign.READ}).fit
    assert not Film().show(SECONDS, ALL_OTHER).fit, "a worker may start on a page that is zoomed already"


def test_a_machine_that_slept_has_seen_nothing_meanwhile():
    film = Film()
    film.show(SECONDS, ALL_READ)
    film.show(0.5, ALL_OTHER)
    film.at += 3600
    assert film.show(0.5, ALL_OTHER).fit


def rounds(film: Film, count: int, on_strip: Callable[[str], tuple[str, ...]]) -> Verdict:
    for i in range(count):
        ended, after = f"{i + 2}.17", on_strip(f"{i + 2}.17")
        for sight, score, values in (
            (Sight.FLYING, "1.28", after),
            (Sight.ENDED, ended, after),
            (Sight.DARK, None, after),
            (Sight.WAITING, None, after),
        ):
            for _ in range(HZ):
                film.at += 1 / HZ
                film.check.step(look_of(film.at, sight, score, values), True, lambda: ALL_READ)
    return film.check.verdict


def test_ends_that_never_reach_the_strip_are_a_contradiction_until_they_do():
    film = Film()
    assert rounds(film, 20, lambda ended: (ended, "1.05", "8.80")).fit
    assert rounds(film, CONTRADICTIONS, lambda _: ("1.05", "8.80")).fit, "the last one is not complete yet"
    verdict = rounds(film, 2, lambda _: ("1.05", "8.80"))
    assert verdict == Verdict(False, "the multiplier on the board and the history strip contradict each other")
    assert not rounds(film, 3, lambda _: ("1.05", "8.80")).fit, "that everything can be read is not enough"
    assert rounds(film, CONFIRMATIONS + 1, lambda ended: (ended, "1.05", "8.80")).fit


def test_a_single_contradiction_is_forgotten_by_the_next_agreement():
    film = Film()
    for i in range(20):
        assert rounds(film, 1, lambda ended, i=i: ("1.05",) if i % 2 else (ended, "1.05")).fit


# The signs of painted crops.

SPECS = profile("admiral").fields


def sign(window: Window, field: Field) -> Sign:
    reader = MultiRegionReader(window.profile, (0, 0))
    frame = window.frame(1_700_000_000.0)
    look, crop = reader.read(frame), reader.crop(field, frame)
    assert crop is not None
    return sign_of(field, SPECS[field], look, crop)


def painted(field: Field = Field.BALANCE, text: str = "827.60") -> Window:
    window = Window(profile("admiral"))
    if field is Field.HISTORY:
        window.strip([written(SPECS[field].format, m) for m in ("1.35", "2.00", "7.10", "1.01")])
    else:
        window.show(field, written(SPECS[field].format, text))
    return window


@pytest.mark.parametrize("field", [Field.BALANCE, Field.PLAYERS, Field.HISTORY])
def test_a_number_in_its_own_glyphs_is_read(field: Field):
    assert sign(painted(field, "91" if field is Field.PLAYERS else "827.60"), field) is Sign.READ


@pytest.mark.parametrize("field", [Field.BALANCE, Field.PLAYERS, Field.HISTORY])
@pytest.mark.parametrize("shift", [(0, 3), (0, -3), (4, 5)])
def test_a_number_that_stands_elsewhere_is_other_strokes(field: Field, shift: tuple[int, int]):
    window = painted(field, "91" if field is Field.PLAYERS else "827.60")
    area = window.area(field)
    area[:] = np.roll(area, shift[::-1], axis=(0, 1))
    assert sign(window, field) is Sign.OTHER


def test_bare_ground_is_nothing_and_so_is_a_plain_cover_but_not_a_picture():
    window = painted()
    window.clear(Field.BALANCE)
    assert sign(window, Field.BALANCE) is Sign.NOTHING
    window.area(Field.BALANCE)[:] = 255
    assert sign(window, Field.BALANCE) is Sign.NOTHING
    area = window.area(Field.BALANCE)
    area[:] = np.random.default_rng(1).integers(120, 256, area.shape, np.uint8)
    assert sign(window, Field.BALANCE) is Sign.GONE


def test_a_dimmed_number_is_nothing():
    window = painted()
    ground = painted()
    ground.clear(Field.BALANCE)
    lit, bare = window.area(Field.BALANCE), ground.area(Field.BALANCE)
    lit[:] = (0.35 * lit + 0.65 * bare).astype(np.uint8)
    assert sign(window, Field.BALANCE) is Sign.NOTHING
