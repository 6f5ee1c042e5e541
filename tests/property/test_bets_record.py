"""States of bets, told by several starts of the engine, in any order, any batches, again and again, straight or by spool files:
each bet is on record once, as it was told last."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.core.bets import Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.record.bets import last_bets
from aviator.record.committer import Committer
from aviator.record.ingest import ingest_all
from aviator.record.rows import Record
from aviator.record.schema import rejects
from aviator.record.store import Store, open_store
from aviator.wire.codec import Parcel
from aviator.wire.spool import write_spool

REQUESTS = ("a-1", "a-2", "b-1")
MONEY = st.one_of(st.none(), st.decimals("0.00", "500.00", places=2))
NOT_EXACT = Decimal("1.005")


@st.composite
def states(draw: st.DrawFn) -> list[BetChanged]:
    """What one start of the engine tells, in its order; one in some cannot be kept."""
    told = []
    for request in draw(st.lists(st.sampled_from(REQUESTS), max_size=8)):
        stake = draw(st.sampled_from([Decimal("10.00"), Decimal("20.00"), Decimal("35.50"), NOT_EXACT]))
        outcome, mode = draw(st.sampled_from([None, *Outcome])), draw(st.sampled_from([Mode.PAPER, Mode.LIVE]))
        times = draw(st.tuples(*[st.one_of(st.none(), st.integers(1, 99).map(float))] * 4))
        bet = BetChanged(
            BookmakerId("Admiral"), request, 1, times[0], stake, draw(MONEY), mode, outcome, times[1], times[2], draw(MONEY),
            "ladder", draw(st.sampled_from(["", "too late"])), times[3],
        )  # fmt: skip
        told.append(bet)
    return told


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Record]]:
    """Everything told at least once, in batches."""
    starts = draw(st.lists(st.integers(1, 9).map(float), min_size=1, max_size=3, unique=True))
    records = [Record(start, seq, bet) for start in starts for seq, bet in enumerate(draw(states()), 1)]
    repeats = draw(st.lists(st.sampled_from(records), max_size=6)) if records else []
    mixed = draw(st.permutations(records + repeats))
    cuts = sorted({0, len(mixed), *draw(st.lists(st.integers(0, len(mixed)), max_size=4))})
    return [list(mixed[begin:end]) for begin, end in pairwise(cuts)]


@contextmanager
def a_record() -> Iterator[tuple[Store, Committer, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/aviator.db")
        with closing(store), closing(Committer(store, "local", ManualClock(), lambda: True)) as committer:
            yield store, committer, Path(folder)


def deliver(committer: Committer, batch: Sequence[Record], spools: Path | None) -> None:
    if spools is None:
        committer.commit(batch)
        return
    write_spool(spools / "engine.spool", (Parcel(start, ((seq, event),)) for start, seq, event in batch))
    ingest_all(spools, committer.commit)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(deliveries(), st.booleans()), min_size=8, max_size=8))
def test_each_bet_is_on_record_as_it_was_settled_or_told_last(cases: list[tuple[list[list[Record]], bool]]):
    with a_record() as (store, committer, folder):
        for batches, by_spool in cases:  # several on one database, for making one takes longer than all else
            for batch in batches:
                deliver(committer, batch, folder / "spool" if by_spool else None)
            records = sorted({(r.worker_start, r.seq): r for batch in batches for r in batch}.items())
            kept = [r.event for _, r in records if isinstance(r.event, BetChanged) and r.event.stake != NOT_EXACT]
            last = {bet.request_id: bet for bet in kept}
            last |= {bet.request_id: bet for bet in kept if bet.settled_at is not None}  # a settled bet stays settled
            assert {one.bet.request_id: one.bet for one in last_bets(store, 99)} == last
            assert len(last_bets(store, 99)) == len(last)
            with store.engine.begin() as connection:
                refused = connection.execute(sa.select(rejects.c.worker_start, rejects.c.seq)).all()
                assert sorted(refused) == [key for key, r in records if r.event.stake == NOT_EXACT]  # type: ignore[union-attr]
                for table in ("bets", "rejects"):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
