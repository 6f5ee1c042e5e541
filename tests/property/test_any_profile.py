"""A profile that finds no fault with itself can be read by, whatever the window shows."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.see.painting import profile

from aviator.core.types import Field, Frame
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import FieldSpec, FontSpec

KNOWN = profile("admiral")
WINDOW = (120, 90)
SMALL = ("history", "balance")
"""Fonts of low lines, cut alike."""
LINE = KNOWN.atlases["history"].line

repeatable = settings(derandomize=True, deadline=None, max_examples=400)


@st.composite
def specs(draw, field: Field) -> FieldSpec:
    """Most of them possible."""
    known = KNOWN.fields[field]
    x, y, high = draw(st.integers(0, 40)), draw(st.integers(0, 40)), draw(st.sampled_from([12, 24, 50]))
    row_height = draw(st.sampled_from([0, 0, 12, 20]))
    rows = draw(st.lists(st.integers(0, max(0, high - row_height)), max_size=3)) if row_height else []
    spec = replace(
        known,
        box=(x, y, draw(st.one_of(st.integers(0, 3), st.integers(20, 80))), high),
        font=draw(st.sampled_from(SMALL)),
        inks=(replace(known.inks[0], by_columns=draw(st.booleans()), on_ground=draw(st.booleans())),),
        newest=draw(st.sampled_from(["", "left", "right", "top", "bottom"])),
        rows=tuple(rows),
        row_height=row_height,
        floats=draw(st.booleans()) and field is not Field.HISTORY,
    )
    return replace(spec, base=draw(st.integers(LINE.above, max(LINE.above, spec.slot - LINE.below))))


@st.composite
def profiles(draw):
    fields = {f: draw(specs(f)) for f in draw(st.sets(st.sampled_from([Field.SCORE, Field.HISTORY, Field.BALANCE]), min_size=1))}
    scores = tuple(draw(st.lists(specs(Field.SCORE), max_size=2))) if Field.SCORE in fields else ()
    phase = replace(KNOWN.phase, box=(0, 0, 20, 20))
    fonts = {name: FontSpec(KNOWN.atlases[name].line, 0, "", ()) for name in SMALL}
    return replace(KNOWN, window=WINDOW, fields=fields, buttons={}, phase=phase, scores=scores, fonts=fonts)


@repeatable
@given(profiles(), st.integers(0, 3))
def test_what_has_no_fault_can_be_read_by(known, seed):
    assume(not known.faults())
    extent = known.extent()
    rng = np.random.default_rng(seed)
    pixels = np.full((extent.h, extent.w, 4), 255, np.uint8)
    pixels[:, :, :3] = rng.integers(0, 256, (extent.h, extent.w, 3)) if seed else 0
    if seed > 1:
        pixels[rng.random(pixels.shape[:2]) < 0.7, :3] = 20
    reader = MultiRegionReader(known, (0, 0))
    reader.read(Frame(pixels, reader.rect, 0.0, 0.0))
