"""Bets with real money count for the user: in every data folder, whatever becomes of one, and each once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.run.test_hands import CLOCK, LIMITS, ORDER, A, made

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import ManualClock, SystemClock
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged
from aviator.core.hash_chain import read_chain
from aviator.core.locks import FileLock
from aviator.core.types import BookmakerId
from aviator.decide.limit_day import LimitDay
from aviator.decide.limits import Limits, Worth
from aviator.run import hands
from aviator.run.accepted_limits import Moment
from aviator.run.consent import give_consent
from aviator.run.user_bets import LOST_AFTER_S, Elsewhere, UserBets
from aviator.run.user_bets_file import bets_file

DAY = LimitDay("Europe/Belgrade")
NOW = CLOCK.now()


@pytest.fixture(autouse=True)
def accepted() -> None:
    give_consent(LIMITS, Moment(CLOCK.now() - 10 * 86_400))


def order(request: str) -> BetOrder:
    """Made now."""
    return replace(ORDER, request_id=request, betting_at=CLOCK.now(), deadline=CLOCK.now() + 5)


def placed(number: int, payout: int | None = 0, **changes: object) -> BetChanged:
    at = CLOCK.now()
    bet = replace(BetChanged.of(order(f"a-{number}"), Mode.LIVE, at, Outcome.PLACED), placed_at=at)
    bet = bet if payout is None else replace(bet, settled_at=at, payout=Decimal(payout))
    return replace(bet, **changes)  # type: ignore[arg-type]


def lose(betting: hands.Betting, numbers: Iterable[int]) -> None:
    for number in numbers:
        assert refusal(betting, f"a-{number}") == ""
        betting.apply(placed(number))
        CLOCK.sleep(1)
    betting.look()


def refusal(betting: hands.Betting, request: str = "another") -> str:
    return betting.desk.gate(order(request)) or ""


def test_what_was_lost_in_one_data_folder_counts_in_a_new_one(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as betting:
        lose(betting, range(10))
        assert "100 lost today" in refusal(betting)
    with made(tmp_path / "b", "live") as betting:
        assert "100 lost today" in refusal(betting)
    with made(tmp_path / "c", "live", play_money=True) as betting:
        assert refusal(betting) == ""


def test_a_bet_in_the_database_and_in_the_history_counts_once(tmp_path: Path) -> None:
    bets = [placed(number, requested_at=CLOCK.now() - number) for number in range(5)]
    with made(tmp_path / "a", "live", record=bets) as betting:
        assert betting.desk.status().profit_today == -50
    for _ in range(2):
        with made(tmp_path / "a", "live") as betting:
            assert betting.desk.status().profit_today == -50
    with made(tmp_path / "b", "live") as betting:  # a database that was lost
        assert betting.desk.status().profit_today == -50


def test_an_engine_in_another_folder_is_heard_before_each_click(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as one, made(tmp_path / "b", "live") as other:
        lose(one, range(9))
        assert "90 lost today" not in refusal(other)  # one more bet fits
        other.apply(placed(50, None, request_id="another"))
        assert "90 lost today, 10 open" in refusal(one, "a-60")


def test_an_open_bet_of_a_lost_folder_counts_as_open_and_then_as_lost(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as betting:
        assert refusal(betting, "a-1") == ""
    with made(tmp_path / "b", "live") as betting:
        assert betting.desk.status().profit_today == 0
        CLOCK.sleep(LOST_AFTER_S)
        betting.look()
        assert betting.desk.status().profit_today == -10


def test_a_bet_that_was_undone_frees_its_stake(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as one, made(tmp_path / "b", "live") as other:
        assert refusal(one, "a-1") == ""
        one.apply(BetChanged.of(order("a-1"), Mode.LIVE, CLOCK.now(), Outcome.ROLLED_BACK))
        one.look()
        CLOCK.sleep(LOST_AFTER_S)
        other.look()
        assert other.desk.status().profit_today == 0


@pytest.mark.parametrize("fault", ["folder", "lock"])
def test_no_real_money_is_bet_without_the_history(tmp_path: Path, fault: str) -> None:
    with made(tmp_path / "a", "live") as betting:
        lock = FileLock(bets_file().with_name("bets-history.jsonl.lock"))
        if fault == "lock":
            assert lock.acquire()
        else:
            bets_file().unlink()
            bets_file().mkdir()
        assert "the history of bets" in refusal(betting)
        with pytest.raises(UserMistake, match="no real money is bet without it"), made(tmp_path / "b", "live"):
            pass
        lock.release()


def test_a_history_that_is_deleted_under_a_running_engine_is_written_again(tmp_path: Path, caplog) -> None:
    with made(tmp_path / "a", "live") as betting:
        lose(betting, range(3))
        bets_file().unlink()
        betting.look()
    assert caplog.text.count("is not what it was") == 1
    assert "lost" in [link.entry["kind"] for link in read_chain(bets_file()).links]
    with made(tmp_path / "b", "live") as betting:
        assert betting.desk.status().profit_today == -30


def test_another_zone_at_a_start_on_a_new_folder_does_not_move_the_limit_day(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Belgrade")
    with made(tmp_path / "a", "live") as betting:
        lose(betting, range(10))
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Tokyo", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        with made(tmp_path / zone.replace("/", "-"), "live") as betting:
            assert "100 lost today" in refusal(betting)


def test_a_broken_line_of_a_lost_bet_still_counts(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as betting:
        lose(betting, range(4))
    path = bets_file()
    path.write_bytes(path.read_bytes().replace(b'"panel":1', b'"panel":2'))
    with made(tmp_path / "b", "live") as betting:
        assert betting.desk.status().profit_today == -40


def test_money_of_another_currency_counts_by_the_rate_it_was_bet_with(tmp_path: Path) -> None:
    clock, b = ManualClock(NOW), BookmakerId("MaxBet")
    one = UserBets(clock, tmp_path / "a", lambda _: Worth(Decimal("0.01"), Decimal("0.01")), {b: "RSD"})
    one.begin(DAY)
    at = clock.now()
    one.compare([placed(1, bookmaker=b, stake=Decimal(5000), requested_at=at, placed_at=at)], lambda _: (), 0.0)
    other = UserBets(clock, tmp_path / "b", lambda _: Worth(), {A: "EUR"})
    other.begin(DAY)
    limits = Limits(LIMITS, DAY.start)
    for bet, worth in other.look():
        limits.apply(bet, at, worth)
    assert limits.lost_today(at) == 50


def test_two_engines_that_ask_at_the_same_time_are_not_both_admitted(tmp_path: Path) -> None:
    """Each engine has limits of its own; together they may stake 100."""

    def bets(number: int) -> int:
        clock = SystemClock()
        shared = UserBets(clock, tmp_path / str(number), lambda _: Worth(), {A: ""})
        shared.begin(DAY)
        limits = Limits(LIMITS, DAY.start)
        admitted = 0
        for count in range(15):
            one = BetOrder(f"a-{number}-{count}", A, 1, Decimal(10), None, clock.now(), clock.now() + 5)

            def check(elsewhere: Elsewhere, one: BetOrder = one) -> str | None:
                for bet, worth in elsewhere:
                    limits.apply(bet, clock.now(), worth)
                return limits.admit(one, clock.now()).reason or None

            shared.expect(one, one.betting_at)
            if shared.ask(one, check) is None:
                admitted += 1
                lost = replace(
                    BetChanged.of(one, Mode.LIVE, one.betting_at, Outcome.PLACED), placed_at=one.betting_at,
                    settled_at=clock.now(), payout=Decimal(0),
                )  # fmt: skip
                limits.apply(lost, clock.now())
                shared.note(lost)
        shared.look()
        return admitted

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(bets, range(4))) == 10


def test_the_database_knows_the_head_of_the_history(tmp_path: Path) -> None:
    with made(tmp_path / "a", "live") as betting:
        lose(betting, range(2))
        betting.look()
        assert betting.heads["bets"] == read_chain(bets_file()).head
        assert bets_file().stat().st_mode & 0o077 == 0
