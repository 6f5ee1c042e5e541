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
from aviator.core.types import CENT
from aviator.decide.strategies.parameters import LEAST_AUTO

LIMIT_S = 0.5
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

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        """The strategy's answer. Raises `StrategyFailed` with one sentence; after one for slowness, always."""
        if self._over:
            raise StrategyFailed(self._over)
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="strategy", daemon=True)
            self._thread.start()
        self._questions.put((tuple(history), state))
        answer = self._wait()
        if isinstance(answer, BaseException):
            raise StrategyFailed(what_failed(answer)) from answer
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
        try:
            return self._strategy.decide(*question)
        except BaseException as error:  # noqa: BLE001 - anybody's code: also sys.exit() is only its failure
            return error


def what_failed(error: BaseException) -> str:
    """One sentence: the error, and the line of the program in which it happened."""
    what = f"{type(error).__name__}: {error}".replace("\n", " ").rstrip(": .")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in line {frames[-1].lineno} of {Path(frames[-1].filename).name}" if frames else ""
    return f"The strategy failed{where} ({what})."


def sensible(answer: object) -> Decision | None:
    """The answer, where it is one. Raises `StrategyFailed` where no site could take such a bet."""
    if answer is None:
        return None
    if not isinstance(answer, Decision):
        raise StrategyFailed(f"The strategy answered {type(answer).__name__} instead of a Decision or None.")
    for what, value, least in (("stake", answer.stake, CENT), ("auto cash-out", answer.auto_cash_out, LEAST_AUTO)):
        if not isinstance(value, Decimal) or not value.is_finite():
            raise StrategyFailed(f"The strategy's {what} is {value!r}, which is no Decimal number.")
        if value < least or value % CENT:
            raise StrategyFailed(f"The strategy's {what} is {value}, allowed: {least} and more, with two decimals at most.")
    return answer
