"""THE table of built-in strategies, and the way from a name and parameters to a strategy, also to a user's own.

In: a name, a .py file or an installed package's entry point, and parameters as TOML has them. Out: a strategy, a user's own in
a process of its own and tried once on made-up rounds, or `UserMistake` with one sentence. See docs/strategies.md.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from contextlib import closing, suppress
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from aviator.core.bets import Strategy, StrategyState
from aviator.core.errors import UserMistake
from aviator.core.options import build
from aviator.decide.executor import StrategyExecutor, StrategyFailed
from aviator.decide.strategies.flat import Fixed, FlatSkip, WaitForPattern
from aviator.decide.strategies.made_up import LOST, LOW, TRIED, WON
from aviator.decide.strategies.play_process import PlayProcess
from aviator.decide.strategies.rungs import AntiMartingale, Ladder, Martingale

BuiltIn = type[Fixed] | type[FlatSkip] | type[WaitForPattern] | type[Ladder] | type[Martingale] | type[AntiMartingale]
BUILT_IN: dict[str, BuiltIn] = {
    "fixed": Fixed,
    "ladder": Ladder,
    "martingale": Martingale,
    "anti_martingale": AntiMartingale,
    "wait_for_pattern": WaitForPattern,
    "flat_skip": FlatSkip,
}
GROUP = "aviator.strategies"
"""Installed packages offer their strategies in this group of entry points."""


def about(cls: type[Any]) -> str:
    """What a strategy does, in one line."""
    return (inspect.getdoc(cls) or "").split("\n", 1)[0]


def load(name: str, parameters: Mapping[str, Any]) -> Strategy:
    """The strategy of that name, or of that .py file. Raises `UserMistake`."""
    if name.endswith(".py"):
        if not Path(name).is_file():
            raise UserMistake(f"There is no strategy file {name}.")
        return PlayProcess(name, "", parameters)
    if (cls := BUILT_IN.get(name)) is not None:
        wrong: list[str] = []
        built: Any = build(cls, dict(parameters), "", wrong)
        if wrong or (wrong := built.amiss()):
            raise UserMistake(f"The strategy {name}: {'; '.join(wrong)}.")
        strategy: Strategy = built
        return strategy
    if entry_points(group=GROUP, name=name):
        return PlayProcess(name, GROUP, parameters)
    known = [*BUILT_IN, *sorted(entry.name for entry in entry_points(group=GROUP))]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}; your own is named by its .py file"
    raise UserMistake(f"There is no strategy {name!r}: {hint}")


def check(name: str, parameters: Mapping[str, Any]) -> None:
    """Raises `UserMistake` where that strategy cannot be loaded."""
    asked(load(name, parameters)).close()


def asked(strategy: Strategy) -> StrategyExecutor | PlayProcess:
    """What asks a strategy within its time limit: the process of a user's own, a thread for a built-in one."""
    return strategy if isinstance(strategy, PlayProcess) else StrategyExecutor(strategy)


def numbers_of(strategy: Strategy) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """The stakes and the auto cash-outs that a strategy may ask for, as far as its answers to made-up rounds tell."""
    stakes: set[Decimal] = set()
    autos: set[Decimal] = set()
    with closing(asked(strategy)) as executor:
        for history in ((), TRIED, LOW):
            for bets in ((), (WON,), (WON, LOST)):
                with suppress(StrategyFailed):  # what is known is told
                    if (decision := executor.decide(history, StrategyState(Decimal(1000), bets))) is not None:
                        stakes.update(decision.bet_amounts)
                        autos.update(decision.auto_stops)
    stakes, autos = ({n for n in numbers if isinstance(n, Decimal) and n.is_finite()} for numbers in (stakes, autos))
    return tuple(sorted(stakes)), tuple(sorted(autos))
