"""PlayProcess: a user's strategy in a process of its own, which is killed when it takes too long, dies or answers nonsense.

In: the name of a strategy and its parameters; then rounds and own bets. Out: decisions, or `StrategyFailed`. Runs where the
strategy is asked: in a worker, and in commands that try or simulate one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, cast

import psutil

from aviator.core.bets import Decision, OwnBet, Played, StrategyState
from aviator.core.errors import UserMistake
from aviator.core.safe_text import bounded, printable
from aviator.decide.executor import LIMIT_S, LONGEST_ERROR, LONGEST_LADDER, StrategyFailed, sensible
from aviator.decide.strategies import frames

START_S = 10.0
"""Maximum time for Python to start, on a busy machine."""
IMPORT_S = 0.5
"""Maximum time to import the user's file. An ordinary file takes about 0.01 s, numpy 0.2 s on a machine that is not busy."""
BUILD_S = 2.0
"""Maximum time to build the strategy and to try it on made-up rounds."""
JOIN_S = 1.0
LONGEST_MISTAKE = 1000
_GRACE_S = 0.05
_SLOW_IMPORT = (
    f"its import took longer than {IMPORT_S:g} s; large libraries can be imported inside the function strategy, "
    f"which has {BUILD_S:g} s."
)
_NO_SENSE = "The process of the strategy sent an answer that makes no sense."
_MARK = "AVIATOR_PLAY_PROCESS"
_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from aviator.decide.strategies.play_host import main; main()"
_SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Numeric libraries reserve address space for each thread, and the address space is limited."""


class PlayProcess:
    """A `Strategy`. `group`: of the entry points, where the strategy is an installed package's; empty for a .py file.

    Raises `UserMistake` where it cannot be loaded.
    """

    def __init__(self, name: str, group: str, parameters: Mapping[str, Any], limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._over = ""
        self._number = 0
        self._history: tuple[Played, ...] = ()
        self._bets: tuple[OwnBet, ...] = ()
        mark = f"{_MARK}={uuid.uuid4().hex}"
        process = _started(mark)
        self.pid = process.pid
        self._questions: SimpleQueue[Any] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()
        pipes = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        thread = threading.Thread(target=_exchange, args=(*pipes, self._questions, self._answers), daemon=True)
        self._end = weakref.finalize(self, _end, os.getpid(), process, mark, self._questions, thread)
        thread.start()
        self.kind = self._load(name, group, parameters)
        """The name of the strategy's class."""

    def close(self) -> None:
        """End the process and what it started. It ends with its parent as well."""
        self._over = self._over or "The strategy is no longer asked."
        self._end()

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        """The strategy's answer. Raises `StrategyFailed` with one sentence; after the end of the process, always."""
        if self._over:
            raise StrategyFailed(self._over)
        history, bets = tuple(history), tuple(state.bets)
        kept, kept_bets = frames.delta(self._history, history), frames.delta(self._bets, bets)
        rows = [frames.row_of_round(played) for played in history[kept:]]
        bet_rows = [frames.row_of_bet(bet) for bet in bets[kept_bets:]]
        self._history, self._bets = history, bets
        self._number += 1
        self._questions.put((self._number, (kept, rows), (kept_bets, bet_rows), state.balance))
        answer = self._next(self._limit_s, f"The strategy took longer than {self._limit_s:g} s to decide.")
        if not isinstance(answer, dict) or answer.get("number") != self._number:  # an answer to another question
            raise self._ended(_NO_SENSE)
        if isinstance(failed := answer.get("failed"), str):
            raise StrategyFailed(bounded(printable(failed), LONGEST_ERROR))
        try:
            return sensible(_decision(answer))
        except (StrategyFailed, TypeError, KeyError, ValueError, InvalidOperation) as error:
            raise self._ended(_NO_SENSE) from error

    def _load(self, name: str, group: str, parameters: Mapping[str, Any]) -> str:
        who = f"The strategy {name}"
        try:
            self._next(START_S, f"its process did not start within {START_S:g} s.")
            self._questions.put({"name": name, "group": group, "parameters": dict(parameters)})
            answer = self._next(IMPORT_S, _SLOW_IMPORT)
            if answer == "imported":
                answer = self._next(BUILD_S, f"it took longer than {BUILD_S:g} s to be built and tried on made-up rounds.")
        except StrategyFailed as failure:
            raise UserMistake(f"{who} cannot be loaded: {str(failure)[:1].lower()}{str(failure)[1:]}") from failure
        found = answer if isinstance(answer, dict) else {}
        if isinstance(kind := found.get("loaded"), str):
            return bounded(printable(kind), 80)
        self._ended("not loaded")
        mistake = found.get("mistake")
        if not isinstance(mistake, str):
            mistake = f"{who} cannot be loaded: its process sent an answer that makes no sense."
        raise UserMistake(bounded(printable(mistake), LONGEST_MISTAKE))

    def _next(self, limit_s: float, too_slow: str) -> Any:
        try:
            answer = self._answers.get(timeout=limit_s)
        except Empty:
            try:
                # The whole machine may have stood still, and the answer is there all the same.
                answer = self._answers.get(timeout=_GRACE_S)
            except Empty:
                raise self._ended(too_slow) from None
        if isinstance(answer, BaseException):
            nonsense = isinstance(answer, ValueError)
            raise self._ended(
                "The process of the strategy sent what is no answer." if nonsense else "The process of the strategy ended."
            ) from answer
        return answer

    def _ended(self, why: str) -> StrategyFailed:
        self._over = why
        self.close()
        return StrategyFailed(why)


def _started(mark: str) -> subprocess.Popen[bytes]:
    """A process with no descriptor of this one's but two pipes, out of reach of the terminal's Ctrl-C."""
    key, _, value = mark.partition("=")
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _START, json.dumps(sys.path), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        env={**_SINGLE_THREADED, **os.environ, key: value},
    )


def _exchange(to: BinaryIO, of: BinaryIO, questions: SimpleQueue[Any], answers: SimpleQueue[Any]) -> None:
    """On a thread: a pipe's end may block, and Windows cannot wait for one with a limit."""
    try:
        _converse(to, of, questions, answers)
    except (OSError, EOFError, ValueError, TypeError) as error:
        answers.put(error)
    finally:
        for pipe in (to, of):
            with suppress(OSError):
                pipe.close()


def _converse(to: BinaryIO, of: BinaryIO, questions: SimpleQueue[Any], answers: SimpleQueue[Any]) -> None:
    answers.put(frames.receive(of))  # "ready"
    while (question := questions.get()) is not None:
        frames.send(to, question)
        answers.put(answer := frames.receive(of))
        if answer == "imported":
            answers.put(frames.receive(of))


def _decision(answer: Any) -> Decision | None:
    if answer["answer"] is None:
        return None
    stakes, autos, index = answer["answer"]
    if not all(type(n) is str for n in (*stakes, *autos)) or max(len(stakes), len(autos)) > LONGEST_LADDER:
        raise ValueError("no numbers")
    return Decision(tuple(map(Decimal, stakes)), tuple(map(Decimal, autos)), index)


def _end(owner: int, process: subprocess.Popen[bytes], mark: str, questions: SimpleQueue[Any], thread: threading.Thread) -> None:
    if os.getpid() != owner:  # a fork of the owner drops its copy
        return
    _kill(process, mark)
    questions.put(None)
    if thread.ident is not None:
        thread.join(JOIN_S)


def _kill(process: subprocess.Popen[bytes], mark: str) -> None:
    """End the process, its group, its children, and on Linux also those that left the group and lost their parent."""
    found: list[psutil.Process] = []
    with suppress(psutil.Error):
        found = psutil.Process(process.pid).children(recursive=True)
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    for child in found:
        with suppress(psutil.Error):
            child.kill()
    if sys.platform == "linux":
        _kill_marked(mark.encode())
    process.wait()


def _kill_marked(mark: bytes) -> None:
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)
