"""Two installations with one database: each takes up its own bets, blocks, rounds and gaps, and not those of the other."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

from aviator.core.bets import Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.events import BetChanged, BettingBlocked, Fact, GapFound, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.bets import bets_since, blocks_in_force, open_bets, recent_bets, requested_bets
from aviator.record.committer import Committer
from aviator.record.queries import last_gaps, last_rounds
from aviator.record.rows import Record
from aviator.record.safety import counted_bets, newest_start
from aviator.record.store import Store, open_store

A = BookmakerId("Admiral")
SITES = ("north", "south")


def facts_of(site: str, stake: str, multiplier: str) -> list[Fact]:
    bet = BetChanged(
        A, f"{site}-1", 1, None, Decimal(stake), None, Mode.LIVE, Outcome.PLACED, 100.5, None, None, "ladder", "", 100.0
    )
    ended = RoundEnded(A, 90.0, 99.0, Decimal(multiplier), None, None, None, Source.LIVE, 1.0)
    return [bet, BettingBlocked(A, 101.0, "difference", site, None), ended, GapFound(A, 10.0, 20.0, 1, site)]


def write(store: Store, site: str, start: float, facts: list[Fact]) -> None:
    with closing(Committer(store, site, ManualClock(), lambda: True)) as committer:
        committer.commit([Record(start, seq, fact) for seq, fact in enumerate(facts, 1)])


def test_an_engine_takes_up_what_its_own_site_recorded(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'aviator.db'}"
    for number, site in enumerate(SITES, 1):
        with closing(open_store(url, site)) as store:
            write(store, site, 1000.0 * number, facts_of(site, f"{number}0.00", f"{number}.50"))
    for number, site in enumerate(SITES, 1):
        with closing(open_store(url, site)) as store:
            own = [f"{site}-1"]
            asked = (
                open_bets(store),
                recent_bets(store, A, 1),
                requested_bets(store, [f"{name}-1" for name in SITES]),
                bets_since(store, 0.0, Mode.LIVE),
                counted_bets(store, Mode.LIVE),
            )
            assert [[bet.request_id for bet in bets] for bets in asked] == [own] * 5
            assert [block.reason for block in blocks_in_force(store, 200.0, Mode.LIVE)] == [site]
            assert [past.multiplier for past in last_rounds(store, A, 10)] == [Decimal(f"{number}.50")]
            assert [gap.reason for gap in last_gaps(store, 10)] == [site]
            assert newest_start(store) == 1000.0 * number
    with closing(open_store(url)) as store:
        assert len(open_bets(store)) == len(last_gaps(store, 10)) == len(last_rounds(store, A, 10)) == 2
