"""Betting as it is put together for a mode: what it takes up from an earlier life, and what it heeds of what the user accepts
meanwhile."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from unittest.mock import Mock, patch

import pytest

from aviator.act.journal import Begun, Clicked, Journal, Kind
from aviator.act.recording import RecordingHands
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.config import BetSettings, BookmakerSettings, LimitSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged, BetRequested, BettingBlocked, EarningNoted, Fact, GapFound, RoundEnded, ScreenRead
from aviator.core.types import BookmakerId, Phase, Rect, Source
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.store import open_store
from aviator.run import hands
from aviator.run.accepted_limits import Moment
from aviator.run.betting import Voices
from aviator.run.consent import give_consent
from aviator.run.history_entries import Blocked
from aviator.run.jobs import Target
from aviator.run.limits_history import LimitsHistory, history_file

A = BookmakerId("Admiral")
LIMITS = LimitSettings(stake=10.0)
LOWER = replace(LIMITS, stake=5.0)
CLOCK = ManualClock()
TARGET = Target(A, Rect(0, 0, 100, 100), Path("admiral.toml"), 12.0)
ORDER = BetOrder("a-1", A, 1, Decimal(10), Decimal(2), CLOCK.now(), CLOCK.now() + 5)


@contextmanager
def made(
    data_dir: Path, mode: str, *, play_money: bool = False, record: Sequence[Fact] = (), told: list[Fact] | None = None
) -> Iterator[hands.Betting]:
    """Put together with these facts on record; what it tells goes to `told`."""
    settings = Settings(data_dir, bet=BetSettings(mode), limits=LIMITS, bookmakers=(BookmakerSettings(A),))
    voices = Voices([].append if told is None else told.append, lambda *_: True)
    kit = hands.Kit(RecordingHands(CLOCK), {})
    with closing(open_store(settings.database_url)) as store, patch.object(hands, "_live", lambda *_: kit):
        with closing(Committer(store, "local", CLOCK, lambda: False)) as committer:
            committer.commit([Record(1.0, seq, fact) for seq, fact in enumerate(record, 1)])
        betting = hands.betting(settings, [TARGET], store, voices, CLOCK, play_money)
    assert betting is not None
    try:
        yield betting
    finally:
        betting.stop()


def a_bet(number: int, outcome: Outcome | None = Outcome.PLACED, **changes: object) -> BetChanged:
    """One of an hour each, the last ones long ago."""
    at = CLOCK.now() - 1e6 + 3600 * number
    bet = BetChanged(A, f"a-{number}", 1, None, Decimal(10), Decimal(2), Mode.PAPER, outcome, at, at + 9, Decimal(0), "", "", at)
    return replace(bet, **changes)  # type: ignore[arg-type]


def begun(data_dir: Path, bet: BetChanged, *, ended: bool = True) -> None:
    """The journal knows of this bet."""
    with closing(Journal(data_dir / "journal" / "bets-paper.jsonl")) as journal:
        order = replace(ORDER, request_id=bet.request_id)
        journal.write(Kind.BEGIN, bet.request_id, Begun(order, bet.requested_at or 0.0, Decimal(1), Decimal(0)))
        if ended:
            journal.write(Kind.OUTCOME, bet.request_id, replace(bet, settled_at=None, payout=None), owes=False)


def test_bets_of_long_ago_that_are_on_record_are_not_told_again(data_dir: Path) -> None:
    past, told = [a_bet(number) for number in range(130)], []
    for bet in past:
        begun(data_dir, bet)
    with made(data_dir, "paper", record=past, told=told) as betting:
        assert told == []
        assert betting.desk.gate(ORDER) is None


def test_an_end_that_only_the_journal_knows_is_told(data_dir: Path) -> None:
    told: list[Fact] = []
    begun(data_dir, a_bet(1))
    begun(data_dir, replace(a_bet(2), bookmaker=BookmakerId("gone")))
    with made(data_dir, "paper", record=[a_bet(1, None, placed_at=None)], told=told) as betting:
        assert told == [a_bet(1, settled_at=None, payout=None)]
        assert betting.desk.recent(A)[0] == tuple(told)


def wish(number: int, bookmaker: str = A) -> BetRequested:
    at = a_bet(number).requested_at or 0.0
    return BetRequested(BookmakerId(bookmaker), f"a-{number}", at, 1, Decimal(10), Decimal(2), at, at + 5, "", Mode.PAPER)


def test_a_wish_that_hands_had_not_begun_when_the_engine_died_has_expired(data_dir: Path) -> None:
    told: list[Fact] = []
    begun(data_dir, a_bet(3), ended=False)
    lost = a_bet(4, None, settled_at=None, payout=None)
    record = [wish(1), wish(2), a_bet(2), wish(3), lost, replace(wish(5), bookmaker=BookmakerId("gone"))]
    with made(data_dir, "paper", record=record, told=told) as betting:
        over = "the program ended before it was begun"
        expired = a_bet(1, Outcome.EXPIRED, reason=over, placed_at=None, settled_at=None, payout=None)
        reason = "it was begun, but the journal does not have it: whether it was clicked is not known"
        assert told[:2] == [expired, replace(lost, outcome=Outcome.UNCERTAIN, reason=reason)]
        assert [type(fact) for fact in told[2:]] == [BettingBlocked]
        assert betting.desk.recent(A)[0][0] == expired


@pytest.mark.parametrize("state", ["damaged", "removed", "emptied", "click of an unknown bet"])
def test_a_bet_that_a_damaged_journal_may_have_lost_is_uncertain_and_blocks(data_dir: Path, state: str) -> None:
    path = data_dir / "journal" / "bets-paper.jsonl"
    begun(data_dir, a_bet(1), ended=False)
    if state == "removed":
        path.unlink()
    elif state == "emptied":
        os.truncate(path, 0)
    else:
        path.write_bytes(path.read_bytes().replace(b"begin", b"bezin"))
    if state == "click of an unknown bet":
        with closing(Journal(path)) as journal:
            journal.write(Kind.CLICK, "a-1", Clicked(CLOCK.now(), Decimal(100)))
    told: list[Fact] = []
    with made(data_dir, "paper", record=[wish(1)], told=told) as betting:
        bets = [fact for fact in told if isinstance(fact, BetChanged)]
        assert [(bet.request_id, bet.outcome) for bet in bets] == [("a-1", Outcome.UNCERTAIN)]
        assert betting.desk.gate(ORDER) is not None


def test_an_outcome_whose_beginning_is_damaged_is_told_to_the_record(data_dir: Path) -> None:
    path = data_dir / "journal" / "bets-paper.jsonl"
    begun(data_dir, a_bet(1))
    path.write_bytes(path.read_bytes().replace(b"begin", b"bezin"))
    told: list[Fact] = []
    with made(data_dir, "paper", record=[wish(1)], told=told):
        assert told == [a_bet(1, settled_at=None, payout=None)]


@pytest.mark.parametrize("fault", ["a folder", "an error of the disk", "no access to its folder"])
def test_without_its_journal_nothing_is_bet(data_dir: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    path = data_dir / "journal" / "bets-paper.jsonl"
    if fault == "a folder":
        path.mkdir(parents=True)
    elif fault == "an error of the disk":
        begun(data_dir, a_bet(1))
        monkeypatch.setattr(Path, "read_bytes", Mock(side_effect=OSError(errno.EIO, "Input/output error")))
    else:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.write_text("a file")
    sentence = r"^The journal of bets \S+ cannot be (read|written) .*: no bet is placed without it\.$"
    with pytest.raises(UserMistake, match=sentence), made(data_dir, "paper"):
        pass


def test_limits_accepted_meanwhile_hold_in_a_running_engine(data_dir: Path) -> None:
    give_consent(LIMITS, Moment(CLOCK.now()))
    with made(data_dir, "live") as betting:
        betting.look()
        assert betting.desk.gate(ORDER) is None
        give_consent(LOWER, Moment(CLOCK.now()))
        betting.look()
        assert "the limit is 5" in (betting.desk.gate(ORDER) or "")
        history_file().write_text("")
        betting.look()
        assert betting.desk.status().limits == LOWER


@pytest.mark.parametrize(("mode", "play_money"), [("paper", False), ("live", True)])
def test_of_money_that_is_nobodys_the_settings_alone_speak(data_dir: Path, mode: str, play_money: bool) -> None:
    with made(data_dir, mode, play_money=play_money) as betting:
        give_consent(LOWER, Moment(CLOCK.now()))
        betting.look()
        assert betting.desk.status().limits == LIMITS


def test_real_money_needs_the_users_word(data_dir: Path) -> None:
    with pytest.raises(UserMistake, match="aviator accept"), made(data_dir, "live"):
        pass


def test_a_block_belongs_to_the_user_and_holds_in_another_data_folder(data_dir: Path, tmp_path: Path) -> None:
    now = Moment(CLOCK.now())
    give_consent(LIMITS, now)
    LimitsHistory().tell([Blocked(now.at, A, "cool_off", "a pause after a limit was reached", now.at + 3600)], now)
    with made(data_dir, "live") as betting:
        assert "pause" in (betting.desk.gate(ORDER) or "")
    with made(tmp_path / "another", "paper") as betting:
        assert betting.desk.gate(ORDER) is None


def test_the_longer_pause_of_the_user_outlives_the_shorter_one_of_this_folder(data_dir: Path) -> None:
    now = Moment(CLOCK.now())
    give_consent(LIMITS, now)
    LimitsHistory().tell([Blocked(now.at, A, "cool_off", "two hours", now.at + 7200)], now)
    short = BettingBlocked(A, now.at - 3000, "cool_off", "an hour", now.at + 600, Mode.LIVE)
    with made(data_dir, "live", record=[short]) as betting:
        assert [block.until for block in betting.desk.status().blocks] == [now.at + 7200]


def test_a_bet_of_unknown_outcome_in_another_folder_blocks_until_the_user_resumes(data_dir: Path, tmp_path: Path) -> None:
    give_consent(LIMITS, Moment(CLOCK.now()))
    at = CLOCK.now() - 60
    doubt = a_bet(1, Outcome.UNCERTAIN, mode=Mode.LIVE, requested_at=at, placed_at=at, settled_at=None, payout=None)
    with made(data_dir, "live", record=[doubt]) as betting:
        assert "is not known" in (betting.desk.gate(ORDER) or "")
    for _ in range(2):
        with made(tmp_path / "another", "live") as betting:
            assert "is not known" in (betting.desk.gate(ORDER) or "")
            assert [block.cause for block in betting.desk.status().blocks] == ["uncertain"]
    with made(tmp_path / "another", "live") as betting:
        betting.desk.accept(A)
        assert betting.desk.gate(ORDER) is None
    with made(tmp_path / "another", "live") as betting:
        assert betting.desk.gate(ORDER) is None


@pytest.mark.parametrize("outcome", [Outcome.PLACED, Outcome.ROLLED_BACK, Outcome.EXPIRED])
def test_a_bet_with_a_certain_end_on_record_is_not_taken_up_from_a_journal_that_lacks_it(
    data_dir: Path, outcome: Outcome
) -> None:
    bet, told = a_bet(1, outcome), []
    begun(data_dir, bet, ended=False)
    with made(data_dir, "paper", record=[bet], told=told) as betting:
        (remembered,) = betting._remembered
        assert remembered.told is not None
        assert (remembered.told.outcome, remembered.told.payout) == (outcome, bet.payout)
    assert told == []


def test_a_bet_that_only_an_old_journal_knows_is_given_up_and_not_settled_by_todays_round(data_dir: Path) -> None:
    told: list[Fact] = []
    begun(data_dir, a_bet(1))
    with made(data_dir, "paper", told=told) as betting:
        now = CLOCK.now()
        betting.apply(RoundEnded(A, now + 5, now + 15, Decimal("1.50"), None, None, None, Source.LIVE, 1.0))
        CLOCK.sleep(100)
        for _ in range(3):
            betting.apply(ScreenRead(A, CLOCK.now(), Phase.BETTING, None, Decimal(990), None, None, None, ()))
    bets = [fact for fact in told if isinstance(fact, BetChanged)]
    assert [b.given_up for b in bets] == [False, True]
    assert not [fact for fact in told if isinstance(fact, EarningNoted)]


def test_a_gap_of_today_is_not_the_round_of_a_bet_from_a_lost_database(data_dir: Path) -> None:
    told: list[Fact] = []
    begun(data_dir, a_bet(1))
    with closing(Journal(data_dir / "journal" / "bets-paper.jsonl")) as journal:
        journal.write(Kind.CLICK, "a-1", Clicked(a_bet(1).placed_at or 0.0, Decimal(100)))
        journal.write(Kind.OUTCOME, "a-1", a_bet(1, settled_at=None, payout=None), owes=False)
    with made(data_dir, "paper", told=told) as betting:
        now = CLOCK.now()
        betting.apply(GapFound(A, now - 30, now, 1, "the worker was restarted"))
        settle(betting, Decimal(90))
    assert [fact.given_up for fact in told if isinstance(fact, BetChanged)][-1]
    assert not [fact for fact in told if isinstance(fact, EarningNoted)]


def settle(betting: hands.Betting, balance: Decimal) -> None:
    """Time passes, in which the money is read."""
    for _ in range(3):
        CLOCK.sleep(40)
        betting.apply(ScreenRead(A, CLOCK.now(), Phase.BETTING, None, balance, None, None, None, ()))


@pytest.mark.parametrize("back_s", [120.0, 600.0, 3600.0])
@pytest.mark.parametrize("has_round", [True, False])
def test_after_a_clock_that_was_set_back_no_bet_is_settled_by_another_ones_round(
    data_dir: Path, back_s: float, has_round: bool
) -> None:
    """The engine ended with a bet open, and the next one starts with a clock behind the record."""
    told: list[Fact] = []
    ahead = CLOCK.now() + back_s
    old = a_bet(1, requested_at=ahead - 12, placed_at=ahead - 10, settled_at=None, payout=None)
    before = [round_of(ahead - 2000 + 20 * n, "9.00") for n in range(99)]
    record = [*before, old, *([round_of(ahead - 5, "1.50")] if has_round else [])]
    begun(data_dir, old)
    with made(data_dir, "paper", record=record, told=told) as betting:
        new = a_bet(2, requested_at=CLOCK.now(), placed_at=CLOCK.now(), settled_at=None, payout=None)
        betting.apply(new)
        betting.apply(round_of(CLOCK.now() + 5, "1.20"))
        settle(betting, Decimal(980))
        for n in range(int(back_s / 20) + 2):  # until the clock is where the record ended
            betting.apply(round_of(CLOCK.now() + 5 + 20 * n, "8.00"))
        CLOCK.sleep(back_s)
        settle(betting, Decimal(980))
    ends = {f.request_id: f for f in told if isinstance(f, BetChanged) and f.settled_at}
    assert (ends["a-2"].outcome, ends["a-2"].payout) == (Outcome.PLACED, 0)
    assert ends["a-1"].payout == 0 if has_round else ends["a-1"].given_up


def round_of(started_at: float, multiplier: str) -> RoundEnded:
    return RoundEnded(A, started_at, started_at + 5, Decimal(multiplier), None, None, None, Source.LIVE, 1.0)


def test_a_clock_that_is_set_back_before_a_start_on_a_new_folder_forgets_no_loss(tmp_path: Path) -> None:
    give_consent(LIMITS, Moment(CLOCK.now() - 10 * 86_400))
    ahead = CLOCK.now() + 86_400
    lost = [a_bet(n, mode=Mode.LIVE, requested_at=ahead + n, placed_at=ahead + n, settled_at=ahead + n) for n in range(10)]
    with made(tmp_path / "a", "live", record=lost):
        pass
    with made(tmp_path / "b", "live") as betting:
        assert "100.00 lost today" in (betting.desk.gate(ORDER) or "")
