"""`aviator audit --verify`: each change in each store is found and named; what nobody changed passes."""

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.test_bets import AT, LOST, REFUSED, UNDER_WAY, WON, A, B
from tests.unit.cli.test_commands import called

from aviator.act.journal import Begun, Journal, Kind, recover
from aviator.core.bets import BetOrder
from aviator.core.clock import ManualClock
from aviator.core.config import LimitSettings, Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE
from aviator.core.events import BetChanged, BetStepTaken, BettingBlocked, BettingFreed, Fact
from aviator.core.hash_chain import read_chain
from aviator.decide.limit_day import LimitDay
from aviator.decide.limits import Worth
from aviator.record.committer import Committer
from aviator.record.row_chain import BETS, CHAINED, LIMITS
from aviator.record.rows import Record
from aviator.record.safety import limit_zone
from aviator.record.store import open_store
from aviator.run.accepted_limits import Moment
from aviator.run.consent import give_consent
from aviator.run.history_entries import Blocked, Freed
from aviator.run.limits_history import LimitsHistory, head_file, history_file, note_state_folder
from aviator.run.user_bets import UserBets
from aviator.run.user_bets_file import bets_file


def steps(request: str) -> list[BetStepTaken]:
    return [BetStepTaken(A, request, n, AT + n / 7, f"step {n}", "done", f"1{n}.50") for n in range(1, 4)]


FACTS: list[Fact] = [
    UNDER_WAY, *steps(UNDER_WAY.request_id), LOST, REFUSED,
    replace(WON, payout=None, settled_at=None), WON, *steps(WON.request_id),
    BettingBlocked(A, AT, "limit", "too much lost", AT + 60), BettingFreed(A, AT + 60, "limit"),
]  # fmt: skip


def commit(data_dir: Path, facts: list[Fact], start: float = 1.0) -> None:
    settings = replace(Settings(), data_dir=data_dir)
    store = open_store(settings.database_url)
    with closing(store):
        clock = ManualClock(AT)
        limit_zone(store, "local", "Europe/Belgrade", AT)
        committer = Committer(store, "local", clock, lambda: False, head_file(settings, real_money=False))
        committer.note_head(LIMITS, LimitsHistory().read().head)
        committer.note_head(BETS, read_chain(bets_file()).head)
        for seq in range(0, len(facts), 3):
            committer.commit([Record(start, seq + i + 1, fact) for i, fact in enumerate(facts[seq : seq + 3])])
        committer.close()


@pytest.fixture
def folder(data_dir: Path) -> Path:
    give_consent(LimitSettings(stake=5.0), Moment(AT))
    LimitsHistory().tell([Blocked(AT, "Admiral", "limit", "too much lost", AT + 60)], Moment(AT + 1))
    LimitsHistory().tell([Freed(AT, "Admiral", "limit")], Moment(AT + 61))
    shared = UserBets(ManualClock(AT), data_dir, lambda _: Worth(), {A: "RSD"})
    shared.begin(LimitDay("Europe/Belgrade"))
    shared.compare([fact for fact in FACTS if isinstance(fact, BetChanged)], lambda _: (), 0.0)
    commit(data_dir, FACTS)
    order = BetOrder(WON.request_id, A, 1, Decimal(10), Decimal(2), AT, AT + 5)
    with closing(Journal(data_dir / "journal" / "bets-live.jsonl")) as journal:
        for n in range(4):
            journal.write(Kind.BEGIN, f"{n}", Begun(order, AT, Decimal(1), Decimal(0)))
    return data_dir


def verified(folder: Path, capsys: Any) -> list[str]:
    """The places that are named."""
    code = called("audit", "--verify", "--data-dir", str(folder), "--json")
    told = json.loads(capsys.readouterr().out)
    assert code == (EXIT_CRASH if told["problems"] else EXIT_OK)
    assert told["intact"] is not bool(told["problems"])
    return [one["place"] for one in told["problems"]]


def test_what_nobody_changed_is_intact(folder: Path, capsys) -> None:
    assert verified(folder, capsys) == []
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_OK
    assert "Nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize("which", ["history", "bets", "journal", "head"])
def test_each_of_100_random_byte_changes_in_a_file_is_named_with_its_line(folder: Path, capsys, which) -> None:
    path = {
        "history": history_file(),
        "bets": bets_file(),
        "journal": folder / "journal" / "bets-live.jsonl",
        "head": head_file(replace(Settings(), data_dir=folder), real_money=False),
    }[which]
    good, chance = path.read_bytes(), random.Random(15)
    for _ in range(100):
        at = chance.randrange(len(good))
        changed = bytearray(good)
        changed[at] = chance.choice([b for b in range(256) if b != good[at]])
        path.write_bytes(changed)
        places = verified(folder, capsys)
        assert places, (at, good[at], changed[at])
        if which != "head":
            line = 1 + good[:at].count(10)
            assert places[0] == f"{path} line {line}", (at, good[at], changed[at])
    path.write_bytes(good)
    assert verified(folder, capsys) == []


def cells(database: Path) -> list[tuple[str, int, str]]:
    found = []
    with closing(sqlite3.connect(database)) as connection:
        for table in (*CHAINED, "audit_chain", "chain_heads"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            found += [(table, n, c) for (n,) in connection.execute(f"SELECT id FROM {table}") for c in columns]
    return found


def other(value: Any, chance: random.Random) -> Any:
    """The value with one character changed."""
    if value in (None, ""):
        return "x"
    text = str(value)
    at = chance.randrange(len(text))
    if isinstance(value, int | float):
        changed = value
        while changed == value:
            changed = type(value)(float(text[:at].rstrip(".-e") + str(chance.randrange(1, 10)) + text[at + 1 :].lstrip(".-e")))
        return changed
    return text[:at] + chance.choice([c for c in "abc0123 é" if c != text[at]]) + text[at + 1 :]


def test_each_of_100_random_changes_of_cells_in_the_database_is_named_with_its_row(folder: Path, capsys) -> None:
    database, chance = folder / "aviator.db", random.Random(15)
    places = cells(database)
    for table, number, column in chance.sample(places, min(100, len(places))):
        with closing(sqlite3.connect(database)) as connection:
            (good,) = connection.execute(f"SELECT {column} FROM {table} WHERE id = ?", (number,)).fetchone()
            bad = other(good, chance)
            try:
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (bad, number))
            except sqlite3.IntegrityError:
                continue
            connection.commit()
        named = verified(folder, capsys)
        now = bad if column == "id" else number
        assert {f"{table} row {number}", f"{table} row {now}"} & set(named), (table, number, column, good, bad, named)
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (good, now))
            connection.commit()
    assert verified(folder, capsys) == []


def run(folder: Path, *sql: str) -> None:
    with closing(sqlite3.connect(folder / "aviator.db")) as connection:
        for one in sql:
            connection.execute(one)
        connection.commit()


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("DELETE FROM bet_steps WHERE id = 2", "bet_steps row 2"),
        ("DELETE FROM bets WHERE id = 2", "bets row 2"),
        ("DELETE FROM betting_blocks WHERE id = 2", "betting_blocks row 2"),
        ("INSERT INTO bet_steps (bookmaker, request_id, step, at, intent) VALUES ('A', 'x', 1, 1, 'y')", "bet_steps row 7"),
        ("DELETE FROM audit_chain WHERE id = 3", "audit_chain row 4"),
        ("DELETE FROM chain_heads WHERE chain = 'rows'", "chain_heads"),
        ("DELETE FROM chain_heads WHERE chain = 'limits'", "chain_heads"),
        ("DELETE FROM chain_heads WHERE chain = 'bets'", "chain_heads"),
        ("UPDATE limit_days SET zone = 'Asia/Tokyo'", "limit_days row 1"),
        ("DELETE FROM limit_days", "limit_days row 1"),
        ("INSERT INTO limit_days (bookmaker, at, zone) VALUES ('all', 1, 'Asia/Tokyo')", "limit_days row 2"),
        ("UPDATE bets SET stake = stake + 0.001 WHERE id = 2", "bets row 2"),
    ],
)
def test_removed_and_inserted_rows_are_named(folder: Path, capsys, sql, place) -> None:
    run(folder, sql)
    assert place in verified(folder, capsys)


def test_rows_that_were_cut_off_with_their_chain_are_found_by_the_head_outside(folder: Path, capsys) -> None:
    database = folder / "aviator.db"
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(folder / "old.db")) as copy:
        old.backup(copy)
    commit(folder, steps("admiral-2-1700000000000"), start=2.0)
    assert verified(folder, capsys) == []
    for path in folder.glob("aviator.db*"):
        path.unlink()
    (folder / "old.db").rename(database)
    head = str(head_file(replace(Settings(), data_dir=folder), real_money=False))
    assert verified(folder, capsys) == [head]


def test_a_history_that_was_cut_off_is_found_by_the_head_in_the_database(folder: Path, capsys) -> None:
    path = history_file()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    named = [str(LimitsHistory().head_path), "the limits history"]
    assert verified(folder, capsys) == named
    path.unlink()
    assert verified(folder, capsys) == named


def test_a_bets_history_that_was_cut_off_is_found_by_the_head_in_the_database(folder: Path, capsys) -> None:
    path = bets_file()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert verified(folder, capsys) == ["the bets history"]
    path.unlink()
    assert verified(folder, capsys) == ["the bets history"]


def test_two_data_folders_with_one_history_the_older_head_is_a_remark(folder: Path, tmp_path: Path, capsys) -> None:
    LimitsHistory().tell([Blocked(AT, "BalkanBet", "limit", "too much lost", None)], Moment(AT + 70))
    commit(tmp_path / "second", FACTS)
    for data_dir in (folder, tmp_path / "second"):
        assert called("audit", "--verify", "--data-dir", str(data_dir)) == EXIT_OK
    assert "up to entry 3 of 4" in capsys.readouterr().out


def test_what_a_crash_cut_off_is_no_change(folder: Path, capsys) -> None:
    for path in (history_file(), folder / "journal" / "bets-live.jsonl"):
        data = path.read_bytes()
        path.write_bytes(data + data.splitlines(keepends=True)[-1][:70])
    assert verified(folder, capsys) == []
    assert read_chain(history_file()).torn == 70
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_OK
    assert "crash" in capsys.readouterr().out


def test_a_batch_that_comes_twice_adds_nothing_to_the_chain(folder: Path, capsys) -> None:
    with closing(sqlite3.connect(folder / "aviator.db")) as connection:
        before = connection.execute("SELECT count(*) FROM audit_chain").fetchone()
        commit(folder, FACTS)
        assert connection.execute("SELECT count(*) FROM audit_chain").fetchone() == before
    assert verified(folder, capsys) == []


def test_a_damaged_database_file_is_named(folder: Path, capsys) -> None:
    database = folder / "aviator.db"
    run(folder, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(database.read_bytes())
    for at in range(8192, len(data), 512):
        data[at : at + 100] = b"\xff" * 100
    database.write_bytes(data)
    assert verified(folder, capsys)


def test_a_database_from_before_the_chain_is_taken_into_it(tmp_path: Path, capsys) -> None:
    data_dir = tmp_path / "old"
    commit(data_dir, FACTS)
    run(data_dir, "DROP TABLE audit_chain", "DROP TABLE chain_heads", "UPDATE alembic_version SET version_num = '0004'")
    (data_dir / "chain-head.json").unlink()
    open_store(f"sqlite:///{data_dir}/aviator.db").close()
    assert verified(data_dir, capsys) == []
    commit(data_dir, steps("admiral-2-1700000000000"), start=2.0)
    run(data_dir, "UPDATE bet_steps SET intent = 'other' WHERE id = 1")
    assert verified(data_dir, capsys) == ["bet_steps row 1"]


def test_a_database_from_before_limit_days_were_chained_is_taken_into_it(folder: Path, capsys) -> None:
    """The head of the bets history was never written there: paper bets alone."""
    run(
        folder,
        *(f"DELETE FROM {table}" for table in ("bets", "bet_steps", "betting_blocks")),
        "DELETE FROM audit_chain",
        "DELETE FROM chain_heads",
        "UPDATE alembic_version SET version_num = '0005'",
    )
    (folder / "chain-head.json").unlink()
    open_store(f"sqlite:///{folder}/aviator.db").close()
    assert verified(folder, capsys) == []
    commit(folder, FACTS, start=2.0)
    assert verified(folder, capsys) == []
    run(folder, "UPDATE limit_days SET zone = 'Asia/Tokyo'")
    assert verified(folder, capsys) == ["limit_days row 1"]


def test_the_story_of_one_bet_still_works_and_nothing_at_all_is_a_mistake(folder: Path, capsys) -> None:
    assert called("audit", "1", "--data-dir", str(folder)) == EXIT_OK
    assert called("audit", "--data-dir", str(folder)) == 2
    assert "audit --verify" in capsys.readouterr().err


def test_bets_of_different_currencies_are_not_added_up(folder: Path, tmp_path: Path, capsys) -> None:
    config = tmp_path / "aviator.toml"
    commit(folder, [replace(WON, bookmaker=B, request_id="balkanbet-1-1")], start=3.0)
    windows = ((A, "TL", "EUR"), (B, "TC", "RSD"))
    tables = [f'[[bookmakers]]\nname = "{n}"\ncell = "{c}"\ncurrency = "{m}"\n' for n, c, m in windows]
    config.write_text(f'data_dir = "{folder}"\n' + "".join(tables))
    assert called("bets", "-c", str(config)) == EXIT_OK
    out = capsys.readouterr().out
    assert "live EUR: " in out
    assert "live RSD: 2 bets; staked 1,020.00" in out


def test_a_record_is_checked_with_the_state_it_was_written_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written_with = history_file().parent
    note_state_folder(replace(Settings(), data_dir=folder))
    monkeypatch.delenv("AVIATOR_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_OK
    assert str(written_with) in capsys.readouterr().out
    monkeypatch.setenv("AVIATOR_STATE", str(tmp_path / "another"))
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_CRASH
    assert str(written_with) not in capsys.readouterr().out


def begin(journal: Journal, number: int) -> None:
    order = BetOrder(f"{WON.request_id}-{number}", A, 1, Decimal(10), Decimal(2), AT, AT + 5)
    journal.write(Kind.BEGIN, order.request_id, Begun(order, AT, Decimal(1), Decimal(0)))


@pytest.mark.parametrize("left", [b"", b"torn"])
def test_a_journal_that_is_deleted_in_operation_is_reported_and_no_line_called_changed(folder: Path, capsys, left) -> None:
    path = folder / "journal" / "bets-live.jsonl"
    with closing(Journal(path)) as journal:
        begin(journal, 1)
        path.unlink()
        if left:
            path.write_bytes(path.read_bytes() if path.exists() else b'{"v":1,"crc"')
        for number in (2, 3):
            begin(journal, number)
    assert recover(path).damaged
    assert verified(folder, capsys) == []
    called("audit", "--verify", "--data-dir", str(folder))
    out = capsys.readouterr().out
    assert "stands for lines that were lost" in out
    assert ("cut off by a crash" in out) is bool(left)


def test_the_mark_of_a_deleted_journal_is_checked_like_each_other_line(folder: Path, capsys) -> None:
    path = folder / "journal" / "bets-live.jsonl"
    with closing(Journal(path)) as journal:
        path.unlink()
        begin(journal, 1)
    path.write_bytes(path.read_bytes().replace(b"miss", b"mist"))
    assert verified(folder, capsys) == [f"{path} line 1"]


@pytest.mark.parametrize("changed", [True, False])
def test_a_journal_that_was_tidied_says_of_its_gaps_what_they_were(folder: Path, capsys, monkeypatch, changed) -> None:
    path = folder / "journal" / "bets-live.jsonl"
    monkeypatch.setattr("aviator.act.journal.MAX_BYTES", 100)
    lines = path.read_bytes().splitlines(keepends=True)
    bad = lines[1].replace(b"admiral", b"admirax") if changed else lines[1][:60] + b"\n"
    path.write_bytes(b"".join([lines[0], bad, *lines[2:]]))
    assert bool(verified(folder, capsys)) is changed
    with closing(Journal(path)) as journal:
        journal.tidy()
    assert recover(path).damaged
    assert bool(verified(folder, capsys)) is changed


def test_a_database_of_an_older_version_is_no_change_but_one_that_was_set_back_is(
    folder: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(folder, "UPDATE alembic_version SET version_num = '0004'")
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_CRASH
    assert "is of version 0004" in capsys.readouterr().out
    older = tmp_path / "older"
    older.mkdir()
    with closing(open_store(f"sqlite:///{older}/aviator.db")):
        pass
    run(older, "UPDATE alembic_version SET version_num = '0004'")
    assert called("audit", "--verify", "--data-dir", str(older)) == EXIT_USER_MISTAKE
    said = capsys.readouterr()
    assert "start `aviator run` once" in said.err
    assert "changed" not in said.out


def test_a_lost_history_that_was_made_up_for_is_a_remark(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history_file().unlink()
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_CRASH
    capsys.readouterr()
    give_consent(LimitSettings(stake=500.0), Moment(AT + 100))
    commit(folder, [BettingBlocked(A, AT + 200, "limit", "too much lost", AT + 260)], 2.0)
    assert called("audit", "--verify", "--data-dir", str(folder)) == EXIT_OK
    assert "was lost before it" in capsys.readouterr().out
