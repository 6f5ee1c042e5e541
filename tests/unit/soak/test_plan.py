"""The soak's plan of faults: repeatable, bounded, and full enough to prove something."""

from itertools import pairwise

import pytest
from tools.soak.kinds import KINDS
from tools.soak.plan import CALM_GAME_S, CRASHES, CRASHES_WITHIN_S, LONG_S, WARM_UP_S, draw, summary

SIX = ("Admiral", "Mozzart", "BalkanBet", "Soccer", "Meridian", "MaxBet")
SEEDS = range(1, 21)


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    assert draw(3, 600, 4, SIX) == draw(3, 600, 4, SIX)
    assert draw(3, 600, 4, SIX) != draw(4, 600, 4, SIX)


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_minutes_hold_forty_faults_of_every_kind(seed: int) -> None:
    counts = summary(draw(seed, 600, 4, SIX))
    assert sum(counts.values()) >= 40
    assert set(counts) == set(KINDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_stay_within_the_run_and_leave_a_calm_end(seed: int) -> None:
    for fault in draw(seed, 600, 4, SIX):
        assert fault.at_s >= WARM_UP_S
        assert fault.end_s <= 600 - CALM_GAME_S / 4
        assert (fault.bookmaker is None) == KINDS[fault.kind].wide


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_suffers_two_of_his_own_faults_at_once(seed: int) -> None:
    faults = draw(seed, 600, 4, SIX)
    for name in (*SIX, None):
        own = [f for f in faults if f.bookmaker == name]
        assert all(one.end_s + 10 < next_one.at_s for one, next_one in pairwise(own))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_worker_is_ended_so_often_that_giving_up_would_be_right(seed: int) -> None:
    faults = draw(seed, 3600, 4, SIX)
    for name in SIX:
        crashes = [f.at_s for f in faults if f.bookmaker == name and KINDS[f.kind].crash]
        assert all(sum(at - CRASHES_WITHIN_S < other <= at for other in crashes) <= CRASHES for at in crashes)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_blind_spell_is_longer_than_a_strip_remembers(seed: int) -> None:
    long = [f for f in draw(seed, 600, 4, SIX) if f.for_s >= LONG_S[0] / 4]
    assert len(long) == 1
    assert KINDS[long[0].kind].blind


@pytest.mark.parametrize("seed", SEEDS)
def test_the_limits_are_lost_when_most_bets_have_been_made(seed: int) -> None:
    wide = [f for f in draw(seed, 600, 4, SIX) if f.bookmaker is None]
    assert wide[-1].kind == "limits_delete"


def test_only_the_kinds_asked_for_are_drawn() -> None:
    assert set(summary(draw(1, 300, 4, SIX, ("worker_kill", "lock")))) == {"worker_kill", "lock"}
    assert draw(1, 300, 4, SIX, ()) == []


def test_a_run_too_short_for_any_fault_has_none() -> None:
    assert draw(1, 20, 4, SIX) == []
