"""A worker's mind, made of what travels to it: wishes come of facts, and trouble with a strategy stops nothing else."""

import pickle
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from aviator.core.bets import Mode, Outcome, OwnBet, Played
from aviator.core.config import PlaySettings
from aviator.core.events import (
    BetRequested,
    BettingBlocked,
    BettingFreed,
    Fact,
    KeepRequested,
    PhaseChanged,
    ResumeWorker,
    RoundEnded,
    TellBet,
    TellKept,
)
from aviator.core.types import BookmakerId, Phase, Source
from aviator.run.mind import MindSpec, WorkerMind

A = BookmakerId("Admiral")
FIXED = PlaySettings("Admiral", "fixed", 1, {"stake": "5", "auto_cash_out": "2"})
OWN = """\
from decimal import Decimal
from aviator.core.bets import Decision
class Own:
    def decide(self, history, state):
        return Decision((Decimal(3),), (Decimal(2),))
strategy = lambda parameters: Own()
"""
LADDER = PlaySettings("Admiral", "ladder", 2, {})


@pytest.fixture
def think() -> Iterator[Callable[[MindSpec], WorkerMind]]:
    minds: list[WorkerMind] = []

    def make(spec: MindSpec) -> WorkerMind:
        minds.append(spec())
        return minds[-1]

    yield make
    for mind in minds:
        mind.close()


def spec(*plays: PlaySettings, bets: tuple[tuple[OwnBet, ...], ...] = (), keep: bool = False) -> MindSpec:
    return MindSpec(
        A, 0, 1.0, Mode.PAPER, plays, bets or tuple(() for _ in plays), (Played(Decimal("1.50"), 90.0),), keep, betting_s=5.0
    )


def phase(at: float, before: Phase, after: Phase) -> PhaseChanged:
    return PhaseChanged(A, at, before, after)


def a_round(at: float) -> list[Fact]:
    """Betting at `at`, a flight 5 s later, its end, and the next betting 10 s after `at`."""
    return [
        phase(at, Phase.ENDED, Phase.BETTING), phase(at + 5, Phase.BETTING, Phase.PLAYING),
        phase(at + 6, Phase.PLAYING, Phase.ENDED), RoundEnded(A, at + 5, at + 6, Decimal("1.08"), 1, 1, None, Source.LIVE, 1.0),
        phase(at + 10, Phase.ENDED, Phase.BETTING),
    ]  # fmt: skip


def wishes(mind: WorkerMind, at: float) -> list[Fact]:
    """After a whole round, at the beginning of the next betting."""
    return [*mind.step(at + 10, a_round(at))]


def test_what_travels_becomes_a_mind_that_wishes(think) -> None:
    mind = think(pickle.loads(pickle.dumps(spec(FIXED, LADDER))))
    (one, two) = (w for w in wishes(mind, 100.0) if isinstance(w, BetRequested))
    assert (one.panel, one.stake, one.auto_cash_out, one.betting_at, one.mode) == (1, Decimal(5), Decimal(2), 110.0, Mode.PAPER)
    assert (two.panel, two.stake, two.auto_cash_out) == (2, Decimal(10), Decimal("2.20"))
    assert one.deadline <= 115.0
    assert len({one.request_id, two.request_id}) == 2


def test_a_ladder_goes_on_where_it_was(think) -> None:
    lost = OwnBet("r", Decimal(10), Decimal("2.20"), Outcome.PLACED, Decimal(0), 50.0)
    (wish,) = wishes(think(spec(LADDER, bets=((lost,),))), 100.0)
    assert isinstance(wish, BetRequested)
    assert wish.stake == 20


def test_no_second_wish_before_the_first_one_is_answered(think) -> None:
    mind = think(spec(FIXED))
    (first,) = wishes(mind, 100.0)
    assert isinstance(first, BetRequested)
    assert wishes(mind, 110.0) == []
    mind.hear(TellBet(first.request_id, 1, first.stake, first.auto_cash_out, Outcome.REFUSED, None))
    assert len(wishes(mind, 120.0)) == 1


def test_a_strategy_that_cannot_be_loaded_stops_betting_and_says_so_once(think, tmp_path: Path) -> None:
    broken = tmp_path / "mine.py"
    broken.write_text("raise RuntimeError('no')")
    mind = think(spec(PlaySettings("Admiral", str(broken), 1, {})))
    (said,) = wishes(mind, 100.0)
    assert isinstance(said, BettingBlocked)
    assert "mine.py" in said.reason
    assert wishes(mind, 110.0) == []


def test_the_readme_statement_on_own_strategies_holds(think, tmp_path: Path) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    statement = "on its panel stops until `aviator resume NAME`; recording and the other panel go on."
    assert statement in " ".join(readme.split())
    mine = tmp_path / "mine.py"
    mine.write_text(OWN.replace("return", "while history and history[-1].ended_at == 106: pass\n        return"))
    mind = think(spec(PlaySettings("Admiral", str(mine), 1, {}), LADDER))
    (blocked,) = (w for w in wishes(mind, 100.0) if not isinstance(w, BetRequested))
    assert isinstance(blocked, BettingBlocked)
    assert blocked.cause == "strategy_1"
    assert "took longer than 0.5 s" in blocked.reason


@pytest.mark.parametrize("failure", ["return 5", "raise ValueError"])
def test_nothing_is_left_of_a_strategy_that_failed(think, tmp_path: Path, failure: str) -> None:
    mine, left = tmp_path / "mine.py", tmp_path / "pids"
    mine.write_text(
        OWN.replace(
            "        return",
            "        if history and history[-1].ended_at == 106:\n"
            "            child = subprocess.Popen(['sleep', '60'])\n"
            f"            open({str(left)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
            f"            {failure}\n"
            "        return",
        ).replace("from decimal", "import os, subprocess\nfrom decimal", 1)
    )
    mind = think(spec(PlaySettings("Admiral", str(mine), 1, {}), LADDER))
    blocked, other = sorted(wishes(mind, 100.0), key=lambda wish: isinstance(wish, BetRequested))
    assert isinstance(blocked, BettingBlocked)
    assert isinstance(other, BetRequested)
    pids = [int(pid) for pid in left.read_text().split()]
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=5)
    assert not alive


def test_a_resume_loads_what_failed_once_more_and_leaves_the_other_panel_alone(think, tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("import os; os._exit(0)")
    mind = think(spec(PlaySettings("Admiral", str(mine), 1, {}), LADDER))
    blocked, wish = wishes(mind, 100.0)
    assert isinstance(blocked, BettingBlocked)
    assert blocked.cause == "strategy_1"
    assert isinstance(wish, BetRequested)
    assert wish.panel == 2
    mind.hear(TellBet(wish.request_id, 2, wish.stake, wish.auto_cash_out, Outcome.REFUSED, None))
    mine.write_text(OWN)
    mind.hear(ResumeWorker())
    freed, *again = wishes(mind, 110.0)
    assert freed == BettingFreed(A, 120.0, "strategy_1")
    assert sorted(w.panel for w in again if isinstance(w, BetRequested)) == [1, 2]


def test_a_session_is_kept_where_that_is_wished(think) -> None:
    mind = think(spec(keep=True))
    mind.step(100.0, [phase(99.0, Phase.UNKNOWN, Phase.PLAYING)])
    far = 4e9
    (wish,) = mind.step(far, [phase(far, Phase.BETTING, Phase.PLAYING)])
    assert isinstance(wish, KeepRequested)
    mind.hear(TellKept(wish.request_id, True))
    assert [*mind.step(far + 1, [])] == []
    assert not spec().keep_session
