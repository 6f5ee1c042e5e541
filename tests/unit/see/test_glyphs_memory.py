"""What an atlas remembers never changes what it reads: compared with one that knows nothing yet."""

from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.see.painting import NAMES, profile

from aviator.see.glyphs import DIMMED, Atlas
from aviator.see.matching import Bank, Columns

FONTS = [(name, font) for name in NAMES for font in profile(name).atlases]
SAME = 1e-3
"""Sums of the same numbers in another order."""


def fresh(font: tuple[str, str]) -> Atlas:
    atlas = profile(font[0]).atlases[font[1]]
    return Atlas(atlas.line, atlas.templates)


def random_line(atlas: Atlas, rng: Random, kinds: int):
    """Glyphs apart, touching or sharing a column, some dimmed, some a little noisy; `kinds` different drawings."""
    drawings = [t.ink.astype(np.int64) for t in rng.sample(atlas.templates, kinds)]
    line = np.zeros((drawings[0].shape[0], 8 * (max(d.shape[1] for d in drawings) + 5) + 6), np.int64)
    x = 3
    for _ in range(rng.randint(1, 8)):
        ink = rng.choice(drawings)
        line[:, x : x + ink.shape[1]] = np.maximum(line[:, x : x + ink.shape[1]], ink)
        x += ink.shape[1] + rng.choice((-1, 0, 0, 0, 1, 2, 5))
    line = line * rng.choice((1, 1, 1, 0.7))
    if rng.random() < 0.2:
        line += np.random.default_rng(rng.randrange(10**6)).integers(-12, 13, line.shape)
    return np.clip(np.round(line), 0, 255).astype(np.uint8)


def same(one, other) -> bool:
    """The same characters, as sure; a column between two that either may have makes no difference."""
    return [g.char for g in one] == [g.char for g in other] and all(
        abs(a.confidence - b.confidence) < SAME and abs(a.x - b.x) <= 1 and abs(a.right - b.right) <= 1
        for a, b in zip(one, other, strict=True)
    )


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(FONTS), st.integers(0, 10**9), st.integers(2, 12))
@example(("admiral", "score"), 323, 2)  # two points that touch
@example(("soccer", "balance"), 38729, 5)  # a column that is of either of two characters
@example(("admiral", "balance"), 69167236, 9)  # a digit that fits as well one column on, with another drawing
def test_memory_never_changes_what_is_read(font, seed, kinds):
    rng = Random(seed)
    experienced = fresh(font)
    for i in range(60):
        line = random_line(experienced, rng, min(kinds, len(experienced.templates)))
        glyphs = experienced.read(line)
        if i >= 40:
            assert same(glyphs, fresh(font).read(line))
        assert same(glyphs, experienced.read(line))


@pytest.mark.parametrize("font", [f for f in FONTS if f[1] == "history"])
def test_touching_digits_met_before_are_pieced_together(font, monkeypatch):
    """In an order in which they were never seen."""
    atlas, rng = fresh(font), Random(1)
    digits = [next(t.ink for t in atlas.templates if t.char == c) for c in "02568"]

    def touching(n):
        margin = np.zeros((digits[0].shape[0], 3), np.uint8)
        return np.concatenate([margin, *rng.choices(digits, k=n), margin], axis=1)

    for _ in range(60):
        atlas.read(touching(4))
    lines = [touching(9) for _ in range(20)]
    expected = [fresh(font).read(line) for line in lines]
    read_anew = []
    whole = Atlas._read_runs
    monkeypatch.setattr(Atlas, "_read_runs", lambda self, *args: read_anew.append(args) or whole(self, *args))
    assert all(same(atlas.read(line), glyphs) for line, glyphs in zip(lines, expected, strict=True))
    assert len(read_anew) < 10


def random_ink(rng: Random, bank: Bank, inks, kind: str):
    """Three widths of ink: of glyphs side by side, or of anything."""
    rows, n = bank.rows, 3 * bank.widest
    if kind == "noise":
        return np.random.default_rng(rng.randrange(10**6)).integers(0, 256, (n, rows)).astype(np.uint8)
    if kind == "flat":
        return np.full((n, rows), rng.choice((0, 255)), np.uint8)
    return np.concatenate([rng.choice(inks).T for _ in range(n)])[:n]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FONTS), st.integers(0, 10**9), st.sampled_from(("glyphs", "noise", "flat")))
def test_what_a_few_columns_settle_no_other_column_changes(font, seed, kind):
    rng = Random(seed)
    templates = profile(font[0]).atlases[font[1]].templates
    inks = [t.ink for t in templates]
    bank = Bank([t.char for t in templates], inks)

    def look(ink):
        columns = Columns([ink.tobytes()], bank)
        match = bank.compare(columns, DIMMED)
        return columns, match, bank.best(match, 0.97)

    # The empty columns behind a run are as good as any.
    ink = np.pad(random_ink(rng, bank, inks, "glyphs"), ((0, bank.widest), (0, 0)))
    columns, match, best = look(ink)
    places = np.array(list(best), np.intp)
    counts = bank.settled_within(match.of(places), columns.energies[places], [glyph.template for glyph in best.values()])
    for (i, glyph), count in zip(best.items(), counts, strict=True):
        if count:
            behind = random_ink(rng, bank, inks, kind)
            _, _, changed = look(np.concatenate([ink[: i + count], behind]))
            assert changed[i].template == glyph.template
            assert changed[i].confidence == pytest.approx(glyph.confidence, abs=SAME)
