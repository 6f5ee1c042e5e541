"""A user's own strategy: imported, built and tried once on made-up rounds. Only the process of a play does this.

In: a .py file or an installed package's entry point, and parameters. Out: a strategy, or `UserMistake` with one sentence.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from importlib.metadata import EntryPoint
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from typing import Any

from aviator.core.bets import Strategy, StrategyState
from aviator.core.errors import UserMistake
from aviator.decide.executor import StrategyExecutor, StrategyFailed, error_text
from aviator.decide.strategies.made_up import LOST, REFUSED, TRIED, WON

Factory = Callable[[Mapping[str, Any]], Any]


def factory_in_file(path: Path) -> Factory:
    """The function `strategy` of a user's file."""
    spec = spec_from_file_location(f"aviator_strategy_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UserMistake(f"There is no strategy file {path}.")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # as an import does it: dataclasses look their module up
    with _telling(lambda error: f"The strategy {path}{_line(error, path)} cannot be loaded"):
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise UserMistake(f"The strategy {path}, line {error.lineno}, is no Python: {error.msg}.") from error
    factory = getattr(module, "strategy", None)
    if not callable(factory):
        raise UserMistake(f"The strategy {path} has no function strategy(parameters).")
    return factory  # type: ignore[no-any-return]


def factory_in_package(entry: EntryPoint) -> Factory:
    """What an entry point names."""
    with _telling(lambda _: f"The strategy {entry.name} cannot be loaded from {entry.value}"):
        return entry.load()  # type: ignore[no-any-return]


@contextmanager
def _telling(what: Callable[[BaseException], str]) -> Iterator[None]:
    """What anybody's code raises, sys.exit() as well, is a mistake of its user."""
    try:
        yield
    except UserMistake:
        raise
    except BaseException as error:
        raise UserMistake(f"{what(error)}: {error_text(error)}.") from error


def built(name: str, path: Path | None, factory: Factory, parameters: Mapping[str, Any]) -> Strategy:
    """Made by a factory, and tried: before any round, after many, after a bet won, lost and refused."""
    who = f"The strategy {name}"
    with _telling(lambda error: f"{who}{_line(error, path)} does not take these parameters"):
        strategy: Strategy = factory(dict(parameters))
    _check_signature(who, strategy)
    with closing(StrategyExecutor(strategy)) as executor:
        for history in ((), TRIED[:3], TRIED):
            for bets in ((), (WON,), (WON, LOST), (LOST, REFUSED)):
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
