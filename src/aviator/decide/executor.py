"""StrategyExecutor: runs a strategy, anybody's, so that whatever it does harms nothing but itself.

In: rounds and own bets. Out: a decision that makes sense, or `StrategyFailed`. The strategy runs on a daemon thread of its
own in the worker; one that takes too long is broken off and never asked again.
"""

from __future__ import annotations

import ctypes
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from queue import Empty, SimpleQueue

from aviator.core.bets import Decision, Played, Strategy, StrategyState
from aviator.core.errors import AviatorError
from aviator.core.safe_text import LONGEST_VALUE, bounded, printable, shown
from aviator.core.types import CENT
from aviator.decide.strategies.parameters import LEAST_AUTO, MOST_AUTO, MOST_MONEY

LIMIT_S = 0.5
LONGEST_ERROR = 300
"""Maximum number of characters of an error text of a strategy."""
LONGEST_LADDER = 1000
"""Maximum number of stakes in one answer."""
_Question = tuple[Sequence[Played], StrategyState]


class StrategyFailed(AviatorError):
    """A strategy raised, took too long or answered nonsense: the bookmaker's betting stops, nothing else does."""


class _TooSlow(BaseException):
    """Thrown into a strategy that does not come to an end; a BaseException lest the strategy catch it by accident."""


class StrategyExecutor:
    """Asks one strategy, at most `limit_s` seconds a time."""

    def __init__(self, strategy: Strategy, limit_s: float = LIMIT_S) -> None:
        self._strategy = strategy
        self._limit_s = limit_s
        self._questions: SimpleQueue[_Question | None] = SimpleQueue()
        self._answers: SimpleQueue[object] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._over = ""
        self._failure = ""

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        """The strategy's answer. Raises `StrategyFailed` with one sentence; after one for slowness, always."""
        if self._over:
            raise StrategyFailed(self._over)
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="strategy", daemon=True)
            self._thread.start()
        self._questions.put((tuple(history), state))
        answer = self._wait()
        if self._failure and isinstance(answer, BaseException):
            raise StrategyFailed(self._failure) from answer
        return sensible(answer)

    def close(self) -> None:
        """Ask it no more; its thread ends."""
        self._over = self._over or "The strategy is no longer asked."
        self._questions.put(None)

    def _wait(self) -> object:
        try:
            return self._answers.get(timeout=self._limit_s)
        except Empty:
            with suppress(Empty):
                # The whole machine may have stood still, and the answer is there all the same.
                return self._answers.get_nowait()
        self._over = f"The strategy took longer than {self._limit_s:g} s to decide."
        assert self._thread is not None
        # Ends a loop written in Python at its next step; a call that never returns from C dies with the process.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident or 0), ctypes.py_object(_TooSlow))
        self._questions.put(None)
        raise StrategyFailed(self._over)

    def _serve(self) -> None:
        with suppress(_TooSlow):
            while (question := self._questions.get()) is not None:
                self._answers.put(self._ask(question))

    def _ask(self, question: _Question) -> object:
        # On this thread, so that the time limit holds for the error's own __str__ too.
        answer, self._failure = answer_of(self._strategy, *question)
        return answer


def answer_of(strategy: Strategy, history: Sequence[Played], state: StrategyState) -> tuple[object, str]:
    """What the strategy answers, or the error that it raises with one sentence about it."""
    try:
        return strategy.decide(history, state), ""
    except BaseException as error:  # noqa: BLE001 - anybody's code: also sys.exit() is only its failure
        return error, what_failed(error)


def what_failed(error: BaseException) -> str:
    """One sentence: the error, and the line of the program in which it happened."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in line {frames[-1].lineno} of {Path(frames[-1].filename).name}" if frames else ""
    return bounded(printable(f"The strategy failed{where} ({error_text(error)})."), LONGEST_ERROR)


def error_text(error: BaseException) -> str:
    """Name and text of an error of a strategy, short and without control characters. Never raises."""
    text = "its text cannot be read"
    with suppress(BaseException):  # the error's own __str__ is the strategy's code
        text = str(error)
    return bounded(printable(f"{type(error).__name__}: {text}"), LONGEST_ERROR // 2).rstrip(": .")


def sensible(answer: object) -> Decision | None:
    """The answer as a new `Decision`. Raises `StrategyFailed` where a type or a number is not allowed."""
    if answer is None:
        return None
    if type(answer) is not Decision:
        kind = bounded(printable(type(answer).__name__), LONGEST_VALUE)
        raise StrategyFailed(f"The strategy answered {kind} instead of a Decision or None.")
    stakes, autos = _ladder("stake", answer.bet_amounts), _ladder("auto cash-out", answer.auto_stops)
    index = answer.current_index
    if type(index) is not int or len(stakes) != len(autos) or not 0 <= index < len(stakes):
        raise StrategyFailed(
            f"The strategy's rung is not a whole number below {len(stakes)}, "
            f"or its stakes and auto cash-outs ({len(autos)}) differ in number."
        )
    _check("stake", stakes[index], CENT, MOST_MONEY)
    _check("auto cash-out", autos[index], LEAST_AUTO, MOST_AUTO)
    return Decision(stakes, autos, index)


def _ladder(what: str, values: object) -> tuple[Decimal, ...]:
    """Exact types only: a subclass would run the strategy's code in its methods."""
    if not (type(values) is tuple or type(values) is list) or len(values) > LONGEST_LADDER:
        limit = f"a tuple or list of at most {LONGEST_LADDER:,}"
        raise StrategyFailed(f"The strategy's {what}s are not {limit}.")
    return tuple(values)


def _check(what: str, value: object, least: Decimal, most: Decimal) -> None:
    if type(value) is not Decimal or not value.is_finite():
        plain = type(value) in (int, float, str, bool, Decimal)
        text = shown(value) if plain else f"of the type {bounded(printable(type(value).__name__), LONGEST_VALUE)}"
        raise StrategyFailed(f"The strategy's {what} is {text}, which is no Decimal number.")
    if not least <= value <= most or value % CENT:
        text = bounded(str(value), LONGEST_VALUE)
        allowed = f"allowed: {least} and more, with two decimals at most, up to {most:,}"
        raise StrategyFailed(f"The strategy's {what} is {text}, {allowed}.")
