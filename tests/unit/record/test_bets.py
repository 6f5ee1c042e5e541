"""Bets on record: the newest state of each, their steps in order, and what is asked of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from aviator.core.bets import Mode, Outcome, OwnBet
from aviator.core.clock import ManualClock
from aviator.core.events import BetChanged, BetRequested, BetStepTaken, BettingBlocked, BettingFreed, Fact, PhaseChanged
from aviator.core.hash_chain import Head
from aviator.core.types import BookmakerId, Phase
from aviator.record.bets import (
    Numbered,
    Step,
    bets_since,
    blocks_in_force,
    called,
    last_bets,
    open_bets,
    own_bet,
    recent_bets,
    requested_bets,
    story,
    tallies,
)
from aviator.record.committer import Committer, insert_sql
from aviator.record.ingest import ingest_all
from aviator.record.row_chain import LIMITS
from aviator.record.rows import SHAPES, UNANSWERED, Record
from aviator.record.schema import betting_blocks, chain_heads, rejects
from aviator.record.store import SCRIPTS, Store, open_reader, open_store
from aviator.wire.codec import Parcel
from aviator.wire.spool import write_spool

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")
START = 1_700_000_000.25


def a_bet(request_id: str, outcome: Outcome | None = None, bookmaker: BookmakerId = A, **changes: object) -> BetChanged:
    """Wished at a time that its request's last figure tells."""
    at = 100.0 * int(request_id[-1])
    placed_at = at + 0.5 if outcome is Outcome.PLACED else None
    stake, auto = Decimal("20.00"), Decimal("2.20")
    bet = BetChanged(bookmaker, request_id, 1, None, stake, auto, Mode.LIVE, outcome, placed_at, None, None, "ladder", "", at)
    return replace(bet, **changes)  # type: ignore[arg-type]


def settled(request_id: str, payout: str, **changes: object) -> BetChanged:
    bet = a_bet(request_id, Outcome.PLACED, settled_at=100.0 * int(request_id[-1]) + 20, payout=Decimal(payout))
    return replace(bet, **changes)  # type: ignore[arg-type]


@pytest.fixture
def committer(store: Store) -> Iterator[Committer]:
    with closing(Committer(store, "local", ManualClock(), lambda: True)) as committer:
        yield committer


def commit(committer: Committer, *facts: Fact, start: float = START, first: int = 1) -> None:
    committer.commit([Record(start, seq, fact) for seq, fact in enumerate(facts, first)])


def numbers(found: list[Numbered]) -> list[int]:
    return [one.number for one in found]


def test_a_later_state_takes_the_place_of_the_earlier_one(store: Store, committer: Committer):
    commit(committer, a_bet("a-1"), a_bet("a-1", Outcome.UNCERTAIN), a_bet("a-1", Outcome.PLACED))
    commit(committer, settled("a-1", "44.00"), first=4)
    assert last_bets(store, 10) == [Numbered(1, settled("a-1", "44.00"))]


def test_a_wish_stands_there_until_something_is_told_of_it(store: Store, committer: Committer):
    wish = BetRequested(A, "a-1", 100.0, 1, Decimal("20.00"), Decimal("2.20"), 99.0, 104.0, "ladder", Mode.LIVE)
    engine, worker = START, START + 5
    commit(committer, wish, start=worker)
    assert recent_bets(store, A, 1) == [a_bet("a-1", reason=UNANSWERED)]
    commit(committer, a_bet("a-1"), start=engine)
    assert recent_bets(store, A, 1) == [a_bet("a-1")]
    commit(committer, wish, a_bet("a-2", Outcome.REFUSED), start=worker)
    commit(committer, replace(wish, request_id="a-2"), start=worker)
    assert recent_bets(store, A, 1) == [a_bet("a-1"), a_bet("a-2", Outcome.REFUSED)]


def test_bets_by_their_requests(store: Store, committer: Committer):
    commit(committer, a_bet("a-1"), a_bet("a-2"), a_bet("b-3", bookmaker=B))
    assert requested_bets(store, ["b-3", "a-1", "a-9"]) == [a_bet("a-1"), a_bet("b-3", bookmaker=B)]
    assert requested_bets(store, []) == []


def test_an_earlier_state_told_again_changes_nothing(store: Store, committer: Committer):
    commit(committer, settled("a-1", "44.00"), first=4)
    commit(committer, a_bet("a-1"), a_bet("a-1", Outcome.PLACED))
    commit(committer, a_bet("a-1", Outcome.UNCERTAIN), start=START - 60, first=99)
    assert [one.bet for one in last_bets(store, 10)] == [settled("a-1", "44.00")]


def test_the_next_engine_goes_on_with_a_bet(store: Store, committer: Committer):
    commit(committer, a_bet("a-1", Outcome.UNCERTAIN), first=4000)
    commit(committer, settled("a-1", "0.00"), start=START + 60)
    assert [one.bet for one in last_bets(store, 10)] == [settled("a-1", "0.00")]


def test_a_bet_that_cannot_be_kept_exactly_is_rejected_and_the_others_are_not(store: Store, committer: Committer):
    commit(committer, a_bet("a-1"), a_bet("a-1", stake=Decimal("20.005")), a_bet("a-2"), a_bet("a-1", Outcome.EXPIRED))
    assert [one.bet for one in last_bets(store, 10)] == [a_bet("a-1", Outcome.EXPIRED), a_bet("a-2")]
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(rejects.c.table_name, rejects.c.seq)).all() == [("bets", 2)]


def test_repeats_from_spools(store: Store, committer: Committer, tmp_path: Path):
    """A spool of the engine before, found by the next one after that has told more of the bet; and the same once more."""
    facts = [a_bet("a-1"), BetStepTaken(A, "a-1", 1, 100.1, "look", None, ""), a_bet("a-1", Outcome.UNCERTAIN)]
    commit(committer, *facts[:2])
    commit(committer, settled("a-1", "44.00"), start=START + 60)
    for _ in range(2):
        write_spool(tmp_path / "spool" / "a.spool", [Parcel(START, tuple(enumerate(facts, 1)))])
        assert ingest_all(tmp_path / "spool", committer.commit).events == 3
    assert [one.bet for one in last_bets(store, 10)] == [settled("a-1", "44.00")]
    assert len(story(store, last_bets(store, 1)[0]).steps) == 1


def test_blocks_and_their_ends(store: Store, committer: Committer):
    commit(committer, BettingBlocked(A, 1.0, "loss", "lost 100 today", 9.0), BettingFreed(A, 2.0, "loss"))
    columns = (betting_blocks.c[name] for name in ("bookmaker", "at", "blocked", "cause", "reason", "until"))
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(*columns)).all() == [
            (A, 1.0, 1, "loss", "lost 100 today", 9.0),
            (A, 2.0, 0, "loss", None, None),
        ]


def test_a_restart_ends_no_block(store: Store, committer: Committer):
    alarm, spent = BettingBlocked(A, 3.0, "difference", "12.00 lack", None), BettingBlocked(A, 4.0, "loss", "", 9.0)
    again = BettingBlocked(B, 6.0, "loss", "lost 100 today", 60.0)
    freed = BettingBlocked(B, 1.0, "difference", "", None), BettingFreed(B, 2.0, "difference")
    commit(committer, *freed, alarm, spent, BettingBlocked(B, 4.0, "loss", "", None), BettingFreed(B, 5.0, "loss"), again)
    assert blocks_in_force(store, 10.0) == [alarm, again]
    assert blocks_in_force(store, 8.0) == [alarm, spent, again]


def test_what_is_open(store: Store, committer: Committer):
    outcomes = (None, Outcome.PLACED, Outcome.UNCERTAIN, Outcome.REFUSED, Outcome.EXPIRED, Outcome.ROLLED_BACK)
    facts = [a_bet(f"a-{n}", outcome) for n, outcome in enumerate(outcomes, 1)]
    commit(committer, *facts, settled("a-7", "0.00"), a_bet("a-8", Outcome.UNCERTAIN, settled_at=850.0))
    assert open_bets(store) == facts[:3]


def test_recent_bets_of_a_panel_oldest_first(store: Store, committer: Committer):
    mine = [a_bet(f"a-{n}", Outcome.PLACED) for n in range(1, 6)]
    others = a_bet("b-1", bookmaker=B), a_bet("c-1", panel=2), a_bet("d-1", mode=Mode.PAPER)
    commit(committer, *mine, *others)
    commit(committer, settled("a-1", "44.00"), first=99)
    assert recent_bets(store, A, 1, 3, Mode.LIVE) == mine[2:]
    assert recent_bets(store, A, 1)[0] == settled("a-1", "44.00"), "as it stands now, where it stood from the first"
    assert [bet.request_id for bet in recent_bets(store, A, 1)] == [*(f"a-{n}" for n in range(1, 6)), "d-1"]
    assert recent_bets(store, B, 2) == []


def test_as_a_strategy_is_told_of_it():
    own = own_bet(settled("a-1", "44.00"))
    assert own == OwnBet("a-1", Decimal("20.00"), Decimal("2.20"), Outcome.PLACED, Decimal("44.00"), 100.0)
    assert own.won


def test_bets_since(store: Store, committer: Committer):
    late = settled("a-1", "44.00", settled_at=460.0)
    refused, paper = a_bet("a-6", Outcome.REFUSED), a_bet("a-7", mode=Mode.PAPER)
    commit(committer, late, settled("a-2", "0.00"), a_bet("a-5", Outcome.PLACED, requested_at=None), refused, paper)
    assert [bet.request_id for bet in bets_since(store, 400.0)] == ["a-1", "a-5", "a-6", "a-7"]
    assert bets_since(store, 600.0, Mode.LIVE) == [refused]


def test_tallies_keep_modes_and_open_stakes_apart(store: Store, committer: Committer):
    stakes = [Decimal("0.10"), Decimal("0.20")]
    facts = [settled(f"a-{n}", "0.30", stake=stake) for n, stake in enumerate(stakes, 1)]
    commit(
        committer, *facts, a_bet("a-3", Outcome.PLACED), a_bet("b-4", mode=Mode.PAPER, bookmaker=B), a_bet("a-5", Outcome.REFUSED)
    )
    by_kind = {(one.mode, one.outcome): one for one in tallies(store)}
    assert by_kind.keys() == {(Mode.LIVE, Outcome.PLACED), (Mode.LIVE, Outcome.REFUSED), (Mode.PAPER, None)}
    placed = by_kind[Mode.LIVE, Outcome.PLACED]
    assert (placed.count, placed.settled) == (3, 2)
    assert [str(x) for x in (placed.stakes, placed.settled_stakes, placed.payouts)] == ["20.30", "0.30", "0.60"]
    refused = by_kind[Mode.LIVE, Outcome.REFUSED]
    assert (refused.settled, str(refused.settled_stakes), str(refused.payouts)) == (0, "0.00", "0.00")
    assert [one.mode for one in tallies(store, B)] == [Mode.PAPER]


def test_what_a_person_calls_a_bet(store: Store, committer: Committer):
    names = ("admiral-1-17001", "admiral-2-17001", "admiral-1-17002", "soccer%1_17003")
    commit(committer, *(a_bet(name) for name in names))
    assert numbers(called(store, "3")) == [3], "by its number"
    assert numbers(called(store, "admiral-1-17002")) == [3]
    assert numbers(called(store, "admiral-2")) == [2], "by the beginning of its request"
    assert numbers(called(store, "1-17001")) == [1], "by its end"
    assert numbers(called(store, "17001")) == [1, 2]
    assert numbers(called(store, "admiral")) == [1, 2, 3]
    assert numbers(called(store, "admiral", 2)) == [1, 2]
    assert numbers(called(store, "soccer%")) == [4]
    assert [called(store, name) for name in ("%", "admiral_1", "9" * 30, "٣", "mozzart")] == [[]] * 5


def test_the_story_of_a_bet(store: Store, committer: Committer):
    def step(n: int, at: float, result: str | None, detail: str = "") -> BetStepTaken:
        return BetStepTaken(A, "a-1", n, at, f"intent {n}", result, detail)

    commit(
        committer, a_bet("a-1"), step(1, 100.0, None), step(1, 100.2, "done", "in place"), step(2, 100.3, None, "at 5,5"),
        BetStepTaken(A, "a-2", 1, 100.3, "another's", None, ""), step(3, 100.4, None), step(2, 100.5, "done"),
    )  # fmt: skip
    commit(committer, step(4, 200.0, "seen", "settled from the screen"), start=START + 60)
    told = story(store, last_bets(store, 1)[0])
    assert (told.number, told.bet) == (1, a_bet("a-1"))
    assert told.steps == (
        Step(1, 100.0, "intent 1", "done", "in place", 100.2),
        Step(2, 100.3, "intent 2", "done", "at 5,5", 100.5),
        Step(3, 100.4, "intent 3", None, "", None),
        Step(4, 200.0, "intent 4", "seen", "settled from the screen", 200.0),
    )


def test_the_statement_for_postgresql():
    """No such database is at hand: at least it is one of its own kind."""
    shape = SHAPES[BetChanged]
    engine = sa.create_mock_engine("postgresql+psycopg://", lambda *_, **__: None)
    sql = insert_sql(engine, shape.table, shape.columns, shape.replaces)  # type: ignore[arg-type]
    assert sql.count("%s") == len(shape.columns)
    assert "ON CONFLICT (site, request_id) DO UPDATE SET bookmaker = excluded.bookmaker, panel" in sql
    assert "OR excluded.worker_start = bets.worker_start AND excluded.seq > bets.seq" in sql


def at_version(url: str, version: str) -> Path:
    """A database as an earlier program made it."""
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    config, engine = Config(), sa.create_engine(url)
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    return path


def test_bets_of_an_earlier_version_are_kept_and_can_go_on(url: str):
    path = at_version(url, "0002")
    with closing(sqlite3.connect(path)) as old, old:
        old.execute(
            "INSERT INTO rounds (bookmaker, ended_at, multiplier, source, confidence) VALUES ('A', 9.5, '2.31', 'live', 1)"
        )
        for n in (1, 2):
            old.execute(
                "INSERT INTO bets (bookmaker, request_id, panel, stake, mode, outcome, placed_at) "
                "VALUES ('Admiral', ?, 1, '20.10', 'live', 'UNCERTAIN', ?)",
                (f"a-{n}", 100.0 * n),
            )
            old.execute(
                "INSERT INTO bet_steps (bookmaker, request_id, step, at, intent) VALUES ('Admiral', ?, 1, 100.1, 'click')",
                (f"a-{n}",),
            )
    store = open_store(url)
    with closing(Committer(store, "local", ManualClock(), lambda: True)) as committer:
        commit(committer, settled("a-1", "44.00"), BetStepTaken(A, "a-1", 2, 100.2, "look", "seen", ""))
    store.close()
    reader = open_reader(url)
    first, second = last_bets(reader, 10)
    assert first == Numbered(1, settled("a-1", "44.00"))
    assert (second.bet.stake, second.bet.outcome, second.bet.requested_at) == (Decimal("20.10"), Outcome.UNCERTAIN, None)
    assert [(s.intent, s.result) for s in story(reader, first).steps] == [("click", None), ("look", "seen")]
    with reader.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT bookmaker, multiplier FROM rounds").all() == [("A", 2.31)]
    reader.close()
    with closing(sqlite3.connect(path.with_name("aviator.db.version-0002"))) as copy:
        assert copy.execute("SELECT outcome FROM bets").fetchall() == [("UNCERTAIN",)] * 2


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.UNCERTAIN, Outcome.PLACED, None])
def test_a_settled_bet_stays_settled_whatever_is_told_later(store: Store, committer: Committer, outcome: Outcome | None):
    commit(committer, settled("a-1", "0.00"))
    commit(committer, a_bet("a-1", outcome), start=START + 1000)
    assert requested_bets(store, ["a-1"]) == [settled("a-1", "0.00")]
    commit(committer, settled("a-1", "44.00"), start=START + 2000)
    assert requested_bets(store, ["a-1"]) == [settled("a-1", "44.00")]


def test_bets_are_recorded_also_where_the_head_of_the_limits_was_written_first(store: Store, committer: Committer):
    committer.note_head(LIMITS, Head(3, "ab" * 32))
    commit(committer, PhaseChanged(A, 1.0, Phase.BETTING, Phase.PLAYING))
    commit(committer, a_bet("a-1"), first=2)
    assert requested_bets(store, ["a-1"]) == [a_bet("a-1")]
    with store.engine.connect() as connection:
        heads = dict(connection.execute(sa.select(chain_heads.c.chain, chain_heads.c.position)).all())
        assert connection.execute(sa.select(rejects.c.reason)).all() == []
    assert heads == {"limits": 3, "rows": 1, "bets": 0}
