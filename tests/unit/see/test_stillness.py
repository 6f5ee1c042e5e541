from decimal import Decimal

import pytest

from aviator.core.types import Phase
from aviator.see.look import Look
from aviator.see.phase import LONGEST_S, Sight
from aviator.see.stillness import CLEARLY, FROZEN_S, PASSAGES, STARE_S, Stillness

HZ = 10
MOST_S = {Sight.WAITING: LONGEST_S[Phase.BETTING], Sight.ENDED: LONGEST_S[Phase.ENDED]}


class Page:
    """What a page shows over time, ten looks a second."""

    def __init__(self, pace: float = 1.0) -> None:
        self.still, self.at, self.pace = Stillness(pace), 0.0, pace

    def show(self, sight: Sight, seconds: float, score: str | None = None, *, moves: bool = True) -> list[Sight]:
        """What each look is taken for; `seconds` are of a game at its usual pace."""
        judged = []
        for _ in range(round(seconds * HZ)):
            self.at += self.pace / HZ
            look = Look(self.at, sight, None if score is None else Decimal(score), 1.0, None, {})
            judged.append(self.still.judge(look, moves))
        return judged

    def fly(self, seconds: float) -> None:
        for i in range(round(seconds * HZ)):
            self.show(Sight.FLYING, 1 / HZ, f"{1 + i / 100:.2f}")

    def lively(self, rounds: int) -> "Page":
        for _ in range(rounds):
            self.show(Sight.WAITING, 5)
            self.fly(3)
            self.show(Sight.ENDED, 3)
        return self


def frozen_after(judged: list[Sight]) -> float:
    return judged.index(Sight.FROZEN) / HZ


@pytest.mark.parametrize("pace", [1.0, 0.25])
def test_a_score_in_flight_that_stands_still_is_a_frozen_page_however_much_moves_around_it(pace):
    page = Page(pace)
    page.fly(2)
    assert frozen_after(page.show(Sight.FLYING, 5, "1.19")) == pytest.approx(FROZEN_S, abs=0.11)
    assert page.show(Sight.FLYING, 0.1, "1.21") == [Sight.FLYING]


def test_a_flight_without_a_score_is_none():
    """Something lies over the score, or a place has the colours of a flight by chance; looks with nothing come between."""
    page = Page()
    page.fly(2)
    judged = [s for _ in range(10) for s in (*page.show(Sight.FLYING, 0.3), *page.show(Sight.NOTHING, 0.1))]
    assert frozen_after(judged) == pytest.approx(FROZEN_S, abs=0.2)


@pytest.mark.parametrize("sight", [Sight.WAITING, Sight.ENDED])
def test_a_lively_page_that_stands_still_is_frozen(sight):
    page = Page().lively(3)
    page.show(sight, 1)
    assert frozen_after(page.show(sight, 5, moves=False)) == pytest.approx(FROZEN_S, abs=0.11)
    assert set(page.show(sight, 3)) == {sight}, "it moves again"


@pytest.mark.parametrize("sight", [Sight.WAITING, Sight.ENDED])
def test_a_page_that_always_stands_still_then_is_not_frozen(sight):
    page = Page()
    for _ in range(PASSAGES):
        assert Sight.FROZEN not in page.show(sight, 4.5, moves=False)
        page.fly(2)
    assert frozen_after(page.show(sight, 20, moves=False)) == pytest.approx(CLEARLY * 4.5, abs=0.3)


@pytest.mark.parametrize("sight", [Sight.WAITING, Sight.ENDED])
def test_before_it_is_known_how_long_a_page_stands_still_it_may_for_as_long_as_any_does(sight):
    assert frozen_after(Page().show(sight, 30, moves=False)) == pytest.approx(MOST_S[sight], abs=0.3)


def test_one_page_that_froze_teaches_nothing():
    page = Page().lively(3)
    page.show(Sight.WAITING, 15, moves=False)
    page.lively(1)
    assert frozen_after(page.show(Sight.WAITING, 5, moves=False)) == pytest.approx(FROZEN_S, abs=0.11)


def test_what_was_over_at_once_teaches_nothing():
    page = Page()
    for _ in range(PASSAGES):
        page.show(Sight.ENDED, 0.2)
        page.fly(1)
    assert page.still.patience_s(Sight.ENDED) == MOST_S[Sight.ENDED]


def test_nobody_knows_what_moved_between_two_looks_far_apart():
    page = Page().lively(2)
    for _ in range(3):
        page.at += 1.0
        assert page.show(Sight.WAITING, 1 / HZ, moves=False) == [Sight.WAITING]
    assert 3 * STARE_S < FROZEN_S


def test_darkness_and_nothing_are_not_judged():
    page = Page().lively(2)
    for sight in (Sight.DARK, Sight.NOTHING):
        assert set(page.show(sight, 10, moves=False)) == {sight}
