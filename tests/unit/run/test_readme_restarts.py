"""README's statements about restarts and the clock, and the tests that check each of them."""

import importlib
from pathlib import Path

import pytest

from aviator.act.interruption import WARY_S

README = " ".join(Path(__file__).parents[3].joinpath("README.md").read_text(encoding="utf-8").split())
STATEMENTS = {
    "A restart lifts nothing: the loss of the day, the session, its drawdown, a pause after a limit": (
        "tests.property.test_restart_state",
        "test_a_rebuilt_desk_gives_the_same_verdicts",
    ),
    "A day of the limits begins at midnight in the zone that the machine had at the first start": (
        "tests.unit.run.test_limit_day",
        "test_another_zone_at_a_restart_does_not_move_the_day",
    ),
    "Setting the machine's clock while AVIATOR runs ends no pause and no day.": (
        "tests.unit.run.test_betting",
        "test_steps_of_the_clock_end_neither_a_pause_nor_the_day",
    ),
    "After the machine was suspended, nothing is clicked for 15 seconds.": (
        "tests.unit.act.test_clock_steps",
        "test_an_order_from_before_a_suspension_is_not_carried_out_after_it",
    ),
    "`aviator resume NAME` does not end a pause after a limit.": (
        "tests.unit.run.test_betting",
        "test_a_pause_after_a_limit_goes_on_record_and_outlives_the_engine_and_resume",
    ),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_statement_stands_in_readme_and_has_its_test(statement: str) -> None:
    module, name = STATEMENTS[statement]
    assert statement in README
    assert callable(getattr(importlib.import_module(module), name))
    assert WARY_S == 15
