"""The mind of a worker, put together: a bookmaker's strategies, its agent and the keeper of its session.

In: at the worker's start what is on record; then facts, and what the engine tells. Out: wishes to bet and to click. A `MindSpec`
travels to the worker, which makes its own mind of it. Worker process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from aviator.core.bets import Mode, OwnBet, Played
from aviator.core.config import PlaySettings
from aviator.core.errors import UserMistake
from aviator.core.events import BetRequested, BettingBlocked, Command, Fact
from aviator.core.types import BookmakerId
from aviator.decide.agent import BettingAgent, Play
from aviator.decide.exclusion import exclusion
from aviator.decide.executor import StrategyExecutor
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


class WorkerMind:
    """`core.ports.Mind`: agent and keeper, which never act at once. A strategy that cannot be loaded stops this bookmaker's
    betting and nothing else."""

    def __init__(self, spec: MindSpec) -> None:
        doing = exclusion()
        self._trouble = ""
        plays: list[Play] = []
        self._executors: list[StrategyExecutor | PlayProcess] = []
        try:
            strategies = [load(play.strategy, play.parameters) for play in spec.plays]
        except UserMistake as error:
            self._trouble, strategies = str(error), []
        for play, bets, strategy in zip(spec.plays, spec.bets, strategies, strict=False):
            self._executors.append(asked(strategy))
            plays.append(Play(play.panel, play.strategy, self._executors[-1], list(bets)))
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
        """Something that the engine tells."""
        self._agent.apply(command)
        if self._keeper:
            self._keeper.apply(command)

    def step(self, at: float, facts: Sequence[Fact]) -> Sequence[Fact]:
        """The wishes after a look."""
        for fact in facts:
            self._agent.apply(fact)
            if self._keeper:
                self._keeper.apply(fact)
        wishes: list[Fact] = [
            replace(wish, mode=self._mode) if isinstance(wish, BetRequested) else wish for wish in self._agent.tick(at)
        ]
        if self._keeper:
            wishes += self._keeper.tick(at)
        if self._trouble:
            log.error("%s", self._trouble)
            wishes.append(BettingBlocked(self._bookmaker, at, "strategy", self._trouble, None))
            self._trouble = ""
        return wishes

    def close(self) -> None:
        """End the strategies' threads and processes; a worker's end does that as well."""
        for executor in self._executors:
            executor.close()
