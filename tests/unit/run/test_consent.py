"""The user's word and limits, on real files."""

from dataclasses import replace
from pathlib import Path

import pytest

from aviator.core.config import LimitSettings
from aviator.core.errors import UserMistake
from aviator.run.consent import STATEMENTS, Held, consent_file, give_consent, in_force, read_consent, required, tightest

DAY_S = 86_400.0
NOW = 1_700_000_000.0
LIMITS = LimitSettings(stake=10.0, loss_per_day=50.0)


def test_nothing_is_bet_live_without_the_users_word(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="aviator accept"):
        required(tmp_path)
    give_consent(tmp_path, LIMITS, NOW)
    assert required(tmp_path).statements == STATEMENTS


def test_words_that_were_other_words_count_no_more(tmp_path: Path) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    path = consent_file(tmp_path)
    path.write_text(path.read_text().replace("old enough", "older"))
    with pytest.raises(UserMistake, match="aviator accept"):
        required(tmp_path)


def test_a_file_that_cannot_be_read_counts_for_nothing(tmp_path: Path) -> None:
    consent_file(tmp_path).write_text("{")
    with pytest.raises(UserMistake, match="delete it and confirm anew"):
        read_consent(tmp_path)


def test_lowering_acts_at_once_and_raising_a_day_later(tmp_path: Path) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    higher = replace(LIMITS, stake=100.0, loss_per_day=40.0, cool_off_minutes=0.0)
    consent = give_consent(tmp_path, higher, NOW + 100)
    soon, later = in_force(consent, higher, NOW + 200), in_force(consent, higher, NOW + 100 + DAY_S)
    assert (soon.stake, soon.loss_per_day, soon.cool_off_minutes) == (10.0, 40.0, LIMITS.cool_off_minutes)
    assert later == higher


def test_what_was_not_accepted_cannot_raise_a_limit_and_may_lower_it(tmp_path: Path) -> None:
    consent = give_consent(tmp_path, LIMITS, NOW)
    wished = replace(LIMITS, stake=1000.0, loss_per_day=5.0)
    held = in_force(consent, wished, NOW + 10 * DAY_S)
    assert (held.stake, held.loss_per_day) == (10.0, 5.0)


def test_the_stricter_pause_is_the_longer_one() -> None:
    assert tightest(LIMITS, replace(LIMITS, cool_off_minutes=999.0)).cool_off_minutes == 999.0


def test_a_limit_lowered_while_the_engine_runs_holds_at_the_next_look(tmp_path: Path) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    held = Held(tmp_path, LIMITS)
    assert held.look(NOW + 1) == LIMITS
    give_consent(tmp_path, replace(LIMITS, stake=3.0, cool_off_minutes=90.0), NOW + 100)
    now = held.look(NOW + 101)
    assert (now.stake, now.loss_per_day, now.cool_off_minutes) == (3.0, 50.0, 90.0)


def test_a_limit_raised_while_the_engine_runs_waits_a_day_and_never_passes_the_settings_of_the_run(tmp_path: Path) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    give_consent(tmp_path, replace(LIMITS, stake=8.0), NOW + 100)
    held = Held(tmp_path, replace(LIMITS, stake=15.0))
    give_consent(tmp_path, replace(LIMITS, stake=12.0), NOW + 200)
    give_consent(tmp_path, replace(LIMITS, stake=100.0), NOW + 300)
    days = (200 + DAY_S - 1, 200 + DAY_S + 1, 300 + DAY_S + 1)
    assert [held.look(NOW + at).stake for at in (301, *days)] == [8.0, 8.0, 12.0, 15.0]


def spoil(folder: Path) -> None:
    consent_file(folder).write_text("{")


def remove(folder: Path) -> None:
    consent_file(folder).unlink()


def unsay(folder: Path) -> None:
    path = consent_file(folder)
    path.write_text(path.read_text().replace("old enough", "older"))


@pytest.mark.parametrize("break_it", [spoil, remove, unsay])
def test_a_file_that_is_broken_for_a_while_changes_no_limit_and_is_said_once(tmp_path: Path, break_it, caplog) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    held = Held(tmp_path, LIMITS)
    break_it(tmp_path)
    assert [held.look(NOW + at) for at in (1, 2, 3)] == [LIMITS] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    consent_file(tmp_path).unlink(missing_ok=True)
    give_consent(tmp_path, replace(LIMITS, stake=2.0), NOW + 4)
    assert held.look(NOW + 5).stake == 2.0


def test_who_deletes_the_file_and_confirms_more_gets_no_more_today(tmp_path: Path) -> None:
    give_consent(tmp_path, LIMITS, NOW)
    held = Held(tmp_path, replace(LIMITS, stake=100.0))
    remove(tmp_path)
    give_consent(tmp_path, replace(LIMITS, stake=100.0), NOW + 10)
    assert held.look(NOW + 11).stake == 10.0
    assert held.look(NOW + 11 + DAY_S).stake == 100.0
