"""Decimals in settings: what stands in the file, to the last digit."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from aviator.core.options import build, option


@dataclass(frozen=True, slots=True)
class _Money:
    amount: Decimal = option(Decimal(1), "an amount", low=Decimal("0.01"), high=Decimal(100))
    steps: tuple[Decimal, ...] = option((), "amounts")


def _read(toml: str) -> tuple[Any, list[str]]:
    wrong: list[str] = []
    return build(_Money, tomllib.loads(toml), "", wrong), wrong


@pytest.mark.parametrize("written", ["2.20", '"2.20"', "2.2"])
def test_a_decimal_is_what_stands_there(written: str) -> None:
    money, wrong = _read(f"amount = {written}\nsteps = [1, {written}]")
    assert not wrong
    assert (money.amount, money.steps) == (Decimal("2.2"), (Decimal(1), Decimal("2.2")))


def test_the_least_amount_is_allowed() -> None:
    money, wrong = _read("amount = 0.01")
    assert not wrong
    assert money.amount == Decimal("0.01")


@pytest.mark.parametrize("written", ["nan", "inf", "true", '"much"', "0", "100.01"])
def test_what_is_no_amount_is_named_as_it_was_written(written: str) -> None:
    _, wrong = _read(f"amount = {written}")
    assert len(wrong) == 1
    assert wrong[0].startswith("amount is ")
    assert wrong[0].endswith("allowed: 0.01 to 100")


def test_a_list_with_a_word_in_it_is_no_list_of_numbers() -> None:
    _, wrong = _read('steps = [1, "one"]')
    assert wrong == ["steps is [1, 'one'], allowed: a list of numbers"]


def test_a_table_with_a_default_may_be_left_out() -> None:
    @dataclass(frozen=True)
    class WithTable:
        parameters: dict[str, Any] = option({}, "any table")

    wrong: list[str] = []
    first, second = build(WithTable, {}, "", wrong), build(WithTable, {}, "", wrong)
    assert wrong == []
    assert first == WithTable({})
    assert first.parameters is not second.parameters
