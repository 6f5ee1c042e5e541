"""The phase machine over random sights: legal moves only, no move by a stray frame, and an honest game read as it is."""

from itertools import accumulate, pairwise
from math import log
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.core.types import Phase
from aviator.see.phase import CONFIRM_FRAMES, DARK_S, LEGAL, LONGEST_S, LOST_S, SKIP_S, Change, PhaseMachine, Sight

START = 1_700_000_000.0
LONG_S = 2 * max(SKIP_S, LOST_S, DARK_S)
CYCLE = (Phase.BETTING, Phase.PLAYING, Phase.ENDED)

steps = st.lists(st.tuples(st.sampled_from(Sight), st.sampled_from([1 / 60, 0.1, 0.2, 0.7, 3.0, 40.0])), max_size=60)
paces = st.floats(0.25, 1.0)
rates = st.floats(5.0, 60.0)
game = st.sampled_from([Sight.WAITING, Sight.FLYING, Sight.ENDED])
stray = st.sampled_from([s for s in Sight if s is not Sight.FROZEN])
lost = st.sampled_from([Sight.NOTHING, Sight.FROZEN, Sight.DARK])
chance = st.integers(0, 2**32 - 1).map(Random)
repeatable = settings(derandomize=True, deadline=None)


def drive(machine: PhaseMachine, sights: list[tuple[float, Sight]]) -> list[Change]:
    return [change for at, sight in sights for change in machine.step(sight, at)]


def hold(sight: Sight, begin: float, seconds: float, hz: float) -> list[tuple[float, Sight]]:
    return [(begin + i / hz, sight) for i in range(max(CONFIRM_FRAMES, int(seconds * hz)) + 1)]


def drive_on(machine: PhaseMachine, sight: Sight, last: float, seconds: float, hz: float) -> float:
    """Hold `sight` right after the frame at `last`; returns when the next frame is due."""
    frames = hold(sight, last + 1 / hz, seconds, hz)
    drive(machine, frames)
    return frames[-1][0] + 1 / hz


def dated(sights: list[tuple[Sight, float]]) -> list[tuple[float, Sight]]:
    times = accumulate((gap for _, gap in sights), initial=START)
    return [(at, sight) for at, (sight, _) in zip(times, sights, strict=False)]


@repeatable
@given(steps, paces)
def test_only_legal_moves_that_follow_one_another(sights, pace):
    machine = PhaseMachine(pace)
    seen = dated(sights)
    changes = drive(machine, seen)
    assert all((c.before, c.after) in LEGAL for c in changes)
    assert [c.before for c in changes] == [Phase.UNKNOWN, *(c.after for c in changes)][: len(changes)]
    assert machine.phase is (changes[-1].after if changes else Phase.UNKNOWN)
    assert all(a.at <= b.at for a, b in pairwise(changes))
    assert {c.at for c in changes} <= {at for at, _ in seen}


@repeatable
@given(steps, st.sampled_from(Sight), stray, paces, rates)
def test_a_stray_frame_changes_nothing(sights, usual, stray, pace, hz):
    """But for a frozen one: that took its time to be called so."""
    machine = PhaseMachine(pace)
    seen = dated(sights)
    drive(machine, seen)
    at = drive_on(machine, usual, seen[-1][0] if seen else START, 7.0 * pace, hz)
    assert drive(machine, [(at, stray), *hold(usual, at + 1 / hz, 2.0 * pace, hz)]) == []


@repeatable
@given(chance, paces, rates)
def test_an_honest_game_is_read_as_it_is(rng: Random, pace, hz):
    """Flights from none at all to long ones; whatever phase it begins in; frames at any offset against the game."""
    life: list[tuple[Sight, float]] = []
    for _ in range(8):
        flight = 12 * log(rng.choice([1.0, 1.0, 1.01, 1.02, 1.05, 1.5, rng.uniform(1, 30)]))
        life += [
            (Sight.WAITING, rng.uniform(5, 7)),
            (Sight.FLYING, flight),
            (Sight.ENDED, rng.uniform(3, 4.5)),
            (Sight.DARK, rng.uniform(0, 2.4)),
        ]
    life = life[rng.randrange(4) :]
    ends = list(accumulate(seconds * pace for _, seconds in life))
    frames: list[tuple[float, Sight, int]] = []
    at, k = rng.uniform(0, 1 / hz), 0
    while at < ends[-1]:
        while at >= ends[k]:
            k += 1
        frames.append((START + at, life[k][0], k))
        at += 1 / hz
    changes = drive(PhaseMachine(pace), [(at, sight) for at, sight, _ in frames])

    # What two frames show, dated with the first of them; a flight that no two frames show begins where the end does.
    shown = [[f for f in frames if f[2] == k] for k in range(len(life))]
    expected: list[tuple[float, Phase]] = []
    for k, (sight, _) in enumerate(life):
        phase = {Sight.WAITING: Phase.BETTING, Sight.FLYING: Phase.PLAYING, Sight.ENDED: Phase.ENDED}.get(sight)
        if phase is None:
            continue
        if len(shown[k]) >= CONFIRM_FRAMES:
            expected.append((shown[k][0][0], phase))
        elif phase is Phase.PLAYING and expected:
            expected.append((shown[k + 1][0][0], phase))
        else:
            assert phase is Phase.PLAYING
    assert [(c.at, c.after) for c in changes] == expected
    phases = [c.after for c in changes]
    assert phases == [CYCLE[(CYCLE.index(phases[0]) + i) % 3] for i in range(len(phases))]


@repeatable
@given(game, lost, game, paces, rates, chance)
def test_a_lost_game_is_offline_and_comes_back(before, gone, after, pace, hz, rng: Random):
    machine = PhaseMachine(pace)
    begin = drive_on(machine, before, START, 2.0, hz)
    phase = machine.phase
    patience = {Sight.DARK: DARK_S, Sight.NOTHING: LOST_S, Sight.FROZEN: 0.0}[gone] * pace
    at, changes = begin, []
    while at - begin < patience:
        assert (changes, machine.phase) == ([], phase)
        changes = machine.step(gone, at)
        at += 1 / hz * rng.uniform(0.5, 1)
    changes += machine.step(gone, begin + patience + 0.01)
    assert [(c.before, c.after) for c in changes] == [(phase, Phase.OFFLINE)]
    frames = hold(gone, at + 1 / hz, LONG_S, hz)
    assert drive(machine, frames) == []
    at = frames[-1][0] + 1 / hz
    back = drive(machine, hold(after, at, 2.0, hz))
    assert [(c.at, c.before, c.after) for c in back] == [(at, Phase.OFFLINE, {
        Sight.WAITING: Phase.BETTING, Sight.FLYING: Phase.PLAYING, Sight.ENDED: Phase.ENDED,
    }[after])]  # fmt: skip


@repeatable
@given(st.sampled_from([(Sight.FLYING, Sight.WAITING), (Sight.ENDED, Sight.FLYING)]), paces, rates)
def test_a_skipped_phase_must_last_to_be_believed(pair, pace, hz):
    """From flight to betting, or from the end into flight: nothing was seen of the phase between."""
    usual, skipping = pair
    machine = PhaseMachine(pace)
    begin = drive_on(machine, usual, START, 2.0, hz)
    phase = machine.phase
    brief = [(at, s) for at, s in hold(skipping, begin, SKIP_S * pace, hz) if at - begin < SKIP_S * pace - 1e-6]
    assert drive(machine, brief) == []
    changes = drive(machine, hold(skipping, begin + len(brief) / hz, 5.0 * pace, hz))
    assert [c.before for c in changes] == [phase, changes[0].after]
    assert {c.at for c in changes} == {begin}


def test_frames_out_of_sight_are_no_frames_of_that_sight():
    """Two sights taking turns are never confirmed."""
    machine = PhaseMachine(1.0)
    sights = [Sight.WAITING, Sight.NOTHING, Sight.ENDED, Sight.DARK] * 50
    assert drive(machine, [(START + i / 10, s) for i, s in enumerate(sights)]) == []


def test_a_phase_that_never_ends_is_a_picture_that_stands_still():
    """It goes offline once, stays so while the picture stays, and comes back with the next sight."""
    for sight, phase, following in (
        (Sight.WAITING, Phase.BETTING, Sight.FLYING),
        (Sight.ENDED, Phase.ENDED, Sight.WAITING),
    ):
        machine = PhaseMachine(1.0)
        changes = drive(machine, hold(sight, START, 3 * LONGEST_S[phase], 10.0))
        assert [c.after for c in changes] == [phase, Phase.OFFLINE]
        assert changes[1].at - START == pytest.approx(LONGEST_S[phase], abs=0.3)
        assert len(drive(machine, hold(following, START + 1000.0, 1.0, 10.0))) == 1
