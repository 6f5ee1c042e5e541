"""The process of a play: loads one user's strategy and answers questions until its parent goes.

In: frames on standard input. Out: frames on what was standard output; a strategy's own prints go nowhere. It holds no socket,
file or library of the worker, and at most `MOST_MEMORY` bytes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from aviator.core.bets import OwnBet, Played, Strategy, StrategyState
from aviator.core.errors import UserMistake
from aviator.decide.executor import StrategyFailed, answer_of, sensible
from aviator.decide.strategies import frames, own

MOST_MEMORY = 1 << 30
LONGEST_NUMBER = 60
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve one play."""
    questions, answers = _private_pipes()
    _limit(int(sys.argv[2]))
    frames.send(answers, "ready")
    asked: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_read, args=(questions, asked), daemon=True).start()
    try:
        strategy = _load(answers, **asked.get())
    except UserMistake as mistake:
        frames.send(answers, {"mistake": str(mistake)})
        os._exit(2)
    frames.send(answers, {"loaded": type(strategy).__name__})
    _serve(strategy, asked, answers)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The protocol's own descriptors: a strategy that reads, prints or closes standard streams does not touch them."""
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return os.fdopen(questions, "rb"), os.fdopen(answers, "wb")


def _limit(parent: int) -> None:
    """Bound the memory, and end with the parent also where a call never returns."""
    if sys.platform != "win32":
        import resource

        for which, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
            with suppress(ValueError, OSError):
                resource.setrlimit(which, (most, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _read(questions: BinaryIO, asked: SimpleQueue[Any]) -> None:
    """On a thread: the end of the pipe ends this process, also while the strategy computes."""
    with suppress(EOFError, OSError, ValueError):
        while True:
            asked.put(frames.receive(questions))
    os._exit(0)


def _load(answers: BinaryIO, name: str, group: str, parameters: dict[str, Any]) -> Strategy:
    path = None if group else Path(name)
    if path is not None:
        factory = own.factory_in_file(path)
    else:
        factory = own.factory_in_package(next(iter(entry_points(group=group, name=name))))
    frames.send(answers, "imported")
    return own.built(name, path, factory, parameters)


def _serve(strategy: Strategy, asked: SimpleQueue[Any], answers: BinaryIO) -> None:
    history: tuple[Played, ...] = ()
    bets: tuple[OwnBet, ...] = ()
    process = os.getpid()
    while True:
        number, (kept, rounds), (kept_bets, rows), balance = asked.get()
        history = (*history[len(history) - kept :], *map(frames.round_of, rounds))
        bets = (*bets[len(bets) - kept_bets :], *map(frames.bet_of, rows))
        answer = _answer(strategy, history, StrategyState(balance, bets))
        if os.getpid() != process:  # the strategy forked, and this is the copy
            os._exit(0)
        frames.send(answers, {"number": number, **answer})


def _answer(strategy: Strategy, history: tuple[Played, ...], state: StrategyState) -> dict[str, Any]:
    answer, failure = answer_of(strategy, history, state)
    if failure:
        return {"failed": failure}
    try:
        decision = sensible(answer)
    except StrategyFailed as failed:
        return {"failed": str(failed)}
    if decision is None:
        return {"answer": None}
    ladders = (decision.bet_amounts, decision.auto_stops)
    return {"answer": [*([_number(n) for n in ladder] for ladder in ladders), decision.current_index]}


def _number(value: object) -> str:
    """A rung that is not played now is not checked: what is no number is sent as NaN."""
    text = str(value) if type(value) is Decimal else "NaN"
    return text if len(text) <= LONGEST_NUMBER else "NaN"
