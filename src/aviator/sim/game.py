"""One bookmaker's game: BETTING → PLAYING → ENDED → BLACK → BETTING …, with its players and the visitor's bets.

In: the time, presses and edits. Out: ledger lines, and the state that pages show. A pure state machine: time is an argument,
chance a generator. Every moment happens at its exact due time however late `advance` is called. Runs in the `sim` process.
"""

from __future__ import annotations

import math
from collections import deque
from decimal import Decimal
from enum import StrEnum
from random import Random

from aviator.sim.bets import ZERO, Bets
from aviator.sim.chain import Chain
from aviator.sim.crowd import Crowd
from aviator.sim.ledger import Line, RoundLine
from aviator.sim.skins import Skin

DEAF_S = 0.3  # the end of BETTING in which clicks are ignored
CREDIT_DELAY_S = 0.8
START_BALANCE = Decimal("5000.00")
HISTORY_LENGTH = 60
ONE = Decimal("1.00")


class Phase(StrEnum):
    CLOSED = "closed"
    BETTING = "betting"
    PLAYING = "flying"
    ENDED = "ended"
    BLACK = "black"


_NEXT = {Phase.BETTING: Phase.PLAYING, Phase.PLAYING: Phase.ENDED, Phase.ENDED: Phase.BLACK, Phase.BLACK: Phase.BETTING}


class Game:
    """The state of one bookmaker. Times are Unix seconds; all durations are divided by `speed`."""

    def __init__(self, skin: Skin, chain: Chain, rng: Random, speed: float = 1.0) -> None:
        self.skin = skin
        self.phase = Phase.CLOSED
        self.round = HISTORY_LENGTH
        self.bets = Bets(skin, START_BALANCE, CREDIT_DELAY_S / speed)
        self._chain, self._rng, self._speed = chain, rng, speed
        # the rounds before the doors opened fill the strip; newest first
        self.history = deque(reversed([chain.next_round()[1] for _ in range(HISTORY_LENGTH)]), maxlen=HISTORY_LENGTH)
        self._online = skin.online
        self._crash = self.history[0]
        self._flight = skin.growth.flight(rng)
        self._crowd = Crowd(rng, 0)
        self._betting_at = self._started_at = self._ended_at = self._phase_ends_at = math.inf

    def start(self, now: float) -> list[Line]:
        """Opens the doors: the first betting phase begins."""
        return self._open_betting(now)

    # --- time ---

    @property
    def due_at(self) -> float:
        """When the next thing happens by itself."""
        return min(self._phase_ends_at, self._auto_at, self.bets.next_credit_at)

    def advance(self, now: float) -> list[Line]:
        """Lets everything happen that is due, in order, each at its own time."""
        lines: list[Line] = []
        while (at := self.due_at) <= now:
            if self.bets.next_credit_at == at:
                lines += self.bets.pay_credits(at)
            elif self._auto_at == at:  # before the crash, which may fall on the same instant
                lines += self.bets.cash_out_autos(self.bets.next_auto() or ONE, at)
            else:
                lines += self._next_phase(at)
        return lines

    @property
    def _auto_at(self) -> float:
        target = self.bets.next_auto()
        if self.phase is not Phase.PLAYING or target is None or target > self._crash:
            return math.inf
        return self._started_at + self._flight.seconds(target) / self._speed

    def _next_phase(self, at: float) -> list[Line]:
        match _NEXT[self.phase]:
            case Phase.BETTING:
                return self._open_betting(at)
            case Phase.PLAYING:
                self.phase, self._started_at = Phase.PLAYING, at
                self._phase_ends_at = at + self._flight.seconds(self._crash) / self._speed
                self.bets.take_off()
                return []
            case Phase.ENDED:
                return self._end_round(at)
            case _:
                self.phase, self._phase_ends_at = Phase.BLACK, at + self.skin.timing.black_s / self._speed
                return []

    def _open_betting(self, at: float) -> list[Line]:
        self.phase, self._betting_at = Phase.BETTING, at
        self._phase_ends_at = at + self.skin.timing.betting_s / self._speed
        self.round += 1
        self._crash = self._chain.next_round()[1]
        self._flight = self.skin.growth.flight(self._rng)
        self._crowd = Crowd(self._rng, self._rng.randint(*self.skin.crowd))
        if self._online is not None:
            self._online = max(self._crowd.size, self._online + self._rng.randint(-9, 9))
        return list(self.bets.open_betting(self.round, at))

    def _end_round(self, at: float) -> list[Line]:
        self.phase, self._ended_at = Phase.ENDED, at
        self._phase_ends_at = at + self.skin.timing.ended_s / self._speed
        self.history.appendleft(self._crash)
        lines: list[Line] = list(self.bets.crash(at))
        lines.append(
            RoundLine(
                self.skin.name,
                self.round,
                self._crash,
                self._betting_at,
                self._started_at,
                at,
                self._crowd.size,
                self._crowd.total_win(self._crash),
            )
        )
        return lines

    # --- the visitor ---

    def press(self, panel: int, now: float) -> list[Line]:
        """The big button of a panel. Raises NotEnoughMoneyError."""
        lines = self.advance(now)
        if self.phase is Phase.BETTING and not self._accepting(now):
            return lines
        flying = self.multiplier(now) if self.phase is Phase.PLAYING else None
        return [*lines, *self.bets.press(panel, now, self._accepting(now), flying)]

    def _accepting(self, now: float) -> bool:
        return self.phase is Phase.BETTING and now < self._phase_ends_at - DEAF_S / self._speed

    # --- what pages show ---

    def multiplier(self, now: float) -> Decimal:
        """The flight's multiplier now; after the crash, the round's."""
        if self.phase is not Phase.PLAYING:
            return self._crash if self.phase in (Phase.ENDED, Phase.BLACK) else ONE
        return min(self._flight.shown((now - self._started_at) * self._speed), self._crash)

    def betting_share(self, now: float) -> float:
        """How much of the betting time is over, 0…1; 1 outside BETTING."""
        if self.phase is not Phase.BETTING:
            return 1.0
        return min(max((now - self._betting_at) * self._speed / self.skin.timing.betting_s, 0.0), 1.0)

    def players(self, now: float) -> int:
        return self._crowd.joined(self.betting_share(now))

    @property
    def total_players(self) -> int | None:
        return self._online

    def total_win(self, now: float) -> Decimal:
        if self.phase in (Phase.BETTING, Phase.CLOSED):
            return ZERO
        return self._crowd.total_win(self.multiplier(now))

    @property
    def crowd(self) -> Crowd:
        return self._crowd
