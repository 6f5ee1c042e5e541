"""Posed pages: screens on order, for learning how a bookmaker writes and where.

In: the JSON of POST /pose. Out: a `Scene`, or a random pose that covers all digits and magnitudes. Pure; runs in the `sim`
process, and wherever poses are ordered.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from aviator.sim.bets import Button
from aviator.sim.crowd import Crowd
from aviator.sim.game import Phase
from aviator.sim.scene import PanelScene, Scene
from aviator.sim.skins import Skin

_PHASES = (Phase.BETTING, Phase.PLAYING, Phase.ENDED, Phase.BLACK)


class BadPoseError(ValueError):
    """The pose cannot be taken; the message says what is wrong with it."""


def scene_of_pose(pose: dict[str, Any]) -> Scene:
    """Missing keys get harmless values. Raises BadPoseError."""
    try:
        phase = Phase(pose.get("phase", Phase.BETTING))
        stakes = [Decimal(a) for a in pose.get("bet_amounts", ("10.00", "20.00"))]
        autos = [None if a is None else Decimal(a) for a in pose.get("auto_cash_outs", (None, None))]
        buttons = [Button(b) for b in pose.get("buttons", ("bet", "bet"))]
        total = pose.get("total_players")
        return Scene(
            phase=phase,
            multiplier=Decimal(pose.get("multiplier", "1.00")),
            share=0.5 if phase is Phase.BETTING else 1.0,
            round=0,
            history=[Decimal(m) for m in pose.get("history", ())],
            balance=Decimal(pose.get("balance", "5000.00")),
            players=int(pose.get("players", 0)),
            total_players=None if total is None else int(total),
            total_win=Decimal(pose.get("total_win", "0.00")),
            panels=tuple(PanelScene(*row) for row in zip(stakes, autos, buttons, strict=True)),
            rows=Crowd(Random(0), 40).shown,
        )
    except (ValueError, TypeError, InvalidOperation) as error:
        raise BadPoseError(f"this pose cannot be taken: {error}") from error


def _log_uniform(rng: Random, low: float, high: float) -> str:
    """Every magnitude equally often, so that short and long numbers and all digits come up."""
    return f"{low * (high / low) ** rng.random():.2f}"


def random_pose(skin: Skin, rng: Random) -> dict[str, Any]:
    """A pose as POST /pose takes it: multipliers from 1.00 to 99,999.99, balances and sums of every length, all buttons."""
    phase = rng.choice(_PHASES[:3] * 4 + _PHASES[3:])
    flying = phase is Phase.PLAYING
    buttons = ("bet", "cancel", "cash_out") if flying else ("bet", "cancel")
    players = rng.randint(1, 10 ** rng.randint(1, 3))
    return {
        "phase": phase.value,
        "multiplier": _log_uniform(rng, 1, 99_999.99),
        "history": [_log_uniform(rng, 1, rng.choice((3, 12, 150, 9_999.99, 99_999.99))) for _ in range(25)],
        "balance": _log_uniform(rng, 1, 999_999.99),
        "players": players,
        "total_players": players + rng.randint(0, 700) if skin.online is not None else None,
        "total_win": _log_uniform(rng, 1, 999_999.99) if flying or phase is Phase.ENDED else "0.00",
        "bet_amounts": [_log_uniform(rng, float(skin.stakes.minimum), float(skin.stakes.maximum)) for _ in range(2)],
        "auto_cash_outs": [_log_uniform(rng, 1.01, 999.99) if rng.random() < 0.7 else None for _ in range(2)],
        "buttons": [rng.choice(buttons) for _ in range(2)],
    }
