"""The user's consent and limits, on real files in a state folder of the test's own."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from aviator.core.config import LimitSettings
from aviator.core.errors import UserMistake
from aviator.core.hash_chain import Head, append, read_chain
from aviator.run.accepted_limits import BUILT_IN, Moment, tightest
from aviator.run.consent import (
    STATEMENTS,
    Held,
    give_consent,
    in_force,
    old_consent_file,
    read_consent,
    required,
)
from aviator.run.history_entries import Blocked
from aviator.run.limits_history import LimitsHistory, history_file
from aviator.run.user_blocks import kept_in

DAY_S = 86_400.0
NOW = 1_700_000_000.0
LIMITS = LimitSettings(stake=10.0, loss_per_day=50.0)
HIGH = replace(LIMITS, stake=100.0)


def at(seconds: float) -> Moment:
    return Moment(NOW + seconds)


def test_nothing_is_bet_live_without_the_users_confirmation(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="aviator accept"):
        required(tmp_path)
    give_consent(LIMITS, at(0))
    assert required(tmp_path).complete


def test_other_statements_than_todays_do_not_count(tmp_path: Path) -> None:
    LimitsHistory().accept({"": LIMITS}, ("something else",), at(0))
    with pytest.raises(UserMistake, match="aviator accept"):
        required(tmp_path)


def test_lowering_acts_at_once_and_raising_a_day_later() -> None:
    give_consent(LIMITS, at(-10 * DAY_S))
    higher = replace(LIMITS, stake=100.0, loss_per_day=40.0, cool_off_minutes=0.0)
    consent = give_consent(higher, at(100))
    soon, later = in_force(consent, higher, at(200)), in_force(consent, higher, at(100 + DAY_S))
    assert (soon.stake, soon.loss_per_day, soon.cool_off_minutes) == (10.0, 40.0, LIMITS.cool_off_minutes)
    assert later == higher


def test_what_was_not_accepted_cannot_raise_a_limit_and_may_lower_it() -> None:
    consent = give_consent(LIMITS, at(0))
    wished = replace(LIMITS, stake=1000.0, loss_per_day=5.0)
    held = in_force(consent, wished, at(10 * DAY_S))
    assert (held.stake, held.loss_per_day) == (10.0, 5.0)


def test_the_stricter_pause_is_the_longer_one() -> None:
    assert tightest(LIMITS, replace(LIMITS, cool_off_minutes=999.0)).cool_off_minutes == 999.0


def test_the_first_limits_ever_wait_a_day_where_they_exceed_the_built_in_ones() -> None:
    consent = give_consent(HIGH, at(0))
    assert in_force(consent, HIGH, at(DAY_S - 1)).stake == BUILT_IN.stake
    assert in_force(consent, HIGH, at(DAY_S)).stake == 100.0


@pytest.mark.parametrize(("head_too", "stake"), [(False, LIMITS.stake), (True, BUILT_IN.stake)])
def test_deleting_the_history_gains_nothing(head_too: bool, stake: float) -> None:
    give_consent(LIMITS, at(-10 * DAY_S))
    history_file().unlink()
    if head_too:
        LimitsHistory().head_path.unlink()
    consent = give_consent(HIGH, at(0))
    assert in_force(consent, HIGH, at(1)).stake == stake
    assert in_force(consent, HIGH, at(DAY_S)).stake == HIGH.stake


def test_a_history_that_was_edited_permits_no_more_than_the_built_in_limits() -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    path = history_file()
    path.write_bytes(path.read_bytes().replace(b'"stake":100.0', b'"stake":900.0'))
    edited = replace(LIMITS, stake=900.0)
    assert in_force(read_consent(), edited, at(0)).stake == BUILT_IN.stake
    again = give_consent(edited, at(0))
    assert in_force(again, edited, at(DAY_S - 1)).stake == BUILT_IN.stake
    assert in_force(again, edited, at(DAY_S)).stake == 900.0


def test_a_broken_line_that_can_still_be_read_keeps_its_lower_limit() -> None:
    give_consent(replace(LIMITS, stake=5.0), at(-10 * DAY_S))
    path = history_file()
    path.write_bytes(path.read_bytes().replace(b'"loss_per_day":50.0', b'"loss_per_day":90.0'))
    held = in_force(read_consent(), HIGH, at(0))
    assert held.stake == 5.0


def test_a_last_entry_that_was_cut_off_gains_nothing_also_at_later_starts(tmp_path: Path) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    lowered = give_consent(replace(LIMITS, stake=5.0), at(0))
    path = history_file()
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    LimitsHistory().head_path.unlink()
    held = Held(tmp_path, HIGH, at(1), lowered.chain.head)
    assert held.look(at(2)).stake == BUILT_IN.stake
    again = Held(tmp_path, HIGH, at(3), held.head)
    assert again.look(at(3 + 10 * DAY_S)).stake == BUILT_IN.stake


LOW = replace(LIMITS, stake=5.0)


def lose_the_last_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def lose_40_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def lose_all_lines(path: Path) -> None:
    path.write_bytes(b"")


LOSSES = [lose_the_last_line, lose_40_bytes, lose_all_lines]


@pytest.mark.parametrize("lose", LOSSES[:2])
def test_a_lowered_limit_stays_lowered_where_its_line_is_lost_and_no_database_knows_it(tmp_path: Path, lose) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    give_consent(LOW, at(-60))
    lose(history_file())
    assert in_force(required(), HIGH, at(0)).stake == 5.0, "what a command shows"
    assert Held(tmp_path, HIGH, at(0)).look(at(1)).stake == 5.0
    assert Held(tmp_path, HIGH, at(20 * DAY_S)).look(at(20 * DAY_S)).stake == 5.0, "it is written down"
    give_consent(HIGH, at(30 * DAY_S))
    again = Held(tmp_path, HIGH, at(30 * DAY_S))
    assert [again.look(at(30 * DAY_S + s)).stake for s in (1, DAY_S)] == [5.0, 100.0]


@pytest.mark.parametrize("lose", LOSSES)
def test_who_accepts_more_after_a_line_was_lost_waits_a_day(lose) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    give_consent(LOW, at(-60))
    lose(history_file())
    consent = give_consent(HIGH, at(0))
    assert [in_force(consent, HIGH, at(s)).stake for s in (1, DAY_S)] == [5.0, 100.0]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_line_lost_while_an_engine_runs_loosens_neither_it_nor_the_next(tmp_path: Path, lose, caplog) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    give_consent(LOW, at(-60))
    running = Held(tmp_path, HIGH, at(0))
    known = running.head
    lose(history_file())
    LimitsHistory().head_path.unlink()
    assert [running.look(at(s)).stake for s in (1, 2, DAY_S + 2)] == [5.0] * 3
    assert len(caplog.records) == 1
    assert running.head != known
    for recorded in (known, running.head, None):
        assert Held(tmp_path, HIGH, at(20 * DAY_S), recorded).look(at(20 * DAY_S)).stake == 5.0
    assert len(caplog.records) == 1, "it is written down once"


def test_a_block_whose_line_is_lost_is_written_again(tmp_path: Path) -> None:
    give_consent(LIMITS, at(-10 * DAY_S))
    LimitsHistory().tell([Blocked(NOW, "A", "difference", "money is missing", None)], at(-5))
    lose_the_last_line(history_file())
    Held(tmp_path, LIMITS, at(0))
    assert [block.reason for block in kept_in(LimitsHistory().read())] == ["money is missing"]


@pytest.mark.parametrize("head", [b"", b"[]", b'{"head":[1,2],"entries":[],"check":""}', b'{"head":[9,"x"],"entries":[{}]}'])
def test_a_broken_head_beside_the_history_permits_no_more_than_the_built_in_limits(tmp_path: Path, head: bytes) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    LimitsHistory().head_path.write_bytes(head)
    assert Held(tmp_path, HIGH, at(0)).look(at(1)).stake == BUILT_IN.stake
    LimitsHistory().head_path.write_bytes(head)
    give_consent(HIGH, at(10 * DAY_S))
    assert in_force(read_consent(), HIGH, at(10 * DAY_S)).stake == BUILT_IN.stake


def test_a_history_of_an_earlier_version_gets_its_head_at_the_next_start(tmp_path: Path) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    LimitsHistory().head_path.unlink()
    held = Held(tmp_path, HIGH, at(0))
    assert held.look(at(1)).stake == 100.0
    assert LimitsHistory().head_path.exists()


def test_an_entry_lost_of_an_earlier_version_counts_as_the_built_in_limits() -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    append(history_file(), {"at": NOW, "boot": "", "uptime_s": 0.0, "kind": "lost", "position": 2, "hash": "0" * 64})
    assert in_force(read_consent(), HIGH, at(20 * DAY_S)).stake == BUILT_IN.stake


GOOD = {"at": NOW, "boot": "", "uptime_s": 0.0, "kind": "accepted", "limits": {"": asdict(HIGH)}, "statements": []}
BLOCK = {"at": NOW, "kind": "blocked", "bookmaker": "A", "cause": "cool_off", "reason": "", "until": NOW + 60}
STRANGE = [
    "x", [1], None, {}, {"kind": "accepted"}, {"kind": ["accepted"], "at": NOW}, {"kind": "another", "at": NOW},
    GOOD | {"at": 10**400}, GOOD | {"at": True}, GOOD | {"uptime_s": 10**400}, GOOD | {"boot": 5}, GOOD | {"limits": [1]},
    GOOD | {"limits": {"": {"stake": 10**400}}}, GOOD | {"limits": {"": [1]}}, GOOD | {"rates": {"A": 10**400}},
    GOOD | {"rates": 5}, GOOD | {"statements": 5}, GOOD | {"lost": [[10**400]]}, GOOD | {"lost": [["1", "x"]]},
    BLOCK | {"until": "soon"}, BLOCK | {"until": 10**400}, BLOCK | {"at": "x"}, BLOCK | {"bookmaker": ["A"]},
    BLOCK | {"kind": "freed", "cause": 1},
]  # fmt: skip


@pytest.mark.parametrize("chained", [True, False], ids=["chained", "not chained"])
@pytest.mark.parametrize("entry", STRANGE)
def test_a_strange_line_is_a_broken_one_and_stops_neither_an_engine_nor_accept(tmp_path: Path, entry, chained: bool) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    held = Held(tmp_path, HIGH, at(0))
    if chained:
        append(history_file(), entry)
    else:
        with history_file().open("a") as file:
            file.write(json.dumps({"n": 2, "previous": "", "hash": "", "entry": entry}) + "\n")
    assert held.look(at(1)).stake <= BUILT_IN.stake
    assert Held(tmp_path, HIGH, at(0)).look(at(1)).stake <= BUILT_IN.stake
    assert kept_in(LimitsHistory().read()) == []
    give_consent(LOW, at(2))
    assert held.look(at(3)).stake == 5.0
    LimitsHistory().tell([Blocked(NOW, "A", "cool_off", "a pause", NOW + 60)], at(4))
    assert [block.reason for block in kept_in(LimitsHistory().read())][-1:] == ["a pause"]


def test_a_clock_that_is_set_back_while_accepting_gains_nothing() -> None:
    give_consent(LIMITS, at(-100))
    back = give_consent(HIGH, at(-2 * DAY_S))
    assert in_force(back, HIGH, at(0)).stake == LIMITS.stake
    assert [link.entry["at"] for link in back.chain.links] == [NOW - 100, NOW - 100]


def test_on_one_boot_the_day_counts_by_the_running_time_too() -> None:
    for wrong in (-2 * DAY_S, 0.0):  # set back while accepting, or ahead afterwards
        history_file().unlink(missing_ok=True)
        consent = give_consent(HIGH, Moment(NOW + wrong, "boot", 1000.0))
        soon = Moment(NOW + wrong + 2 * DAY_S, "boot", 1060.0)
        assert in_force(consent, HIGH, soon).stake == BUILT_IN.stake
        assert in_force(consent, HIGH, replace(soon, uptime_s=1000.0 + DAY_S)).stake == 100.0
        assert in_force(consent, HIGH, replace(soon, boot="another", uptime_s=5.0)).stake == 100.0


def test_limits_accepted_in_the_future_lower_at_once_and_raise_only_after_it() -> None:
    give_consent(LIMITS, at(-10 * DAY_S))
    lower = give_consent(replace(LIMITS, stake=5.0), at(5 * DAY_S))
    assert in_force(lower, HIGH, at(0)).stake == 5.0
    raised = give_consent(HIGH, at(0))
    assert in_force(raised, HIGH, at(5 * DAY_S)).stake == 5.0
    assert in_force(raised, HIGH, at(6 * DAY_S)).stake == 100.0


@pytest.mark.parametrize("stake", [1e300, -5.0, 0.0, float("nan"), float("inf"), "9", None, True])
def test_a_limit_out_of_bounds_is_refused_and_nothing_is_written(stake) -> None:
    with pytest.raises(UserMistake, match=r"limits\.stake is"):
        give_consent(replace(LIMITS, stake=stake), at(0))
    assert not history_file().exists()


def test_a_limit_out_of_bounds_in_the_history_counts_as_a_broken_line() -> None:
    LimitsHistory().accept({"": replace(LIMITS, stake=1e300)}, STATEMENTS, at(-10 * DAY_S))
    assert in_force(read_consent(), replace(LIMITS, stake=1e9), at(0)).stake == BUILT_IN.stake


def old(folder: Path, *stakes: float, when: float = -10 * DAY_S) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    limits = [{"at": NOW + when + i, "limits": asdict(replace(LIMITS, stake=s))} for i, s in enumerate(stakes)]
    path = old_consent_file(folder)
    path.write_text(json.dumps({"at": NOW, "statements": STATEMENTS, "limits": limits}))
    return path


def test_an_old_consent_file_is_imported_once_and_never_raises_a_limit(tmp_path: Path) -> None:
    old(tmp_path / "a", 5.0)
    assert required(tmp_path / "a").accepted[-1].of("").stake == 5.0
    old(tmp_path / "a", 1.0)
    assert len(required(tmp_path / "a").accepted) == 1
    old(tmp_path / "b", 1000.0)
    consent = required(tmp_path / "b")
    assert in_force(consent, HIGH, at(100 * DAY_S)).stake == 5.0


@pytest.mark.parametrize("stakes", [(1e300,), (-5.0,), (1000.0,), (5.0, 1000.0)])
def test_an_edited_old_consent_file_permits_no_more_than_the_built_in_limits(tmp_path: Path, stakes) -> None:
    old(tmp_path, *stakes)
    consent = required(tmp_path)
    assert in_force(consent, replace(HIGH, stake=1e9), at(100 * DAY_S)).stake <= BUILT_IN.stake


def test_a_new_data_folder_has_the_same_limits(tmp_path: Path) -> None:
    give_consent(LIMITS, at(0))
    for name in ("a", "b"):
        assert Held(tmp_path / name, HIGH, at(1)).look(at(1)).stake == 10.0


def test_a_limit_lowered_while_the_engine_runs_holds_at_the_next_look(tmp_path: Path) -> None:
    give_consent(LIMITS, at(0))
    held = Held(tmp_path, LIMITS, at(0))
    assert held.look(at(1)) == LIMITS
    give_consent(replace(LIMITS, stake=3.0, cool_off_minutes=90.0), at(100))
    now = held.look(at(101))
    assert (now.stake, now.loss_per_day, now.cool_off_minutes) == (3.0, 50.0, 90.0)


def test_a_raised_limit_waits_a_day_and_never_passes_the_settings_of_the_run(tmp_path: Path) -> None:
    give_consent(LIMITS, at(0))
    give_consent(replace(LIMITS, stake=8.0), at(100))
    held = Held(tmp_path, replace(LIMITS, stake=15.0), at(150))
    give_consent(replace(LIMITS, stake=12.0), at(200))
    give_consent(replace(LIMITS, stake=100.0), at(300))
    days = (200 + DAY_S - 1, 200 + DAY_S + 1, 300 + DAY_S + 1)
    assert [held.look(at(s)).stake for s in (301, *days)] == [8.0, 8.0, 12.0, 15.0]


def spoil(path: Path) -> None:
    path.write_text("{")


def remove(path: Path) -> None:
    path.unlink()


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"old enough", b"older     "))


@pytest.mark.parametrize("break_it", [spoil, remove, change])
def test_a_history_that_is_broken_for_a_while_changes_no_limit_and_is_said_once(tmp_path: Path, break_it, caplog) -> None:
    give_consent(LIMITS, at(0))
    held = Held(tmp_path, LIMITS, at(0))
    break_it(history_file())
    assert [held.look(at(s)) for s in (1, 2, 3)] == [LIMITS] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    history_file().unlink(missing_ok=True)
    give_consent(replace(LIMITS, stake=2.0), at(4))
    assert held.look(at(5)).stake == 2.0


def test_a_running_engine_whose_history_is_deleted_permits_no_more_than_the_built_in_limits(tmp_path: Path, caplog) -> None:
    give_consent(HIGH, at(-10 * DAY_S))
    held = Held(tmp_path, HIGH, at(0))
    assert held.look(at(1)).stake == 100.0
    history_file().unlink()
    assert [held.look(at(s)).stake for s in (2, 3)] == [BUILT_IN.stake] * 2
    give_consent(HIGH, at(4))
    assert held.look(at(5)).stake == BUILT_IN.stake
    assert held.look(at(4 + DAY_S)).stake == 100.0
    assert [link.entry for link in read_chain(history_file()).links if link.entry.get("lost")]
    assert len(caplog.records) == 1


def test_who_deletes_the_history_and_confirms_more_gets_no_more_today(tmp_path: Path) -> None:
    give_consent(LIMITS, at(0))
    held = Held(tmp_path, HIGH, at(0))
    history_file().unlink()
    give_consent(HIGH, at(10))
    assert held.look(at(11)).stake == 10.0
    assert held.look(at(11 + DAY_S)).stake == 100.0


def test_the_head_of_the_history_is_its_last_entry(tmp_path: Path) -> None:
    give_consent(LIMITS, at(0))
    held = Held(tmp_path, LIMITS, at(0), Head())
    assert held.head == read_chain(history_file()).head
