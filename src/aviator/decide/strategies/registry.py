"""THE table of built-in strategies, and the way from a name and parameters to a strategy, also to a user's own.

In: a name, a .py file or an installed package's entry point, and parameters as TOML has them. Out: a strategy that was tried
once on made-up rounds, or `UserMistake` with one sentence. See docs/strategies.md.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from decimal import Decimal
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from typing import Any

from aviator.core.bets import Outcome, OwnBet, Played, Strategy, StrategyState
from aviator.core.errors import UserMistake
from aviator.core.options import build
from aviator.decide.executor import StrategyExecutor, StrategyFailed, error_text
from aviator.decide.strategies.flat import Fixed, FlatSkip, WaitForPattern
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

_TRIED = tuple(Played(Decimal(m) if m else None, 60.0 * i) for i, m in enumerate(("1.00", "1.52", "", "30.17", "2.00") * 20))
_LOW = tuple(Played(Decimal("1.00"), 60.0 * i) for i in range(100))
_WON = OwnBet("won", Decimal(10), Decimal(2), Outcome.PLACED, Decimal(20), 5900.0)
_LOST = OwnBet("lost", Decimal(10), Decimal(2), Outcome.PLACED, Decimal(0), 5900.0)
_REFUSED = OwnBet("refused", Decimal(10), Decimal(2), Outcome.REFUSED, None, 5900.0)


def about(cls: type[Any]) -> str:
    """What a strategy does, in one line."""
    return (inspect.getdoc(cls) or "").split("\n", 1)[0]


def load(name: str, parameters: Mapping[str, Any]) -> Strategy:
    """The strategy of that name, or of that .py file. Raises `UserMistake`."""
    if name.endswith(".py"):
        return _own(f"The strategy {name}", Path(name), _factory_in(Path(name)), parameters)
    if (cls := BUILT_IN.get(name)) is not None:
        wrong: list[str] = []
        built: Any = build(cls, dict(parameters), "", wrong)
        if wrong or (wrong := built.amiss()):
            raise UserMistake(f"The strategy {name}: {'; '.join(wrong)}.")
        strategy: Strategy = built
        return strategy
    for entry in entry_points(group=GROUP, name=name):
        try:
            factory = entry.load()
        except Exception as error:
            raise UserMistake(f"The strategy {name} cannot be loaded from {entry.value}: {error_text(error)}.") from error
        return _own(f"The strategy {name}", None, factory, parameters)
    known = [*BUILT_IN, *sorted(entry.name for entry in entry_points(group=GROUP))]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}; your own is named by its .py file"
    raise UserMistake(f"There is no strategy {name!r}: {hint}")


def numbers_of(strategy: Strategy) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """The stakes and the auto cash-outs that a strategy may ask for, as far as its answers to made-up rounds tell."""
    stakes: set[Decimal] = set()
    autos: set[Decimal] = set()
    with closing(StrategyExecutor(strategy)) as executor:
        for history in ((), _TRIED, _LOW):
            for bets in ((), (_WON,), (_WON, _LOST)):
                with suppress(StrategyFailed):  # what is known is told
                    if (decision := executor.decide(history, StrategyState(Decimal(1000), bets))) is not None:
                        stakes.update(decision.bet_amounts)
                        autos.update(decision.auto_stops)
    stakes, autos = ({n for n in numbers if isinstance(n, Decimal) and n.is_finite()} for numbers in (stakes, autos))
    return tuple(sorted(stakes)), tuple(sorted(autos))


def _factory_in(path: Path) -> Callable[[Mapping[str, Any]], Any]:
    """The function `strategy` of a user's file."""
    spec = spec_from_file_location(f"aviator_strategy_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UserMistake(f"There is no strategy file {path}.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UserMistake(f"The strategy {path}, line {error.lineno}, is no Python: {error.msg}.") from error
    except (Exception, SystemExit) as error:
        raise UserMistake(f"The strategy {path}{_line(error, path)} cannot be loaded: {error_text(error)}.") from error
    factory = getattr(module, "strategy", None)
    if not callable(factory):
        raise UserMistake(f"The strategy {path} has no function strategy(parameters).")
    return factory  # type: ignore[no-any-return]


def _own(who: str, path: Path | None, factory: Callable[[Mapping[str, Any]], Any], parameters: Mapping[str, Any]) -> Strategy:
    """Made by a factory, and tried: before any round, after many, after a bet won, lost and refused."""
    try:
        strategy: Strategy = factory(dict(parameters))
    except (Exception, SystemExit) as error:
        raise UserMistake(f"{who}{_line(error, path)} does not take these parameters: {error_text(error)}.") from error
    _check_signature(who, strategy)
    with closing(StrategyExecutor(strategy)) as executor:
        for history in ((), _TRIED[:3], _TRIED):
            for bets in ((), (_WON,), (_WON, _LOST), (_LOST, _REFUSED)):
                try:
                    executor.decide(history, StrategyState(Decimal(1000), bets))
                except StrategyFailed as failure:
                    tried = f"tried on {len(history)} made-up rounds and {len(bets)} bets"
                    cause = failure.__cause__
                    told = f"{_line(cause, path)} failed: {error_text(cause)}" if cause else f": {_inside(str(failure))}"
                    raise UserMistake(f"{who}{told} ({tried}).") from failure
    return strategy


def _check_signature(who: str, strategy: object) -> None:
    decide = getattr(strategy, "decide", None)
    if not callable(decide):
        raise UserMistake(f"{who} gives {type(strategy).__name__}, which has no method decide(history, state).")
    try:
        inspect.signature(decide).bind((), StrategyState(None))
    except (TypeError, ValueError):
        line = getattr(getattr(decide, "__code__", None), "co_firstlineno", None)
        raise UserMistake(f"{who}{f', line {line}' if line else ''}: decide must take (history, state).") from None


def _line(error: BaseException, path: Path | None) -> str:
    """Where in the user's own file it happened; elsewhere, in which file."""
    frames = extract_tb(error.__traceback__)
    own = [f for f in frames if path is not None and Path(f.filename) == path]
    if own:
        return f", line {own[-1].lineno},"
    return f", {Path(frames[-1].filename).name}, line {frames[-1].lineno}," if frames and path is None else ""


def _inside(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
