from decimal import Decimal
from pathlib import Path

import pytest

from aviator.core.clock import ManualClock
from aviator.core.events import Fact, GapFound, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.queries import Gap, PastRound, judged, last_gaps, last_rejects, last_rounds, summaries
from aviator.record.rows import Record
from aviator.record.store import Store, open_reader
from aviator.record.writer import Writer

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")


def write(store: Store, *events: Fact) -> None:
    folder = Path(str(store.engine.url.database)).parent
    writer = Writer(store, bookmakers=1, clock=ManualClock(), on_committed=lambda acks: None, spool_dir=folder / "spool")
    for seq, event in enumerate(events, 1):
        writer.put(Record(1.5, seq, event))
    writer.start()
    writer.stop()


def a_round(ended_at: float, multiplier: str, source: Source = Source.LIVE) -> RoundEnded:
    return RoundEnded(A, None, ended_at, Decimal(multiplier), None, None, None, source, 0.9)


@pytest.fixture
def filled(store: Store, url: str) -> Store:
    """Four rounds, a gap and a reject of Admiral, a gap of BalkanBet."""
    write(
        store,
        a_round(100.0, "1.00"),
        a_round(120.0, "2.00", Source.STRIP),
        a_round(160.0, "10.00"),
        a_round(140.0, "1.99"),
        a_round(180.0, "3.141"),
        GapFound(A, 10.0, 50.0, 3, "popup"),
        GapFound(B, 20.0, 50.0, 2, "hidden"),
    )
    return open_reader(url)


def test_summaries(filled: Store):
    admiral, balkan = summaries(filled)
    assert (admiral.bookmaker, admiral.rounds, admiral.from_strip) == (A, 4, 1)
    assert (admiral.first_at, admiral.last_at) == (100.0, 160.0)
    assert (admiral.gaps, admiral.rounds_missing, admiral.rejects) == (1, 3, 1)
    assert (balkan.bookmaker, balkan.rounds, balkan.gaps, balkan.first_at) == (B, 0, 1, None)
    filled.close()


def test_rounds_beside_the_law(filled: Store):
    admiral, balkan = judged(filled, A), judged(filled, B)
    assert [share.observed for share in admiral.shares] == [0.5, 0.25, 0.25, 0.0]
    assert [round(share.law, 4) for share in admiral.shares] == [0.485, 0.097, 0.0396, 0.0046]
    assert (admiral.rounds, admiral.timed) == (4, 1), "of the round from the strip the end is an estimate"
    assert (balkan.rounds, balkan.at_least_2.observed) == (0, 0.0)
    filled.close()


def test_a_gap_is_no_interval(store: Store, url: str):
    write(store, a_round(100.0, "1.50"), a_round(120.0, "2.00"), a_round(160.0, "1.20"), GapFound(A, 120.0, 150.0, 1, "popup"))
    reader = open_reader(url)
    assert judged(reader, A).timed == 1
    reader.close()


def test_last_rounds_newest_first(filled: Store):
    assert last_rounds(filled, A, 3) == [
        PastRound(Decimal("10.00"), 160.0, Source.LIVE),
        PastRound(Decimal("1.99"), 140.0, Source.LIVE),
        PastRound(Decimal("2.00"), 120.0, Source.STRIP),
    ]
    assert last_rounds(filled, B, 3) == []
    filled.close()


def test_gaps_and_rejects(filled: Store):
    assert last_gaps(filled, 10) == [Gap(B, 20.0, 50.0, 2, "hidden"), Gap(A, 10.0, 50.0, 3, "popup")]
    assert [(r.bookmaker, r.table_name, r.reason) for r in last_rejects(filled, 10)] == [
        (A, "rounds", "3.141 cannot be kept exactly to the cent.")
    ]
    filled.close()


def test_nothing_recorded_yet(store: Store):
    assert summaries(store) == []
