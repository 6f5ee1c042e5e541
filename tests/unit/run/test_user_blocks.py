"""Blocks of real money belong to the user: they hold in each data folder, and only what is meant to end them does."""

from pathlib import Path

import pytest

from aviator.core.bets import Mode
from aviator.core.clock import ManualClock
from aviator.core.config import LimitSettings
from aviator.core.events import BettingBlocked, BettingFreed, Fact
from aviator.core.hash_chain import locked
from aviator.core.types import BookmakerId
from aviator.run.accepted_limits import Moment
from aviator.run.consent import give_consent
from aviator.run.history_entries import Blocked
from aviator.run.limits_history import LimitsHistory, history_file
from aviator.run.user_blocks import UserBlocks, kept_in, merged

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")
NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def accepted() -> None:
    give_consent(LimitSettings(), Moment(NOW - 1e6))


def blocks(folder: Path, told: list[Fact] | None = None, at: float = NOW) -> UserBlocks:
    return UserBlocks(ManualClock(at), ([] if told is None else told).append, folder, [A, B])


def block(cause: str, until: float | None = None, bookmaker: BookmakerId = A) -> BettingBlocked:
    return BettingBlocked(bookmaker, NOW, cause, f"{cause} there", until, Mode.LIVE)


def freed(cause: str) -> BettingFreed:
    return BettingFreed(A, NOW, cause, Mode.LIVE)


def test_blocks_stand_in_the_history_until_they_end(tmp_path: Path) -> None:
    told: list[Fact] = []
    one = blocks(tmp_path / "one", told)
    facts = [block("limit", NOW + 60), block("difference"), block("difference", bookmaker=B), freed("difference")]
    for fact in facts:
        one(fact)
    assert told == facts
    one.look()
    again = blocks(tmp_path / "one")
    assert [b.cause for b in again.own(NOW + 30, Mode.LIVE)] == ["limit", "difference"]
    assert [(b.bookmaker, b.cause) for b in again.own(NOW + 61, Mode.LIVE)] == [(B, "difference")]
    assert again.elsewhere(NOW) == ()


@pytest.mark.parametrize("cause", ["cool_off", "difference", "uncertain"])
def test_a_block_holds_in_another_folder_until_its_own_engine_ends_it(tmp_path: Path, cause: str) -> None:
    one, two = blocks(tmp_path / "one"), blocks(tmp_path / "two")
    one(block(cause))
    one.look()
    two.look()
    assert f"{cause} there" in two.why_not(A, NOW)
    assert bool(two.why_not(B, NOW)) is (cause == "cool_off")
    assert two.own(NOW, Mode.LIVE) == []
    two(freed(cause))  # it ends its own one, of which there is none
    two.look()
    assert two.why_not(A, NOW)
    one(freed(cause))
    one.look()
    two.look()
    assert two.why_not(A, NOW) == ""


@pytest.mark.parametrize(("cause", "ends"), [("cool_off", False), ("difference", True), ("uncertain", True)])
def test_resume_ends_what_the_user_has_looked_at_and_no_pause(tmp_path: Path, cause: str, ends: bool) -> None:
    one, two = blocks(tmp_path / "one"), blocks(tmp_path / "two")
    one(block(cause, NOW + 60))
    one.look()
    two.look()
    two.resume(A)
    two.look()
    for later in (two, blocks(tmp_path / "three")):
        assert (later.why_not(A, NOW) == "") is ends
        assert later.why_not(A, NOW + 60) == ""


def test_of_several_blocks_with_one_cause_the_latest_end_counts() -> None:
    long, short, endless = block("cool_off", NOW + 7200), block("cool_off", NOW + 600), block("cool_off")
    assert merged([long, short]) == merged([short, long]) == [long]
    assert merged([long, endless]) == merged([endless, short]) == [endless]
    told = [Blocked(NOW, A, "cool_off", "", NOW + end) for end in (7200, 600)]
    LimitsHistory().tell(told, Moment(NOW))
    assert [one.until for one in kept_in(LimitsHistory().read())] == [NOW + 7200]


CHANGES = [(b"cool_off", b"cool_oFf"), (b"blocked", b"blocker"), (b"1700000060", b"1600000060"), (b"{", b"(")]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("by", ["resume", "accept"])
def test_a_broken_line_that_may_be_a_block_blocks_until_the_user_says_otherwise(tmp_path: Path, change, by: str) -> None:
    one = blocks(tmp_path / "one")
    one(block("cool_off", NOW + 60))
    one.look()
    lines = history_file().read_bytes().splitlines(keepends=True)
    history_file().write_bytes(b"".join([*lines[:-1], lines[-1].replace(*change)]))
    two = blocks(tmp_path / "two")
    assert "line 2 of the limits history is damaged" in two.why_not(A, NOW + 1e6)
    assert two.why_not(B, NOW)
    if by == "accept":
        give_consent(LimitSettings(), Moment(NOW))
    else:
        two.resume(A)
        two.resume(B)
    two.look()
    for later in (two, blocks(tmp_path / "three")):
        assert "cool_off there" in later.why_not(A, NOW), "the block itself is known by the head beside the history"
        assert later.why_not(A, NOW + 61) == later.why_not(B, NOW + 61) == ""


def test_a_removed_line_may_have_been_a_block(tmp_path: Path) -> None:
    one = blocks(tmp_path / "one")
    for cause in ("difference", "limit"):
        one(block(cause))
        one.look()
    lines = history_file().read_bytes().splitlines(keepends=True)
    history_file().write_bytes(b"".join([*lines[:1], *lines[2:]]))
    assert blocks(tmp_path / "two").why_not(A, NOW)


def test_a_broken_acceptance_is_no_block(tmp_path: Path) -> None:
    history_file().write_bytes(history_file().read_bytes().replace(b'"stake":20.0', b'"stake":21.0'))
    assert blocks(tmp_path / "one").why_not(A, NOW) == ""


def test_while_another_process_holds_the_history_nothing_hangs_and_nothing_is_bet(tmp_path: Path, caplog) -> None:
    told: list[Fact] = []
    one = blocks(tmp_path / "one", told)
    with locked(history_file()):
        one(block("difference"))
        assert told == [block("difference")]
        one.look()
        one.look()
        assert "another process holds its lock" in one.why_not(B, NOW)
    assert len(caplog.records) == 1
    one.look()
    assert one.why_not(B, NOW) == ""
    assert [b.cause for b in blocks(tmp_path / "one").own(NOW, Mode.LIVE)] == ["difference"]
