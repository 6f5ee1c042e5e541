"""Spool files into a real database: all of them, once, in any state; what is not whole is kept and told."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from aviator.core.clock import ManualClock
from aviator.core.events import RoundEnded, StopWorker
from aviator.core.types import BookmakerId, Source
from aviator.record import schema
from aviator.record.committer import Committer, NotWritten
from aviator.record.ingest import Ingested, ingest, ingest_all
from aviator.record.rows import Record
from aviator.record.store import Store
from aviator.wire.codec import Parcel
from aviator.wire.spool import write_spool

A = BookmakerId("Admiral")
START = 1_700_000_000.25


def parcel(seq: int, start: float = START) -> Parcel:
    event = RoundEnded(A, seq * 20.0, seq * 20.0 + 9, Decimal("2.31"), 91, 355, None, Source.LIVE, 0.98)
    return Parcel(start, ((seq, event),))


def seqs(store: Store) -> list[int]:
    with store.engine.connect() as connection:
        return list(connection.scalars(sa.select(schema.rounds.c.seq).order_by(schema.rounds.c.id)))


@pytest.fixture
def committer(store: Store) -> Iterator[Committer]:
    with closing(Committer(store, "local", ManualClock(), lambda: True)) as committer:
        yield committer


@pytest.fixture
def spools(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def test_all_files_oldest_first_and_then_none(store: Store, committer: Committer, spools: Path):
    for name, age_s, numbers in (("b", 30, (1, 2)), ("a", 20, (2, 3)), ("c", 10, (4,))):
        path = spools / f"{name}.spool"
        write_spool(path, map(parcel, numbers))
        at = path.stat().st_mtime - age_s
        os.utime(path, (at, at))
    (spools / "c.spool").rename(spools / "c.spool.part")
    assert ingest_all(spools, committer.commit) == Ingested(3, 5)
    assert seqs(store) == [1, 2, 3, 4], "in order, and what is told twice only once"
    assert list(spools.iterdir()) == []


def test_no_folder_is_nothing_to_do(committer: Committer, spools: Path):
    assert ingest_all(spools, committer.commit) == Ingested()


def test_a_file_stays_until_all_of_it_is_committed(store: Store, committer: Committer, spools: Path):
    path = spools / "a.spool"
    write_spool(path, map(parcel, range(1, 1201)))

    def commit(records: Sequence[Record]) -> None:
        if records[0].seq > 1000:
            raise NotWritten("The database takes nothing.")
        committer.commit(records)

    with pytest.raises(NotWritten):
        ingest(path, commit)
    assert path.exists()
    assert len(seqs(store)) == 1000
    assert ingest(path, committer.commit) == 1200
    assert seqs(store) == list(range(1, 1201))
    assert not path.exists()


def test_a_damaged_file_gives_what_it_has_and_is_kept(
    store: Store, committer: Committer, spools: Path, caplog: pytest.LogCaptureFixture
):
    path = spools / "a.spool"
    for _ in range(2):  # twice, for two files of one name must both be kept
        write_spool(path, map(parcel, range(1, 5)))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content[:-3])
        ingest(path, committer.commit)
    assert seqs(store) in ([1, 2], [1, 3])
    assert sorted(kept.name for kept in (spools / "damaged").iterdir()) == ["a.spool", "a.spool.2"]
    assert (spools / "damaged" / "a.spool").read_bytes() == content[:-3]
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(said) == 2
    assert "is damaged: 2 records" in said[0]
    assert "a torn end" in said[0]


def test_what_is_no_spool_stops_nobody(store: Store, committer: Committer, spools: Path, caplog: pytest.LogCaptureFixture):
    write_spool(spools / "b.spool", [parcel(1)])
    (spools / "a.spool").write_bytes(b"something else")
    assert ingest_all(spools, committer.commit).events == 1
    assert seqs(store) == [1]
    assert [p.name for p in (spools / "damaged").iterdir()] == ["a.spool"]
    assert f"{spools / 'a.spool'} is no spool of AVIATOR." in caplog.text


def test_only_numbered_facts_are_taken(store: Store, committer: Committer, spools: Path):
    round_, other = parcel(1).items[0][1], parcel(2).items[0][1]
    write_spool(spools / "a.spool", [Parcel(START, ((1, round_), (0, other), (3, StopWorker())))])
    assert ingest_all(spools, committer.commit).events == 1
    assert seqs(store) == [1]


@pytest.mark.parametrize("seq", [2**63, 2**64 - 1, -1])
def test_a_record_with_an_impossible_number_is_set_aside(
    store: Store, committer: Committer, spools: Path, caplog: pytest.LogCaptureFixture, seq: int
):
    event = parcel(1).items[0][1]
    write_spool(spools / "a.spool", [parcel(1), Parcel(1.0, ((seq, event),)), parcel(2)])
    assert ingest_all(spools, committer.commit).events == 2
    assert seqs(store) == [1, 2]
    assert [p.name for p in (spools / "damaged").iterdir()] == ["a.spool"]
    assert "is damaged" in caplog.text
