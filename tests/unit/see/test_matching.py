"""How sure a match is beside the best other character."""

import pytest

from aviator.see.doubt import SURE
from aviator.see.matching import Candidate


@pytest.mark.parametrize(
    ("likeness", "rival"),
    [
        (0.953, 0.917),  # a 6 in a drawing that was never learned, as like an 8 as this, and to a 0
        (0.960, 0.930),
        (0.990, 0.985),
    ],
)
def test_a_flawed_match_with_a_rival_close_behind_is_in_doubt(likeness: float, rival: float) -> None:
    assert Candidate(0, likeness, rival).confidence < SURE


@pytest.mark.parametrize(("likeness", "rival"), [(0.953, 0.88), (0.99, 0.96), (1.0, 0.98)])
def test_a_match_that_leads_by_more_than_it_is_flawed_is_as_sure_as_it_is_alike(likeness: float, rival: float) -> None:
    assert Candidate(0, likeness, rival).confidence == likeness
