"""Plays against limits: can each [[plays]] table place its bets within the limits? Pure.

In: settings, the limits that hold. Out: one sentence for each contradiction, with the figures and the key to change. Only
built-in strategies are checked: what a user's own strategy stakes is known when it asks. All sums are in the currency of the
limits. Used by `doctor`, `accept` and at the start of betting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from aviator.core.bets import Played, StrategyState
from aviator.core.config import LimitSettings, PlaySettings, Settings, money_rates
from aviator.core.safe_text import shown
from aviator.decide.strategies.registry import BUILT_IN, load
from aviator.decide.strategies.rungs import Ladder, Martingale

_LOW = (Played(Decimal("1.00"), 0.0),) * 100
"""Rounds after which each built-in strategy bets."""


@dataclass(frozen=True, slots=True)
class PlayFault:
    """A contradiction between plays and limits. `never`: this play cannot place even its first bet."""

    sentence: str
    never: bool = False


@dataclass(frozen=True, slots=True)
class _Stakes:
    """What a play stakes, in the currency of the limits. `losses`: what its worst row of bets loses before it begins again."""

    name: str
    play: PlaySettings
    rate: Decimal
    first: Decimal
    largest: Decimal
    losses: Decimal

    def money(self, amount: Decimal) -> str:
        """As in the play's parameters, and in the currency of the limits where that is another one."""
        own = f"{_plain(amount / self.rate)}"
        return own if self.rate == 1 else f"{own} ({_plain(amount)} in the currency of the limits)"


def play_faults(settings: Settings, limits: LimitSettings | None = None) -> list[PlayFault]:
    """Where the plays of these settings cannot stay within the limits (those of the settings unless others are given).

    Raises `UserMistake` where a strategy cannot be loaded or the currencies cannot be added.
    """
    limits = limits or settings.limits
    plays = [*_stakes(settings)]
    return [fault for one in plays for fault in _faults_of(one, limits)] + [*_together(plays, limits)]


def _stakes(settings: Settings) -> Iterator[_Stakes]:
    followed = {b.name for b in settings.bookmakers if b.enabled}
    rates = money_rates(settings)
    for i, play in enumerate(settings.plays, 1):
        if play.bookmaker not in followed or play.strategy not in BUILT_IN:
            continue
        strategy = load(play.strategy, play.parameters)
        decision = strategy.decide(_LOW, StrategyState(None))
        if decision is None:
            continue
        rate = rates[play.bookmaker]
        amounts = [stake * rate for stake in decision.bet_amounts]
        climbs = isinstance(strategy, Ladder | Martingale)
        losses = sum(amounts, Decimal(0)) if climbs else max(amounts)
        name = f"plays[{i}] ({play.strategy} at {shown(play.bookmaker)}, panel {play.panel})"
        yield _Stakes(name, play, rate, amounts[decision.current_index], max(amounts), losses)


def _faults_of(one: _Stakes, limits: LimitSettings) -> Iterator[PlayFault]:
    """At most one that says how much a single bet may be, else those of a whole row of bets."""
    single = [(key, _exactly(getattr(limits, key))) for key in ("stake", "stake_per_round", "loss_per_day", "drawdown")]
    low = [(key, limit) for key, limit in single if one.largest > limit]
    for key, limit in low:
        never = one.first > limit
        what = f"begins with a stake of {one.money(one.first)}" if never else f"stakes up to {one.money(one.largest)}"
        then = "it never bets" if never else "it stops betting at its first stake above that"
        yield PlayFault(
            f"{one.name} {what}, and limits.{key} is {_plain(limit)}, so {then}: "
            f"lower its {_key(one.play)} or raise limits.{key} to {_plain(one.largest)}.",
            never,
        )
    for key in ("loss_per_day", "drawdown"):
        limit = _exactly(getattr(limits, key))
        if one.losses > limit and not low:
            yield PlayFault(
                f"{one.name} loses {one.money(one.losses)} when all its stakes are lost in a row, and limits.{key} is "
                f"{_plain(limit)}, so its highest stakes are refused: lower its {_key(one.play)} or raise limits.{key} "
                f"to {_plain(one.losses)}."
            )


def _together(plays: list[_Stakes], limits: LimitSettings) -> Iterator[PlayFault]:
    """The largest stakes of all plays may be open at the same time, and open stakes count as lost until they are settled."""
    total = sum((one.largest for one in plays), Decimal(0))
    for key in ("stake_per_round", "loss_per_day", "drawdown"):
        limit = _exactly(getattr(limits, key))
        if len(plays) < 2 or total <= limit or any(max(one.largest, one.losses) > limit for one in plays):
            continue
        parts = ", ".join(f"{one.name} {one.money(one.largest)}" for one in plays)
        yield PlayFault(
            f"All plays together stake up to {_plain(total)} at the same time ({parts}), and limits.{key} is {_plain(limit)}, "
            f"so some of their bets are refused: lower their stakes or raise limits.{key} to {_plain(total)}."
        )


def _key(play: PlaySettings) -> str:
    return {"ladder": "amounts", "martingale": "cap", "anti_martingale": "cap"}.get(play.strategy, "stake")


def _exactly(limit: float) -> Decimal:
    return Decimal(str(limit))


def _plain(amount: Decimal) -> str:
    """Without zeros at the end or an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
