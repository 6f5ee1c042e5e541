import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.record.schema import phases, rounds
from aviator.record.store import Store
from aviator.record.verify import Verdict, verify

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")
TRUTH = ["1.50", "2.00", "2.00", "7.31", "1.00", "20123.45"]


def a_line(n: int, multiplier: str, bookmaker: str = A) -> dict[str, Any]:
    """Round n of the ledger: betting at 20 n, end at 20 n + 15."""
    return {
        "type": "round", "bookmaker": bookmaker, "round": n, "multiplier": multiplier, "betting_at": 20.0 * n,
        "started_at": 20.0 * n + 5, "ended_at": 20.0 * n + 15, "players": 9, "total_win": "10.00",
    }  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    lines = [a_line(n, multiplier) for n, multiplier in enumerate(TRUTH)]
    lines.insert(2, {"type": "click", "bookmaker": A, "x": 1, "y": 2, "target": "bet", "at": 44.0})
    lines.append(a_line(6, "3.00") | {"ended_at": None})
    path = tmp_path / "ledger.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"type":"round","bookm', encoding="utf-8")
    return path


def record(store: Store, *rows: tuple[float, str] | tuple[float, str, str], watched: tuple[float, float] = (-1.0, 500.0)) -> None:
    with store.engine.begin() as connection:
        for at in watched:
            connection.execute(sa.insert(phases).values(bookmaker=A, at=at, from_phase="UNKNOWN", to_phase="BETTING"))
        for at, multiplier, *source in rows:
            value = {"bookmaker": A, "ended_at": at, "multiplier": Decimal(multiplier), "confidence": 1.0}
            connection.execute(sa.insert(rounds).values(**value, source=source[0] if source else "live"))


def full(*, without: tuple[int, ...] = (), late_s: float = 0.1) -> list[tuple[float, str]]:
    return [(20.0 * n + 15 + late_s, multiplier) for n, multiplier in enumerate(TRUTH) if n not in without]


def test_all_recorded(store: Store, url: str, ledger: Path):
    record(store, *full())
    report = verify(ledger, url)
    assert report.by_bookmaker == {A: Verdict(happened=6, recorded=6, exact=6, blind_s=-1.0, worst_end_error_s=0.1)}
    assert report.total.flawless
    assert report.total.complete == 1.0


def test_missing_wrong_extra_and_from_the_strip(store: Store, url: str, ledger: Path):
    record(store, *full(without=(1, 3, 4)), (75.2, "7.37"), (85.0, "4.44"), (101.0, "1.00", "strip"))
    verdict = verify(ledger, url).total
    assert (verdict.happened, verdict.recorded, verdict.exact) == (6, 6, 4)
    assert (verdict.missing, verdict.wrong, verdict.extra, verdict.from_strip) == (1, 1, 1, 1)
    assert verdict.worst_end_error_s == 0.1
    assert not verdict.flawless
    assert round(verdict.complete, 4) == 0.6667


def test_a_lost_equal_neighbour_is_missed(store: Store, url: str, ledger: Path):
    record(store, *full(without=(2,)))
    verdict = verify(ledger, url).total
    assert (verdict.exact, verdict.missing, verdict.wrong, verdict.extra) == (5, 1, 0, 0)
    assert verdict.worst_end_error_s == 0.1


def test_only_the_time_of_watching_counts(store: Store, url: str, ledger: Path):
    """From 25 to 95.4: the rounds 2 and 3 lie inside; 1 began before, 4 ended too near to the end."""
    record(store, *full(late_s=0.0), watched=(25.0, 95.4))
    assert verify(ledger, url).total == Verdict(happened=2, recorded=2, exact=2, blind_s=25.0)


def test_a_row_at_the_edge_may_belong_to_a_round_outside(store: Store, url: str, ledger: Path):
    record(store, *full(), (17.5, "1.11"), (13.0, "1.23"))
    verdict = verify(ledger, url).total
    assert (verdict.recorded, verdict.extra) == (7, 1)


def test_a_bookmaker_that_was_never_seen(store: Store, url: str, ledger: Path):
    with ledger.open("r+", encoding="utf-8") as file:
        text = file.read()
        file.seek(0)
        file.write(json.dumps(a_line(0, "1.01", B)) + "\n" + text)
    record(store, *full())
    report = verify(ledger, url)
    assert report.by_bookmaker[B] == Verdict(happened=1, missing=1)
    assert (report.total.happened, report.total.missing) == (7, 1)


def test_watched_too_short(store: Store, url: str, ledger: Path):
    record(store, watched=(500.0, 501.0))
    verdict = verify(ledger, url).total
    assert verdict == Verdict(blind_s=500.0)
    assert not verdict.flawless
    assert verdict.complete == 0.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no ended round"),
        ('{"type":"bet"}\n', "holds no ended round"),
        ("hello\n", "line 1, is not a line of a ledger: 'hello'"),
        ('{"type":"bet"}\n[]\n', "line 2, is not"),
        ('{"type":"round","bookmaker":"A","ended_at":1,"betting_at":0,"multiplier":"x"}\n', "line 1, is not"),
    ],
)
def test_bad_ledgers(store: Store, url: str, tmp_path: Path, text: str, sentence: str):
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserMistake, match=sentence):
        verify(path, url)


def test_missing_files(url: str, ledger: Path, tmp_path: Path):
    with pytest.raises(UserMistake, match="There is no ledger"):
        verify(tmp_path / "none.jsonl", url)
    with pytest.raises(UserMistake, match="There is no database"):
        verify(ledger, url)
