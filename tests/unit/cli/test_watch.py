"""What is shown while the engine runs: drawn anew again and again for days, without growing."""

import io
from decimal import Decimal

import pytest
from rich.cells import cached_cell_len
from rich.console import Console

from aviator.cli import watch
from aviator.core.types import BookmakerId
from aviator.run.state import BookmakerState, EngineState


@pytest.mark.parametrize("terminal", [True, False])
def test_numbers_that_are_gone_take_no_memory(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(watch, "monotonic", lambda: now[0])
    page = io.StringIO()
    with watch.shown(Console(file=page, force_terminal=terminal, width=140), "data in D") as show:
        for i in range(50):
            now[0] += watch.PLAIN_EVERY_S
            state = BookmakerState(BookmakerId("Admiral"), balance=Decimal(f"{1000 + i}.50"))
            show(EngineState(now[0], now[0], (state,), 7 * i, 0))
            assert f"{1000 + i:,}.50" in page.getvalue()
            assert cached_cell_len.cache_info().currsize == 0
