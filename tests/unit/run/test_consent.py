"""The user's word and limits, on real files."""

from dataclasses import replace
from pathlib import Path

import pytest

from aviator.core.config import LimitSettings
from aviator.core.errors import UserMistake
from aviator.run.consent import STATEMENTS, consent_file, give_consent, in_force, read_consent, required, tightest

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
