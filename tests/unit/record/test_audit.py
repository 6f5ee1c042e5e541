"""A record beside the law: a whole one passes, and what collectors do wrong is betrayed by its own sentence."""

import math
from pathlib import Path
from random import Random

import pytest

from aviator.record.audit import Audit, Completeness, IdCheck, SeenRound, audit, check_ids
from aviator.record.intervals import fit
from aviator.record.rounds_file import read_rounds
from aviator.sim.chain import Chain

A_S, GROWTH_S = 11.6, 12.0
AS_THE_LAW_SAYS = "as the law says, as far as {:,} rounds can tell"
REAL = Path(__file__).resolve().parents[4] / "shared" / "realdata" / "rounds"


def played(count: int, seed: str = "a whole day", jitter_s: float = 0.3) -> list[SeenRound]:
    """Rounds as they really happen, with ends as a good collector sees them."""
    chain, rng, at, out = Chain(seed), Random(seed), 1_700_000_000.0, []
    for _ in range(count):
        cents = int(chain.next_round()[1] * 100)
        at += A_S + GROWTH_S * math.log(cents / 100)
        out.append((cents, at + rng.uniform(0, jitter_s)))
    return out


def said(found: Audit, words: str) -> bool:
    return any(words in sentence for sentence in found.verdict())


def test_a_whole_record_is_as_the_law_says() -> None:
    found = audit(played(4000))
    assert found.verdict() == (AS_THE_LAW_SAYS.format(4000),)
    assert not found.alarming
    assert found.clock
    assert (found.clock.a_s, found.clock.growth_s) == (pytest.approx(A_S, abs=0.05), pytest.approx(GROWTH_S, abs=0.05))
    assert (found.clock.intervals, found.clock.fitting, found.clock.long) == (3999, 3999, 0)
    for share in found.shares:
        assert share.low <= share.observed <= share.high


def test_honest_records_hardly_ever_alarm() -> None:
    alarms = sum(audit(played(1000, seed=str(i))).alarming for i in range(60))
    assert alarms <= 2, "five figures of one in a thousand each"


def test_a_collector_that_waits_for_a_change_is_betrayed() -> None:
    """It loses equal neighbours, and, because it polls, half of the rounds that are over soon."""
    rounds = played(8000)
    rng = Random(2)
    lossy = [r for i, r in enumerate(rounds) if r[0] != rounds[i - 1][0] and not (r[0] <= 120 and rng.random() < 0.5)]
    found = audit(lossy)
    for words in ("too few 1.00x", "too few equal neighbours", "too many rounds reach 2x"):
        assert said(found, words), found.verdict()
    assert found.clock
    lost = len(rounds) - len(lossy)
    assert found.clock.rounds_missing == pytest.approx(lost, rel=0.15)
    assert said(found, f"about {found.clock.rounds_missing:,} rounds are missing")


@pytest.mark.parametrize(("every", "missing"), [(10, 400), (50, 80)])
def test_rounds_lost_at_random_show_in_the_intervals_alone(every: int, missing: int) -> None:
    """The multipliers of what is left follow the law: only the clock can tell."""
    found = audit([r for i, r in enumerate(played(4000)) if i % every])
    assert found.clock
    assert found.clock.long == pytest.approx(missing, abs=2)
    assert len(found.verdict()) == 1
    assert said(found, "rounds are missing")


def test_a_gap_that_the_record_owns_up_to_is_no_loss() -> None:
    rounds = played(2000)
    kept, gaps = rounds[:1], []
    for begin in range(1, 2000, 50):
        kept += rounds[begin : begin + 45]
        if begin + 50 < 2000:
            gaps.append((kept[-1][1] + 1, rounds[begin + 50][1] - 1))
    blind, owned = audit(kept), audit(kept, gaps)
    assert said(blind, "rounds are missing")
    assert owned.verdict() == (AS_THE_LAW_SAYS.format(len(kept)),)
    assert owned.clock
    assert owned.clock.long == 0


def test_a_night_without_the_collector_is_a_pause() -> None:
    rounds = played(1000)
    found = audit([(cents, at + 8 * 3600 * (i >= 500)) for i, (cents, at) in enumerate(rounds)])
    assert found.clock
    assert (found.clock.pauses, found.clock.long, found.clock.intervals) == (1, 0, 998)
    assert not found.alarming


def test_rounds_recorded_twice() -> None:
    doubled = [
        copy for cents, at in played(2000) for copy in ([(cents, at), (cents, at + 0.5)] if cents % 7 == 0 else [(cents, at)])
    ]
    found = audit(doubled)
    assert said(found, "too many equal neighbours")
    assert said(found, "no length of a round or two")


def test_unread_is_not_1_00() -> None:
    found = audit([(100 if i % 20 == 0 else cents, at) for i, (cents, at) in enumerate(played(3000))])
    assert said(found, "too many 1.00x")


def test_a_lost_decimal_point_is_another_spread() -> None:
    found = audit([(cents * 100 if i % 12 == 0 else cents, None) for i, (cents, _) in enumerate(played(3000))])
    assert said(found, "misread numbers") or said(found, "too many rounds reach 2x")
    assert found.chi_squared
    assert found.chi_squared.p < 1e-6


def test_times_that_were_made_up_are_not_believed() -> None:
    """Read from a history strip now and then, and spread evenly: no word about the clock, and none about lost rounds."""
    found = audit([(cents, 1_700_000_000 + 22.6 * i) for i, (cents, _) in enumerate(played(1500))])
    assert found.clock is None
    assert found.verdict()[0] == AS_THE_LAW_SAYS.format(1500)
    assert said(found, "its times do not depend on the multipliers")
    assert not found.alarming


def test_estimated_ends_are_left_out() -> None:
    rounds = [(cents, None if i % 3 == 0 else at) for i, (cents, at) in enumerate(played(600))]
    assert audit(rounds).timed == 199 + 1


@pytest.mark.parametrize("count", [0, 1, 2, 30, 99])
def test_no_claim_from_too_few(count: int) -> None:
    """Not even when they are as odd as can be."""
    found = audit([(100, None)] * count)
    assert found.verdict() == ("too few rounds to judge: 100 are the least",)
    assert not found.alarming


def test_any_pace_of_the_game() -> None:
    quick = fit([(cents, (A_S + GROWTH_S * math.log(cents / 100)) / 4) for cents, _ in played(300)])
    assert quick
    assert (quick.a_s, quick.growth_s, quick.long) == (pytest.approx(A_S / 4), pytest.approx(GROWTH_S / 4), 0)
    assert fit([]) is None
    assert fit([(150, 20.0)] * 100) is None, "one multiplier alone shows no growth"


needs_real_rounds = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real rounds are not there ({REAL})")


def real(name: str) -> Audit:
    (rounds,) = read_rounds(REAL / name).by_bookmaker.values()
    return audit(rounds)


@needs_real_rounds
@pytest.mark.parametrize("name", ["Admiral", "BalkanBet", "Merkur", "Soccer"])
def test_four_real_bookmakers_are_as_the_law_says(name: str) -> None:
    found = real(f"uvuruna_{name}.csv")
    assert found.verdict()[0] == AS_THE_LAW_SAYS.format(found.rounds)
    assert found.rounds > 1600


@needs_real_rounds
def test_a_real_polling_collector_is_betrayed() -> None:
    found = real("luisrx7_22bet_head.txt")
    for words in ("rounds are missing", "too few 1.00x", "too few equal neighbours", "too many rounds reach 2x"):
        assert said(found, words)
    assert found.clock
    assert (found.clock.a_s, found.clock.growth_s) == (pytest.approx(10.6, abs=0.1), pytest.approx(12, abs=0.1))


@needs_real_rounds
def test_a_real_reader_that_stands_still_is_betrayed() -> None:
    assert said(real("pavankalyan_multiplier_reader_AviatorRound_rows.csv"), "too many equal neighbours")


@needs_real_rounds
def test_a_provably_fair_chain_passes() -> None:
    assert real("roobet_hash_chain_20000.csv").verdict() == (AS_THE_LAW_SAYS.format(20_000),)
    assert not real("algopert_bcgame_input.csv").alarming


def of_99(count: int) -> list[SeenRound]:
    """A whole record of a game that returns 99 %."""
    rng, at, out = Random(1), 1_700_000_000.0, []
    for _ in range(count):
        cents = max(100, int(99 / (1 - rng.random())))
        at += A_S + GROWTH_S * math.log(cents / 100)
        out.append((cents, at))
    return out


def test_a_whole_record_of_a_99_percent_game_follows_another_law() -> None:
    """Its ids and intervals show that no round is missing, so nobody is accused, with a law named or without."""
    rounds = of_99(3000)
    found = audit(rounds, ids=range(2_537_203, 2_537_203 + 3000))
    assert found.completeness is Completeness.WHOLE
    assert not found.alarming
    assert said(found, "another law than 97%")
    assert found.returned
    assert found.returned.low < 0.99 < found.returned.high
    named = audit(rounds, given=0.97)
    assert said(named, "another law")
    assert not said(named, "the collector may miss")
    assert audit(rounds, given=0.99).verdict() == (AS_THE_LAW_SAYS.format(3000),)


def test_without_times_and_ids_a_99_percent_game_is_not_accused() -> None:
    rounds = [(cents, None) for cents, _ in of_99(3000)]
    assert not said(audit(rounds), "miss")
    assert said(audit(rounds, given=0.97), "the collector may miss them"), "the user named the law"


def test_an_instant_bust_of_1_in_101_is_another_law() -> None:
    rng = Random(3)
    drawn = (0.0 if rng.random() < 1 / 101 else rng.random() for _ in range(40_000))
    found = audit([(100 if u == 0 else int((100 - u) / (1 - u)), None) for u in drawn])
    assert not said(found, "the collector may miss")
    assert said(found, "another law")


def test_missing_ids_are_missing_rounds() -> None:
    rounds = [(cents, None) for cents, _ in played(1000)]
    kept = [i for i in range(1000) if i % 10]
    found = audit([rounds[i] for i in kept], ids=kept)
    assert found.completeness is Completeness.MISSING
    assert said(found, "99 rounds are missing: their numbers do not appear")


def test_ids_that_do_not_count_rounds_say_nothing() -> None:
    rng = Random(4)
    assert check_ids([rng.randrange(10**9) for _ in range(500)]) is None
    assert check_ids(range(0, 1000, 3)) == IdCheck(3, 0), "a number for each of three games"
    assert check_ids(range(10)) is None
    shared = [2 * i + (rng.random() < 0.2) for i in range(500) if i % 50]
    assert check_ids(shared) is None, "two bookmakers' rows in one table"
