"""Generated pages: repeatable, independent in every dimension, and full of what makes real pages difficult."""

from collections import Counter
from dataclasses import fields

import pytest

from aviator.sim.designs import SPACE, Design, draw_design
from aviator.sim.phrases import PHRASES
from aviator.sim.random_skins import random_skin

SEEDS = range(1, 1001)
HARD = {
    "theme": {"white", "cream"},
    "score_renderer": {"canvas", "svg"},
    "score_motion": {"bob", "pulse", "grow"},
    "score_end": {"smaller", "lower", "prefixed", "explosion"},
    "before_round": {"countdown", "nothing"},
    "strip_items": {"pills", "bordered pills", "band pills"},
    "strip_newest": {"last"},
    "strip_rows": {"2"},
    "strip_blank": {"yes"},
    "growth": {"random steps", "three phases", "slow start", "jumps", "e^(0.06t)"},
    "pause": {"none"},
    "tagline": {"yes"},
    "logo_with_phase_word": {"yes"},
    "advert_with_money": {"yes"},
    "chart_with_ticks": {"yes"},
    "other_bets": {"table", "table headed USER"},
    "panels": {"none"},
    "stake": {"empty"},
    "balance": {"no"},
}


def test_the_space_has_every_dimension_and_whole_shares() -> None:
    assert set(SPACE) == {f.name for f in fields(Design)}
    assert all(sum(shares.values()) == pytest.approx(1) for shares in SPACE.values())
    assert set(SPACE["language"]) == set(PHRASES)


@pytest.mark.parametrize(("dimension", "value"), [(d, v) for d, values in HARD.items() for v in sorted(values)])
def test_each_difficulty_is_on_a_seventh_of_all_pages_or_more(dimension: str, value: str) -> None:
    assert SPACE[dimension][value] >= 0.15


def test_a_strip_that_is_not_to_be_seen_and_a_column_are_common() -> None:
    places = SPACE["strip_place"]
    assert places["none"] + places["below the fold"] >= 0.15
    assert places["column"] >= 0.15


@pytest.mark.parametrize("dimension", SPACE)
def test_what_is_drawn_follows_the_shares(dimension: str) -> None:
    counts = Counter(draw_design(seed).draws()[dimension] for seed in SEEDS)
    for value, share in SPACE[dimension].items():
        assert counts[value] / len(SEEDS) == pytest.approx(share, abs=0.05), value


def test_dimensions_are_drawn_independently() -> None:
    pairs = Counter((d.score_renderer, d.strip_place) for d in map(draw_design, SEEDS))
    for (renderer, place), count in pairs.items():
        expected = SPACE["score_renderer"][renderer] * SPACE["strip_place"][place]
        assert count / len(SEEDS) == pytest.approx(expected, abs=0.05)


def test_the_same_seed_gives_the_same_page() -> None:
    assert random_skin(7) == random_skin(7)
    assert random_skin(7).design != random_skin(8).design


def test_every_page_can_be_made() -> None:
    skins = [random_skin(seed) for seed in SEEDS]
    assert len({skin.slug for skin in skins}) == len(skins)
    assert all(skin.texts.waiting == PHRASES[skin.design.language].waiting for skin in skins if skin.design)
