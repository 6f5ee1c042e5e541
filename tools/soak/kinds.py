"""The kinds of faults that the soak knows: whom they strike, how long they last, how many a bookmaker may bear. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any

Options = dict[str, Any]


class Lasts(StrEnum):
    """How long a kind lasts."""

    NOT = "not"
    """It is a blow."""
    GAME = "game"
    """Seconds of the game, which a higher speed makes shorter."""
    CLOCK = "clock"
    """Seconds of the clock: what it strikes does not run faster with the game."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`wide` faults strike all bookmakers at once. `blind`: nothing can be read while it lasts, so that rounds may be missed.

    `shortest_s`, `longest_s`: its duration, unless it is blind, when a few last much longer. A `crash` ends a worker;
    what is only trouble to who bets is `betting`.
    """

    name: str
    does: str
    wide: bool = False
    blind: bool = False
    crash: bool = False
    betting: bool = False
    lasts: Lasts = Lasts.GAME
    shortest_s: float = 5.0
    longest_s: float = 40.0


def _wide(name: str, does: str, shortest_s: float = 0.0, longest_s: float = 0.0) -> Kind:
    lasts = Lasts.CLOCK if longest_s else Lasts.NOT
    return Kind(name, does, wide=True, lasts=lasts, shortest_s=shortest_s, longest_s=longest_s)


def _blind(name: str, does: str) -> Kind:
    return Kind(name, does, blind=True, shortest_s=3.0)


def _betting(name: str, does: str, longest_s: float = 40.0) -> Kind:
    return Kind(name, does, betting=True, longest_s=longest_s)


def _betting_wide(name: str, does: str, shortest_s: float = 0.0, longest_s: float = 0.0) -> Kind:
    return replace(_wide(name, does, shortest_s, longest_s), betting=True)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _wide("engine_kill", "kill -9 of the engine, which is started again"),
        _wide("engine_stop", "SIGSTOP of the engine, then SIGCONT", 2.0, 8.0),
        _wide("crash", "kill -9 of the browser, which is started again with all windows", 1.0, 4.0),
        _wide("lock", "another program holds the database's write lock", 3.0, 20.0),
        _wide("fill", "the disk of the data folder is full", 4.0, 15.0),
        _wide("delete", "the database's file is deleted"),
        Kind("worker_kill", "kill -9 of a bookmaker's worker", crash=True, lasts=Lasts.NOT),
        Kind("worker_stop", "SIGSTOP of a bookmaker's worker, for good", crash=True, lasts=Lasts.NOT),
        _blind("cover", "another window lies over the bookmaker's"),
        _blind("minimise", "the window is minimised"),
        _blind("zoom", "the page is zoomed"),
        _blind("close", "the window is closed, then opened again"),
        _blind("freeze", "the page stands still"),
        _blind("blank", "the page is empty"),
        _blind("popup", "a dialog lies over the board"),
        _blind("disconnect", "the page has lost its connection"),
        _blind("logout", "the session is over"),
        Kind("move", "the window moves, and later back"),
        Kind("advert", "an advert lies over part of the board"),
        Kind("toast", "a notice lies over part of the strip"),
        Kind("lag", "the page shows everything late"),
        Kind("reload", "the page is loaded anew", lasts=Lasts.NOT),
        _betting("deaf_button", "the big buttons do not react"),
        _betting("slow_accept", "presses of the big buttons reach the site late"),
        _betting("deaf_key", "some typed characters are lost"),
        _betting("clamp", "the site changes amounts after they were typed"),
        _betting("late_balance", "debits and credits show late"),
        _betting("panel_popup", "a dialog lies over a bet panel"),
        _betting_wide("journal_full", "the disk of the bets' journal is full, to the last byte", 4.0, 15.0),
        _betting_wide("click_kill", "kill -9 of the engine between a click and its outcome in the journal"),
        _betting_wide("limits_delete", "the history of the limits is deleted"),
        _betting_wide("hang", "a user's strategy hangs", 5.0, 15.0),
        _betting_wide("clock_step", "the wall clock steps, and later back", 3.0, 12.0),
        _betting_wide("suspend", "the machine sleeps: its programs stand still, its wall clock does not", 3.0, 12.0),
        Kind("person", "a person moves the mouse", wide=True, betting=True, lasts=Lasts.CLOCK, shortest_s=1.0, longest_s=6.0),
    )
}


_CHOICES: dict[str, tuple[str, tuple[float, ...]]] = {
    "zoom": ("factor", (0.75, 0.8, 0.9, 1.1, 1.25, 1.5)),
    "clock_step": ("by_s", (-86_400, -3_600, -60, -5, 5, 60, 3_600, 86_400)),
}
"""One option, drawn from these values."""


def options_of(kind: str, rng: Random, speed: float) -> Options:
    """What the simulator is told besides the kind, drawn from `rng`."""
    if kind in _CHOICES:
        name, values = _CHOICES[kind]
        return {name: rng.choice(values)}
    match kind:
        case "move":
            return {"dx": rng.choice((-1, 1)) * rng.randint(20, 60), "dy": rng.choice((-1, 1)) * rng.randint(20, 60)}
        case "cover":
            return {"x": rng.randint(0, 140), "y": rng.randint(0, 200)}
        case "lag":
            return {"ms": round(rng.uniform(300, 1500) / speed)}
        case "slow_accept" | "late_balance":
            return {"ms": round(rng.uniform(100, 1500))}
        case "deaf_key":
            return {"every": rng.randint(2, 5)}
        case "clamp":
            return {"least": rng.choice(("10.00", "15.00", "25.00")), "most": rng.choice(("15.00", "60.00", "500.00"))}
        case "panel_popup":
            return {"panel": rng.randint(1, 2)}
        case "delete":
            return {"log_too": rng.random() < 0.5}
        case _:
            return {}
