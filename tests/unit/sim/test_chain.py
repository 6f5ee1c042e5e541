"""The rounds' law, their repeatability, and the proof that they were fixed beforehand."""

import math
from decimal import Decimal

import pytest

from aviator.sim.chain import Chain, multiplier, verify

DRAWS = 100_000


@pytest.fixture(scope="module")
def draws() -> list[int]:
    """Many rounds, in hundredths."""
    chain = Chain("law", length=DRAWS)
    return [int(chain.next_round()[1] * 100) for _ in range(DRAWS)]


@pytest.mark.parametrize("at_least", [101, 120, 150, 200, 500, 1_000, 5_000, 10_000])
def test_probability_of_reaching_a_multiplier_is_097_over_it(draws: list[int], at_least: int) -> None:
    expected = 97 / at_least
    share = sum(x >= at_least for x in draws) / DRAWS
    assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / DRAWS)


def test_counts_per_band_fit_the_law(draws: list[int]) -> None:
    edges = [100, 101, 110, 130, 160, 200, 300, 500, 1_000, 2_000, 10_000]
    survival = [1.0, *(97 / edge for edge in edges[1:]), 0.0]
    chi_square = 0.0
    for low, high, above, below in zip(edges, [*edges[1:], 10**12], survival, survival[1:], strict=False):
        expected = (above - below) * DRAWS
        chi_square += (sum(low <= x < high for x in draws) - expected) ** 2 / expected
    assert chi_square < 29.6  # 10 degrees of freedom, p = 0.001


def test_there_is_no_round_below_one_and_no_upper_cut_off() -> None:
    assert multiplier(b"", "any") >= 1
    chain = Chain("high", length=50_000)
    assert max(chain.next_round()[1] for _ in range(50_000)) > 20_000


def test_the_same_seed_gives_the_same_rounds_and_another_seed_others() -> None:
    first, second, other = Chain("1/admiral"), Chain("1/admiral"), Chain("1/mozzart")
    rounds = [first.next_round() for _ in range(50)]
    assert rounds == [second.next_round() for _ in range(50)]
    assert rounds != [other.next_round() for _ in range(50)]


def test_revealed_hashes_lead_back_to_the_commitment() -> None:
    chain = Chain("proof", length=100)
    commitment = chain.commitment
    hashes = [chain.next_round()[0] for _ in range(100)]
    assert verify(commitment, hashes)
    assert not verify(commitment, [hashes[1], *hashes])
    assert not verify(commitment, [hashes[0], b"forged", *hashes[2:]])


def test_a_new_chain_follows_when_one_is_used_up() -> None:
    chain = Chain("long", length=3)
    rounds = [chain.next_round()[0] for _ in range(7)]
    assert len(set(rounds)) == 7


def test_multipliers_have_exactly_two_decimals() -> None:
    chain = Chain("cents", length=200)
    assert all(
        m == m.quantize(Decimal("0.01")) and m.as_tuple().exponent == -2 for _, m in (chain.next_round() for _ in range(200))
    )
