"""Betting at simulated bookmakers' real windows: the record is what the site took, and a kill switch kills."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.known import LANDMARKS, landmarked

from aviator.cli.app import app
from aviator.cli.demo import demo_settings
from aviator.cli.sim import Simulation, simulation
from aviator.core.bets import Mode, Outcome
from aviator.core.clock import SystemClock
from aviator.core.config import Settings
from aviator.core.types import BookmakerId
from aviator.record.bets import bets_since
from aviator.record.store import open_reader
from aviator.record.verify import verify
from aviator.run.engine import Engine
from aviator.run.signals import StopSwitch
from aviator.run.state import EngineState
from aviator.see import regions

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SPEED = 2.0
NAMES = "Admiral,Meridian"
PLACED = 8
"""So many bets, and then the end of each round they were placed in."""


@pytest.fixture
def games(data_dir: Path) -> Iterator[Simulation]:
    (data_dir / "sim").mkdir()
    ledger, log = data_dir / "sim" / "ledger.jsonl", data_dir / "sim.log"
    with simulation(bookmakers=NAMES, speed=SPEED, seed=5, ledger=ledger, log=log, hidden=True, stop=StopSwitch()) as running:
        before = os.environ.get("DISPLAY")
        os.environ["DISPLAY"] = str(running.display)
        for window in running.windows:
            regions.save(landmarked(window.skin, window.rect), data_dir / "profiles" / f"{window.skin}.toml")
        yield running
        os.environ.pop("DISPLAY")
        if before is not None:
            os.environ["DISPLAY"] = before


def truth(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "sim" / "ledger.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    return [row for row in (json.loads(line) for line in lines if line.endswith("\n")) if row["type"] == kind]


def bet(settings: Settings, done: Callable[[], bool]) -> None:
    """Run the engine until it is done, some time after the first look."""
    switch = StopSwitch()

    def watch(_: EngineState) -> None:
        if done():
            switch.press()

    Engine(settings, play_money=True).run(switch=switch, watcher=watch)


def test_the_record_of_bets_is_what_the_site_took(games: Simulation, data_dir: Path) -> None:
    assert {w.skin for w in games.windows} == set(LANDMARKS)
    settings = demo_settings(games, data_dir, data_dir / "profiles", Mode.LIVE)

    def done() -> bool:
        placed = truth(data_dir, "bet")
        return len(placed) >= PLACED and len(truth(data_dir, "settle")) == len(placed)

    bet(settings, done)
    taken = [(b["bookmaker"], b["panel"], Decimal(b["stake"]), Decimal(b["auto_cash_out"])) for b in truth(data_dir, "bet")]
    assert not truth(data_dir, "cancel")
    with closing(open_reader(settings.database_url)) as store:
        recorded = [b for b in bets_since(store, 0.0) if b.outcome is Outcome.PLACED]
        settled = [b for b in recorded if b.settled_at is not None]
    assert Counter((b.bookmaker, b.panel, b.stake, b.auto_cash_out) for b in recorded) == Counter(
        (BookmakerId(name), *rest) for name, *rest in taken
    )
    paid = Counter((s["bookmaker"], s["panel"], Decimal(s["payout"])) for s in truth(data_dir, "settle"))
    assert settled
    assert not Counter((b.bookmaker, b.panel, b.payout) for b in settled) - paid
    assert {len(rest) for (*rest,) in taken} == {4}
    assert len({b["bookmaker"] for b in truth(data_dir, "bet")}) == len(LANDMARKS), "both ways of writing numbers"
    total = verify(data_dir / "sim" / "ledger.jsonl", settings.database_url).total
    assert (total.missing, total.wrong, total.extra) == (0, 0, 0)


def test_nothing_is_clicked_after_the_kill_switch(games: Simulation, data_dir: Path) -> None:
    settings = demo_settings(games, data_dir, data_dir / "profiles", Mode.LIVE)
    killed_at: list[float] = []
    rounds_then: list[int] = []

    def done() -> bool:
        if not killed_at:
            if len(truth(data_dir, "bet")) >= 2:
                app(["kill", "--data-dir", str(data_dir)], standalone_mode=False)
                killed_at.append(SystemClock().now())
                rounds_then.append(len(truth(data_dir, "round")))
            return False
        return len(truth(data_dir, "round")) >= rounds_then[0] + 4

    bet(settings, done)
    late = [c for c in truth(data_dir, "click") if c["at"] > killed_at[0] + 0.05]
    assert late == []
    with closing(open_reader(settings.database_url)) as store:
        after = [b for b in bets_since(store, 0.0) if b.outcome is not Outcome.PLACED]
    assert any("kill switch" in b.reason for b in after)
