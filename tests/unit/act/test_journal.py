"""The journal: what an earlier life left, from a file that may be torn anywhere."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.act import journal as module
from aviator.act.journal import Begun, Clicked, Journal, Kind, open_bets, read_journal, told_bets
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.events import BetChanged, BetStepTaken
from aviator.core.types import BookmakerId

NAME = BookmakerId("Admiral")


def order(name: str = "a") -> BetOrder:
    return BetOrder(name, NAME, 2, Decimal("30.00"), None, 100.0, 105.0, "fixed")


def told(name: str, outcome: Outcome) -> BetChanged:
    return BetChanged(NAME, name, 2, None, Decimal("30.00"), None, Mode.LIVE, outcome, 101.5, None, None, "fixed", "why", 99.0)


def begin(journal: Journal, name: str = "a") -> None:
    journal.write(Kind.BEGIN, name, Begun(order(name), 99.0, Decimal("10.00"), Decimal("0.00")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "bets.jsonl"


def test_nothing_is_remembered_of_no_file(path: Path) -> None:
    assert open_bets(path) == []


def test_a_click_without_an_outcome_is_open_with_all_that_settles_it(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    step = BetStepTaken(NAME, "a", 3, 101.0, "click", None, "")
    journal.write(Kind.STEP, "a", step)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal("1000.50")), sync=True)
    journal.close()
    (bet,) = open_bets(path)
    assert bet.begun == Begun(order(), 99.0, Decimal("10.00"), Decimal("0.00"))
    assert bet.clicked == Clicked(101.0, Decimal("1000.50"))
    assert (bet.told, bet.owes, bet.steps, bet.next_step) == (None, True, (step,), 4)


def test_an_intended_click_that_was_not_made_leaves_only_the_panel_open(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1000)))
    journal.write(Kind.UNCLICKED, "a")
    journal.close()
    assert [bet.clicked for bet in open_bets(path)] == [None]


@pytest.mark.parametrize(
    ("outcome", "owes", "stays"),
    [
        (Outcome.PLACED, False, False),
        (Outcome.UNCERTAIN, False, True),
        (Outcome.ROLLED_BACK, True, True),
        (Outcome.ROLLED_BACK, False, False),
    ],
)
def test_what_is_left_open(path: Path, outcome: Outcome, owes: bool, stays: bool) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.OUTCOME, "a", told("a", outcome), owes=owes)
    journal.close()
    assert len(open_bets(path)) == stays
    assert told_bets(path) == [told("a", outcome)]


def test_a_panel_put_back_later_closes_the_bet(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.OUTCOME, "a", told("a", Outcome.ROLLED_BACK), owes=True)
    journal.write(Kind.RESTORED, "a")
    journal.close()
    assert open_bets(path) == []


def test_a_torn_tail_costs_its_own_line_and_none_after_it(path: Path) -> None:
    journal = Journal(path)
    begin(journal, "a")
    begin(journal, "b")
    journal.close()
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole)):
        path.write_bytes(whole[:cut])
        again = Journal(path)
        begin(again, "c")
        again.close()
        names = list(read_journal(path))
        assert names == (["a", "b", "c"] if cut == len(whole) - 1 else ["a", "c"])


def test_a_line_that_was_altered_is_not_believed(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.close()
    path.write_bytes(path.read_bytes().replace(b"30.00", b"90.00"))
    assert read_journal(path) == {}


def test_a_long_journal_is_rewritten_with_what_may_still_matter(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 20_000)
    monkeypatch.setattr(module, "KEPT_ENDS", 5)
    journal = Journal(path)
    begin(journal, "left open")
    for number in range(100):
        begin(journal, str(number))
        journal.write(Kind.OUTCOME, str(number), told(str(number), Outcome.PLACED), owes=False)
    journal.tidy()
    begin(journal, "after")
    journal.close()
    assert list(read_journal(path)) == ["left open", *map(str, range(95, 100)), "after"]
    assert [bet.begun.order for bet in open_bets(path)] == [order("left open"), order("after")]
    assert path.stat().st_size < 20_000


def test_a_short_journal_is_left_alone(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    before = path.read_bytes()
    journal.tidy()
    journal.close()
    assert path.read_bytes() == before
    assert replace(order(), request_id="a") == next(iter(read_journal(path).values())).begun.order
