"""Whatever lies on the screen, looking at it raises nothing: a worker that falls over a picture falls over it again and again."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aviator.see.floating import ROWS, brought, digit_rows, settled
from aviator.see.ink import Ink

repeatable = settings(derandomize=True, deadline=None, max_examples=300)

inks = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=40))
pixels = arrays(
    np.uint8,
    st.tuples(st.integers(1, 30), st.integers(1, 40), st.just(4)),
    elements=st.sampled_from([0, 40, 61, 128, 255]),
)
colours = st.tuples(*[st.integers(0, 255)] * 3)


@repeatable
@given(inks)
def test_digits_are_found_or_not(ink):
    found = digit_rows(ink)
    assert found is None or 0 <= found[0] < found[1] <= ink.shape[0]


@repeatable
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 30))
def test_bars_of_any_heights_are_found_or_not(rows, width):
    ink = np.repeat(np.array(rows, np.uint8)[:, None] * 255, width, axis=1)
    found = digit_rows(ink)
    assert found is None or (rows[found[0]] and rows[found[1] - 1])
    assert found is not None or not any(all(rows[i : i + 7]) for i in range(len(rows) - 6))


@repeatable
@given(pixels, colours, st.integers(1, 255), st.booleans())
def test_a_text_is_brought_to_its_rows_or_is_none(picture, colour, span, on_ground):
    found = settled(picture, Ink(colour, span, on_ground))
    assert found is None or (found.shape[0] == ROWS and found.shape[1] >= 1)


@repeatable
@given(pixels, st.data())
def test_any_rows_are_brought_to_one_height(picture, data):
    top = data.draw(st.integers(0, picture.shape[0] - 1))
    low = data.draw(st.integers(top + 1, picture.shape[0]))
    small = brought(picture, top, low)
    assert small.shape[0] == ROWS
    assert small.dtype == np.uint8


@repeatable
@given(pixels, colours, st.integers(1, 255))
def test_values_on_pills_have_ink_or_none(picture, colour, span):
    ink = Ink(colour, span, on_ground=True, by_columns=True).of(picture)
    assert ink.shape == picture.shape[:2]
    assert ink.dtype == np.uint8
    assert not ink[0].any(), "a column's own ground is no ink"
