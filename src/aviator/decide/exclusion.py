"""Betting and keeping the session exclude each other: one small state machine per bookmaker, shared by both. Pure."""

from enum import Enum

from aviator.core.fsm import Fsm


class Doing(Enum):
    """What is being done at a bookmaker's window, or was wished and is not over yet."""

    IDLE = "idle"
    BETTING = "betting"
    KEEPING = "keeping"


class Turn(Enum):
    """What moves it."""

    BET = "bet"
    BETS_OVER = "bets over"
    KEEP = "keep"
    KEPT = "kept"


Exclusion = Fsm[Doing, Turn]

_TABLE = {
    (Doing.IDLE, Turn.BET): Doing.BETTING,
    (Doing.BETTING, Turn.BET): Doing.BETTING,
    (Doing.BETTING, Turn.BETS_OVER): Doing.IDLE,
    (Doing.IDLE, Turn.KEEP): Doing.KEEPING,
    (Doing.KEEPING, Turn.KEPT): Doing.IDLE,
}


def exclusion() -> Exclusion:
    """One for the agent and the keeper of a bookmaker."""
    return Fsm(Doing.IDLE, _TABLE)
