"""What README says of limits and their history is what the program does. Each test names the statement that it checks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.run.test_hands import made
from tests.unit.run.test_user_bets import lose, refusal

from aviator.core.config import LimitSettings, load, money_rates
from aviator.core.errors import UserMistake
from aviator.run.accepted_limits import BUILT_IN, DAY_S, Moment
from aviator.run.consent import Held, give_consent, in_force, read_consent
from aviator.run.limits_history import history_file

README = " ".join(Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8").split())
NOW = Moment(1_700_000_000.0)
LATER = replace(NOW, at=NOW.at + DAY_S)
LOW, HIGH = LimitSettings(stake=5.0), LimitSettings(stake=100.0)


def says(statement: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """README holds this statement."""
    assert statement in README, statement
    return lambda test: test


@says("A limit lowered in the settings holds from `aviator accept` on, at once and also in an engine that runs")
def test_lowered_at_once(tmp_path: Path) -> None:
    give_consent(BUILT_IN, NOW)
    held = Held(tmp_path, BUILT_IN, NOW)
    give_consent(LOW, NOW)
    assert held.look(NOW).stake == 5.0


@says("one raised there holds a day after `aviator accept`")
def test_raised_a_day_later() -> None:
    consent = give_consent(HIGH, NOW)
    assert in_force(consent, HIGH, NOW).stake == BUILT_IN.stake
    assert in_force(consent, HIGH, LATER).stake == 100.0


@says("Accepted limits and blocks belong to you, not to a data folder: another `--data-dir` has the same ones.")
def test_another_data_folder(tmp_path: Path) -> None:
    give_consent(LOW, NOW)
    assert Held(tmp_path / "another", HIGH, NOW).look(NOW).stake == 5.0


@says("What was bet in another folder, or is in a database that was lost, counts as well.")
def test_bets_of_another_folder(tmp_path: Path) -> None:
    give_consent(BUILT_IN, NOW)
    with made(tmp_path / "data", "live") as betting:
        lose(betting, range(10))
    for name in ("another", "data"):
        (tmp_path / "data" / "aviator.db").unlink(missing_ok=True)
        with made(tmp_path / name, "live") as betting:
            assert "100 lost today" in refusal(betting)


@says("Deleting or editing their history permits no more than the built-in limits")
def test_deleting_and_editing() -> None:
    give_consent(replace(HIGH, stake=50.0), replace(NOW, at=NOW.at - 10 * DAY_S))
    path = history_file()
    path.write_bytes(path.read_bytes().replace(b"50.0", b"90.0"))
    assert in_force(read_consent(), HIGH, NOW).stake == BUILT_IN.stake
    path.unlink()
    assert in_force(give_consent(HIGH, NOW), HIGH, NOW).stake == BUILT_IN.stake


@says("setting the clock back while accepting gains nothing")
def test_the_clock_set_back() -> None:
    give_consent(LOW, NOW)
    consent = give_consent(HIGH, replace(NOW, at=NOW.at - 2 * DAY_S))
    assert in_force(consent, HIGH, NOW).stake == 5.0


@says("without rates, different currencies are refused")
def test_currencies(tmp_path: Path) -> None:
    path = tmp_path / "aviator.toml"
    tables = (
        '[[bookmakers]]\nname = "A"\ncell = "TL"\ncurrency = "EUR"\n',
        '[[bookmakers]]\nname = "B"\ncell = "TC"\ncurrency = "RSD"\n',
    )
    path.write_text("".join(tables))
    with pytest.raises(UserMistake, match="rates"):
        money_rates(load(path))
    path.write_text("[rates]\nEUR = 1\nRSD = 0.0085\n" + "".join(tables))
    assert set(money_rates(load(path))) == {"A", "B"}
