from decimal import Decimal
from typing import get_args

import pytest

from aviator.core import events
from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged, BetRequested, BettingBlocked, BettingFreed, Fact, PhaseChanged, RoundEnded
from aviator.core.types import BookmakerId, Phase, Source
from aviator.record.rows import NOT_STORED, REJECT_COLUMNS, SHAPES, UNANSWERED, Record, reject_row
from aviator.record.schema import betting_blocks, rejects

A = BookmakerId("Admiral")
ROUND = RoundEnded(A, 1.0, 9.5, Decimal("2.31"), 91, None, Decimal("4074.05"), Source.STRIP, 0.98)


def test_every_fact_but_pictures_and_farewells_is_stored():
    assert set(SHAPES) | NOT_STORED | {events.ScreenRead, events.WorkerBeat} == set(get_args(Fact))


@pytest.mark.parametrize("event", SHAPES, ids=lambda cls: cls.__name__)
def test_a_row_fills_its_table(event: type[Fact]):
    shape = SHAPES[event]
    assert ["id", *shape.columns] == shape.table.columns.keys()
    own = [name for name in event.__dataclass_fields__ if name != "bookmaker"]
    assert shape.columns[:2] + shape.columns[-2:] == ("site", "bookmaker", "worker_start", "seq")
    if event is BetRequested:
        assert shape.columns == SHAPES[BetChanged].columns
        return
    if shape.table is not betting_blocks:  # two kinds of facts share that
        assert own == list(shape.columns[2:-2])
    assert set(own) <= set(shape.columns)


def test_values():
    to_row = SHAPES[RoundEnded].row
    assert to_row("here", ROUND, 7.5, 3) == ("here", A, 1.0, 9.5, "2.31", 91, None, "4074.05", "strip", 0.98, 7.5, 3)
    to_row = SHAPES[PhaseChanged].row
    assert to_row("here", PhaseChanged(A, 1.0, Phase.BETTING, Phase.PLAYING), 7.5, 3)[2:5] == (1.0, "BETTING", "PLAYING")


def test_values_of_a_bet():
    bet = BetChanged(A, "a-1-7", 2, 3.0, Decimal(20), None, Mode.LIVE, Outcome.PLACED, 2.5, None, None, "ladder", "", 1.5)
    own = ("a-1-7", 2, 3.0, "20.00", None, "live", "PLACED", 2.5, None, None, "ladder", None, 1.5)
    assert SHAPES[BetChanged].row("here", bet, 7.5, 3) == ("here", A, *own, 7.5, 3)


def test_a_wish_is_a_bet_of_which_nothing_more_is_known():
    wish = BetRequested(A, "a-1-7", 1.5, 2, Decimal(20), None, 1.0, 6.0, "ladder", Mode.LIVE)
    own = ("a-1-7", 2, None, "20.00", None, "live", None, None, None, None, "ladder", UNANSWERED, 1.5)
    assert SHAPES[BetRequested].row("here", wish, 7.5, 3) == ("here", A, *own, None, None)


def test_what_blocks_and_what_frees_share_a_table():
    blocked, freed = BettingBlocked(A, 1.0, "loss", "lost 100 today", 9.0, Mode.LIVE), BettingFreed(A, 2.0, "loss")
    own = ("here", A, 1.0, 1, "loss", "lost 100 today", 9.0, "live", 7.5, 3)
    assert SHAPES[BettingBlocked].row("here", blocked, 7.5, 3) == own
    assert SHAPES[BettingFreed].row("here", freed, 7.5, 4) == ("here", A, 2.0, 0, "loss", None, None, None, 7.5, 4)


def test_a_reject_keeps_the_whole_event():
    row = reject_row("local", Record(7.5, 3, ROUND), 100.0, "too odd")
    assert ["id", *REJECT_COLUMNS] == rejects.columns.keys()
    assert row[:4] == ("local", "Admiral", 100.0, "rounds")
    assert '"multiplier": "2.31"' in row[4]
    assert row[5:] == ("too odd", 7.5, 3)
