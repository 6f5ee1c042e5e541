"""The mind of a worker, put together: a bookmaker's strategies, its agent and the keeper of its session.

In: at the worker's start what is on record; then facts, and what the engine tells. Out: wishes to bet and to click. A `MindSpec`
travels to the worker, which makes its own mind of it. Worker process.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from aviator.core.bets import Decision, Mode, OwnBet, Played, StrategyState
from aviator.core.config import PlaySettings
from aviator.core.errors import UserMistake
from aviator.core.events import BetRequested, BettingBlocked, BettingFreed, Command, Fact, ResumeWorker
from aviator.core.types import BookmakerId
from aviator.decide.agent import BettingAgent, Play
from aviator.decide.exclusion import exclusion
from aviator.decide.executor import StrategyExecutor, StrategyFailed
from aviator.decide.session import LONGEST_S, SHORTEST_S, SessionKeeper
from aviator.decide.strategies.play_process import PlayProcess
from aviator.decide.strategies.registry import asked, load

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MindSpec:
    """What a worker's mind is made of. `bets`: each play's own ones on record, oldest first, in the order of the plays."""

    bookmaker: BookmakerId
    index: int
    pace: float
    mode: Mode
    plays: tuple[PlaySettings, ...]
    bets: tuple[tuple[OwnBet, ...], ...]
    rounds: tuple[Played, ...]
    keep_session: bool
    betting_s: float | None = None

    def __call__(self) -> WorkerMind:
        return WorkerMind(self)


@dataclass(frozen=True, slots=True)
class _NotLoaded:
    """In place of a strategy that cannot be loaded."""

    reason: str

    def decide(self, _history: Sequence[Played], _state: StrategyState) -> Decision | None:
        raise StrategyFailed(self.reason)

    def close(self) -> None:
        """Nothing runs."""


def _executor(play: PlaySettings) -> StrategyExecutor | PlayProcess | _NotLoaded:
    try:
        return asked(load(play.strategy, play.parameters))
    except UserMistake as error:
        return _NotLoaded(str(error))


class WorkerMind:
    """`core.ports.Mind`: agent and keeper, which never act at once. A strategy that cannot be loaded stops the betting on its
    panel and nothing else."""

    def __init__(self, spec: MindSpec) -> None:
        doing = exclusion()
        self._settings = spec.plays
        self._executors = [_executor(play) for play in spec.plays]
        plays = [
            Play(play.panel, play.strategy, executor, list(bets))
            for play, bets, executor in zip(spec.plays, spec.bets, self._executors, strict=True)
        ]
        self._plays, self._untold, self._retry = plays, True, False
        self._bookmaker, self._mode = spec.bookmaker, spec.mode
        self._agent = BettingAgent(spec.bookmaker, plays, doing, spec.rounds, spec.betting_s)
        # What chance decides here is only when to click: nothing of a bet depends on it.
        chance = Random(f"{spec.bookmaker}/{spec.index}")  # noqa: S311
        self._keeper = (
            SessionKeeper(spec.bookmaker, spec.index, None, lambda: chance.uniform(SHORTEST_S, LONGEST_S), doing, spec.pace)
            if spec.keep_session
            else None
        )

    def hear(self, command: Command) -> None:
        """Something that the engine tells. After `aviator resume` strategies that failed are loaded once more."""
        self._retry = self._retry or isinstance(command, ResumeWorker)
        self._agent.apply(command)
        if self._keeper:
            self._keeper.apply(command)

    def step(self, at: float, facts: Sequence[Fact]) -> Sequence[Fact]:
        """The wishes after a look."""
        for fact in facts:
            self._agent.apply(fact)
            if self._keeper:
                self._keeper.apply(fact)
        wishes: list[Fact] = [*self._reload(at), *self._not_loaded(at)]
        wishes += [replace(wish, mode=self._mode) if isinstance(wish, BetRequested) else wish for wish in self._agent.tick(at)]
        self._close_failed(wishes)
        if self._keeper:
            wishes += self._keeper.tick(at)
        return wishes

    def _close_failed(self, wishes: Sequence[Fact]) -> None:
        """A strategy that failed is not asked again: its process, which may go on computing, ends at once."""
        causes = {wish.cause for wish in wishes if isinstance(wish, BettingBlocked)}
        for executor, play in zip(self._executors, self._plays, strict=True):
            if play.cause in causes:
                executor.close()

    def _reload(self, at: float) -> Iterator[Fact]:
        if not self._retry:
            return
        self._retry, self._untold = False, True
        for i, play in enumerate(self._plays):
            if play.blocked:
                self._executors[i].close()
                play.executor = self._executors[i] = _executor(self._settings[i])
                play.blocked = ""
                log.info("%s on panel %d is loaded once more", play.strategy, play.panel)
                yield BettingFreed(self._bookmaker, at, play.cause)

    def _not_loaded(self, at: float) -> Iterator[Fact]:
        if not self._untold:
            return
        self._untold = False
        for play in self._plays:
            if isinstance(play.executor, _NotLoaded):
                play.blocked = play.executor.reason
                log.error("%s", play.blocked)
                yield BettingBlocked(self._bookmaker, at, play.cause, play.blocked, None)

    def close(self) -> None:
        """End the strategies' threads and processes; a worker's end does that as well."""
        for executor in self._executors:
            executor.close()
