"""The user's consent to bet real money: what was confirmed, and the limits in force.

In: what the user typed, the settings. Out: the limits in force, from the user's history (`limits_history`). Written by
`aviator accept`; read at each start that bets live, and then by the engine's thread `desk`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aviator.core.clock import SystemClock
from aviator.core.config import LimitSettings, limit_faults
from aviator.core.errors import UserMistake
from aviator.core.hash_chain import Chain, Head
from aviator.decide.limits import Worth
from aviator.run.accepted_limits import Accepted, LimitsByCurrency, Moment, cautious, effective, effective_rates, tightest
from aviator.run.history_entries import accepted_in, missing_from
from aviator.run.limits_history import LimitsHistory, moment

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
"""So long a running engine waits for the history that another process holds; then it tries again later."""

STATEMENTS = (
    "I am old enough to bet where I am, and betting on these sites is legal there.",
    "I have read the sites' terms: most forbid programs that play, and may close the account and keep its money.",
    "I know that a bet loses 3 % of its stake on average, that no strategy changes that, and that this program predicts nothing.",
    "The money that the limits below let go is money that I can afford to lose.",
)
"""What is confirmed, once."""


@dataclass(frozen=True, slots=True)
class Consent:
    """All that was accepted, oldest first, and the chain that says so."""

    accepted: tuple[Accepted, ...]
    chain: Chain

    @property
    def complete(self) -> bool:
        """Does what was accepted last come with the statements as they are now? A broken line has none of its own."""
        confirmed = [one.statements for one in self.accepted if one.statements]
        return bool(confirmed) and confirmed[-1] == STATEMENTS


def old_consent_file(data_dir: Path) -> Path:
    """Where earlier versions kept the consent."""
    return data_dir / "consent.json"


def read_consent(data_dir: Path | None = None) -> Consent:
    """The user's history; an old file of `data_dir` is taken into it first. Raises `UserMistake` where it cannot be read."""
    history = LimitsHistory()
    try:
        if data_dir is not None:
            _import_old(history, data_dir)
        noted, chain = history.noted(), history.read()
    except OSError as error:
        raise UserMistake(f"The limits history {history.path} cannot be used ({error.strerror}).") from None
    accepted = accepted_in(chain)
    if noted and missing_from(chain, [noted.head]):
        accepted = (*accepted, cautious(accepted, noted.accepted))
    return Consent(accepted, chain)


def give_consent(limits: LimitSettings | LimitsByCurrency, at: Moment, rates: Mapping[str, Decimal] | None = None) -> Consent:
    """Record that everything was confirmed and these limits, and rates of bookmakers' money, were accepted.

    Raises `UserMistake`.
    """
    by_currency = {"": limits} if isinstance(limits, LimitSettings) else dict(limits)
    if wrong := [fault for one in by_currency.values() for fault in limit_faults(one)]:
        raise UserMistake("; ".join(wrong) + ".")
    history = LimitsHistory()
    try:
        history.accept(by_currency, STATEMENTS, at, rates={name: float(rate) for name, rate in (rates or {}).items()})
    except OSError as error:
        raise UserMistake(f"The limits history {history.path} cannot be written ({error.strerror}).") from None
    return read_consent()


def in_force(consent: Consent, wished: LimitSettings, now: Moment, currency: str = "") -> LimitSettings:
    """The limits that hold now: those accepted, a raised one after a day; and never more than the settings say."""
    return tightest(effective(consent.accepted, now, currency), wished)


def required(data_dir: Path | None = None) -> Consent:
    """The consent that betting live needs. Raises `UserMistake` where it is missing."""
    consent = read_consent(data_dir)
    if not consent.complete:
        raise UserMistake(
            "Live betting needs your confirmation and your limits first: read and confirm them with `aviator accept`."
        )
    return consent


class Held:
    """The limits in force while an engine runs: what is accepted meanwhile counts at once where it is stricter, else after a
    day, and never beyond `wished`, the settings of this run.

    `recorded` is the head of the history that the database holds. A history that lacks it, or an entry that this engine knew,
    permits from then on no more than the built-in limits and what was known, until others are accepted; it says so itself.
    Raises `UserMistake` at the start as `required` does.
    """

    def __init__(self, data_dir: Path, wished: LimitSettings, now: Moment, recorded: Head | None = None) -> None:
        self._wished, self._history = wished, LimitsHistory(patience_s=PATIENCE_S)
        self._seen = self._history.stamp()
        self._consent = required(data_dir)
        self._usable, self._writable, self._now, self._recorded = True, True, now, recorded
        self._compare(self._consent, now)

    def worth(self, bookmaker: str, wished: Worth) -> Worth:
        """The worth of the bookmaker's money that held at the last look: the stricter of what was accepted and the settings."""
        low, high = effective_rates(self._consent.accepted, self._now, bookmaker)
        return Worth(max(wished.staked, Decimal(str(high))), min(wished.won, Decimal(str(low))))

    @property
    def head(self) -> Head:
        """The newest entry that is known. It never goes back: what is missing has its place in the history first."""
        return self._consent.chain.head

    def look(self, now: Moment) -> LimitSettings:
        """What holds now. A history that cannot be used, or lacks what it held before, loosens nothing."""
        self._now = now
        if (stamp := self._history.stamp()) != self._seen:
            self._reread(stamp, now)
        return in_force(self._consent, self._wished, now)

    def _reread(self, stamp: tuple[int, ...] | None, now: Moment) -> None:
        try:
            fresh = read_consent()
        except UserMistake as error:
            self._doubt(str(error))
            return
        if self._compare(fresh, now):
            self._consent, self._seen, self._usable = fresh, stamp, True

    def _compare(self, fresh: Consent, now: Moment) -> bool:
        """Does the history, as it was just read, still hold all that was known? Else that is written down in it."""
        held = {link.head for link in fresh.chain.links}
        lost = [link for link in self._consent.chain.links if link.head not in held]
        known = [link.head for link in lost[-1:]]
        heads = [self._recorded, *known]
        try:
            noted = self._history.noted()
            missing = missing_from(fresh.chain, [*heads, noted.head if noted else None])
            if noted and not missing and not lost:
                return True
            if missing or lost:
                self._doubt(f"entry {max([*missing, *known], key=lambda head: head.position).position} is missing")
            self._history.mend(now, heads, [link.entry for link in lost], self._consent.accepted[-2:])
            self._seen = self._history.stamp()
            self._consent, self._recorded = read_consent(), None
            self._usable = self._writable = True
        except (OSError, UserMistake) as error:
            if self._writable:
                log.warning("What the limits history lacks could not be written down: %s", error)
            self._writable = False
        return False

    def _doubt(self, why: str) -> None:
        """Hold no more than the built-in limits and what is known."""
        if not self._usable:
            return
        log.warning("The limits history is not what it was (%s): no more than the built-in limits hold.", why)
        known = self._consent.accepted
        self._usable = False
        self._consent = Consent((*known, cautious(known)), self._consent.chain)


def _import_old(history: LimitsHistory, data_dir: Path) -> None:
    """Take an old consent file into the history, once. It can only lower limits: anyone may have edited it."""
    path = old_consent_file(data_dir).absolute()
    try:
        data = path.read_bytes()
    except OSError:
        return
    if any(link.entry.get("imported_from") == str(path) for link in history.read().links):
        return
    now = moment(SystemClock())
    statements, limits = _old_consent(data, now)
    digest = hashlib.sha256(data).hexdigest()
    more = {"imported_from": str(path), "sha256": digest}
    history.tighten(f"imported from {path}", now, {"": limits} if limits else None, statements, **more)


def _old_consent(data: bytes, now: Moment) -> tuple[tuple[str, ...], LimitSettings | None]:
    """The statements, and the limits in force, that an old file names."""
    with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        told: Mapping[str, Any] = json.loads(data)
        statements = tuple(str(one) for one in told["statements"])
        accepted = [Accepted(Moment(float(one["at"])), {"": LimitSettings(**one["limits"])}) for one in told["limits"]]
        whole = [one for one in accepted if not limit_faults(one.of(""))]
        return statements, effective(whole, now) if whole else None
    return (), None
