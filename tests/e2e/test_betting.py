"""Betting at simulated bookmakers' real windows: the record is what the site took, and a kill switch kills."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console
from tests.known import LANDMARKS, landmarked

from aviator.cli.app import app
from aviator.cli.demo import demo_settings
from aviator.cli.sim import Simulation, simulation
from aviator.cli.table import WIDE, live_table
from aviator.core.bets import Mode, Outcome
from aviator.core.clock import SystemClock
from aviator.core.config import LimitSettings, PlaySettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.record.bets import bets_since
from aviator.record.store import open_reader
from aviator.record.verify import verify
from aviator.run.accepted_limits import DAY_S, Moment
from aviator.run.consent import give_consent
from aviator.run.engine import Engine
from aviator.run.signals import StopSwitch
from aviator.run.state import EngineState
from aviator.see import regions

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

PATIENCE_S = 300.0
"""So long may an engine take until it is done."""
SPEED = 2.0
SEED = 22
"""Rounds of every sort, of which none takes long."""
NAMES = "Admiral,Meridian"
PLACED = 8
"""So many bets, and then the end of each round they were placed in."""


@pytest.fixture
def games(data_dir: Path) -> Iterator[Simulation]:
    (data_dir / "sim").mkdir()
    ledger, log = data_dir / "sim" / "ledger.jsonl", data_dir / "sim.log"
    with simulation(bookmakers=NAMES, speed=SPEED, seed=SEED, ledger=ledger, log=log, hidden=True, stop=StopSwitch()) as running:
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


def bet(settings: Settings, done: Callable[[EngineState], bool], *, play_money: bool = True) -> EngineState:
    """Run the engine until it is done, some time after the first look; its last state."""
    switch, clock = StopSwitch(), SystemClock()
    deadline = clock.monotonic() + PATIENCE_S
    last: list[EngineState] = []

    def watch(state: EngineState) -> None:
        last[:] = [state]
        assert clock.monotonic() < deadline, state
        if not switch.asked.is_set() and done(state):
            switch.press()

    Engine(settings, play_money=play_money).run(switch=switch, watcher=watch)
    return last[0]


def all_settled(folder: Path) -> bool:
    return len(truth(folder, "settle")) == len(truth(folder, "bet"))


def test_the_record_of_bets_is_what_the_site_took(games: Simulation, data_dir: Path) -> None:
    assert {w.skin for w in games.windows} == set(LANDMARKS)
    settings = demo_settings(games, data_dir, data_dir / "profiles", Mode.LIVE)

    def done(_: EngineState) -> bool:
        return len(truth(data_dir, "bet")) >= PLACED and all_settled(data_dir)

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

    def done(_: EngineState) -> bool:
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


FAILING = """\
import os, subprocess
from decimal import Decimal
from pathlib import Path
from aviator.core.bets import Decision
FILE = Path(__file__)
class Mine:
    def decide(self, history, state):
        if FILE.with_suffix(".fail").exists():
            child = subprocess.Popen(["sleep", "900"], start_new_session=True)
            FILE.with_suffix(".pids").write_text(f"{os.getpid()} {child.pid}")
            {}
        return Decision((Decimal("12.50"),), (Decimal("1.50"),))
def strategy(parameters):
    return Mine()
"""


@dataclass(frozen=True)
class Failing:
    """A strategy of a user's in a file, which fails once it is told to, and leaves a child behind."""

    path: Path
    bookmaker: str
    panel: int
    words: str

    @property
    def play(self) -> PlaySettings:
        return PlaySettings(self.bookmaker, str(self.path), self.panel)

    def fail(self) -> None:
        self.path.with_suffix(".fail").touch()

    def stopped(self, state: EngineState) -> bool:
        """Is its failure the reason why its panel bets no more, and is nothing left of it?"""
        assert state.betting
        causes = {(b.bookmaker, b.cause): b.reason for b in state.betting.blocks}
        if (reason := causes.get((self.bookmaker, f"strategy_{self.panel}"))) is None:
            return False
        assert self.words in reason
        pids = [int(pid) for pid in self.path.with_suffix(".pids").read_text().split()]
        return len(pids) == 2 and not any(map(psutil.pid_exists, pids))


def failing(folder: Path, bookmaker: str, panel: int, code: str, words: str) -> Failing:
    path = folder / f"{bookmaker}_{panel}.py"
    path.write_text(FAILING.replace("{}", code), encoding="utf-8")
    return Failing(path, bookmaker, panel, words)


def bets_at(folder: Path, bookmaker: str, panel: int) -> int:
    return sum((b["bookmaker"], b["panel"]) == (bookmaker, panel) for b in truth(folder, "bet"))


def test_a_strategy_that_fails_stops_its_panel_and_nothing_else(
    games: Simulation, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hanging = failing(tmp_path, "Admiral", 2, "while True: pass", "took longer than 0.5 s")
    nonsense = failing(tmp_path, "Meridian", 2, "return 5", "answered int instead of a Decision")
    exiting = failing(tmp_path, "Meridian", 1, "os._exit(3)", "process of the strategy ended")
    fails = (hanging, nonsense, exiting)
    fixed = PlaySettings("Admiral", "fixed", 1, {"stake": "12.50", "auto_cash_out": "1.50"})
    settings = demo_settings(games, data_dir, data_dir / "profiles", Mode.LIVE)
    settings = replace(settings, plays=(fixed, *(one.play for one in fails)))
    shown: list[str] = []

    def script() -> Iterator[Callable[[EngineState], bool]]:
        """What is waited for, one thing after another."""
        panels = [("Admiral", 1), *((one.bookmaker, one.panel) for one in fails)]
        yield lambda _: all(bets_at(data_dir, *panel) for panel in panels)
        hanging.fail()
        nonsense.fail()
        yield lambda state: hanging.stopped(state) and nonsense.stopped(state)
        at = {panel: bets_at(data_dir, *panel) for panel in panels}
        yield lambda _: all(bets_at(data_dir, name, 1) > at[name, 1] for name in ("Admiral", "Meridian"))
        exiting.fail()
        yield exiting.stopped
        at["Meridian", 1] = bets_at(data_dir, "Meridian", 1)
        at["Admiral", 1], recorded = bets_at(data_dir, "Admiral", 1), {b.bookmaker: b.rounds for b in states[0].bookmakers}
        yield (
            lambda state: (
                bets_at(data_dir, "Admiral", 1) > at["Admiral", 1]
                and all_settled(data_dir)
                and all(b.rounds > recorded[b.bookmaker] for b in state.bookmakers)
            )
        )
        assert {panel: bets_at(data_dir, *panel) for panel in panels[1:]} == {p: at[p] for p in panels[1:]}
        app(["status", "--data-dir", str(data_dir)], standalone_mode=False)
        shown.append(capsys.readouterr().out)

    steps = script()
    waiting, states = [next(steps)], list[EngineState]()

    def done(state: EngineState) -> bool:
        states[:] = [state]
        if not waiting[0](state):
            return False
        if (step := next(steps, None)) is not None:
            waiting[0] = step
            return False
        table = Console(width=WIDE)
        with table.capture() as captured:
            table.print(live_table(state))
        shown.append(captured.get())
        return True

    last = bet(settings, done)
    for text in shown:
        assert all(one.words in " ".join(text.split()) for one in fails), text
        assert text.count("(strategy_") == len(fails), text
    assert all(b.restarts == 0 for b in last.bookmakers)
    total = verify(data_dir / "sim" / "ledger.jsonl", settings.database_url).total
    assert (total.missing, total.wrong, total.extra) == (0, 0, 0)


RATES = {"RSD": 1, "BAM": 60}
"""What the windows of both bookmakers show, in the currency of the limits."""
TWO_CURRENCIES = LimitSettings(stake=1000.0, stake_per_round=1000.0, loss_per_day=2000.0, drawdown=1e6, bets_per_hour=1000)


def test_stakes_and_losses_count_in_the_currency_of_the_limits(games: Simulation, data_dir: Path) -> None:
    def fixed(bookmaker: str, panel: int, stake: str) -> PlaySettings:
        """Most rounds are over before its auto cash-out."""
        return PlaySettings(bookmaker, "fixed", panel, {"stake": stake, "auto_cash_out": "100.00"})

    plays = (fixed("Admiral", 1, "100.00"), fixed("Meridian", 1, "12.50"), fixed("Meridian", 2, "12.50"))
    settings = demo_settings(games, data_dir, data_dir / "profiles", Mode.LIVE)
    money = {"Admiral": "RSD", "Meridian": "BAM"}
    bookmakers = tuple(replace(b, currency=money[b.name]) for b in settings.bookmakers)
    settings = replace(settings, bookmakers=bookmakers, plays=plays, limits=TWO_CURRENCIES, rates=RATES)
    worth = {name: Decimal(RATES[code]) for name, code in money.items()}
    # Accepted two days ago: limits above the built-in ones hold a day later.
    give_consent(TWO_CURRENCIES, Moment(SystemClock().now() - 2 * DAY_S), worth)

    def refused(wrong: Settings, words: str) -> None:
        with pytest.raises(UserMistake, match=words):
            Engine(wrong).run(switch=StopSwitch())

    refused(replace(settings, rates={}), r"RSD.*\[rates\] lacks BAM, RSD")
    refused(replace(settings, bookmakers=tuple(replace(b, currency="") for b in bookmakers)), "name the currency")
    refused(replace(settings, plays=(fixed("Meridian", 1, "20.00"),)), "1,?200")
    assert not truth(data_dir, "click")

    def lost() -> Decimal:
        ends = truth(data_dir, "settle")
        return sum(((Decimal(s["stake"]) - Decimal(s["payout"])) * worth[s["bookmaker"]] for s in ends), Decimal(0))

    def done(state: EngineState) -> bool:
        blocks = state.betting.blocks if state.betting else ()
        paused = any(b.cause == "cool_off" and "lost today" in b.reason for b in blocks)
        return paused and all_settled(data_dir) and state.betting is not None and state.betting.profit_today == -lost()

    bet(settings, done, play_money=False)
    placed = Counter((b["bookmaker"], b["round"]) for b in truth(data_dir, "bet"))
    assert {name for name, _ in placed} == set(money)
    assert set(placed.values()) == {1}, "750 besides 750 is more than 1,000"
    assert 2000 - 750 < lost() <= 2000
    with closing(open_reader(settings.database_url)) as store:
        reasons = {b.reason for b in bets_since(store, 0.0) if b.outcome is Outcome.REFUSED and b.bookmaker == "Meridian"}
    assert any(r.startswith("750.00 besides ") for r in reasons), reasons
    assert any("lost today" in r and r.endswith("750.00 more, and the limit is 2000.0") for r in reasons), reasons
