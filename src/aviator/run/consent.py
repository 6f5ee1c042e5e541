"""The user's word, kept in DATA_DIR/consent.json: what was confirmed once, and which limits were accepted when.

In: what the user typed. Out: the limits in force. Written by `aviator accept`; read at each start that is to bet live, and by the
engine's thread `desk` from then on.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import msgspec

from aviator.core.config import LimitSettings
from aviator.core.errors import UserMistake
from aviator.decide.limits import effective

log = logging.getLogger(__name__)

STATEMENTS = (
    "I am old enough to bet where I am, and betting on these sites is legal there.",
    "I have read the sites' terms: most forbid programs that play, and may close the account and keep its money.",
    "I know that a bet loses 3 % of its stake on average, that no strategy changes that, and that this program predicts nothing.",
    "The money that the limits below let go is money that I can afford to lose.",
)
"""What is confirmed, once."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Limits that were accepted `at` Unix seconds."""

    at: float
    limits: LimitSettings


@dataclass(frozen=True, slots=True)
class Consent:
    """`statements` as they stood there when they were confirmed at `at`; limits oldest first."""

    at: float
    statements: tuple[str, ...]
    limits: tuple[Accepted, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return self.statements == STATEMENTS and bool(self.limits)


def consent_file(data_dir: Path) -> Path:
    return data_dir / "consent.json"


def read_consent(data_dir: Path) -> Consent | None:
    """None where nothing was confirmed yet. Raises `UserMistake` for a file that cannot be read."""
    path = consent_file(data_dir)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Consent)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise UserMistake(f"{path} cannot be read ({error}): delete it and confirm anew with `aviator accept`.") from None


def give_consent(data_dir: Path, limits: LimitSettings, at: float) -> Consent:
    """Write down that all was confirmed and these limits accepted. Raises `UserMistake` where that cannot be written."""
    before = read_consent(data_dir)
    accepted = (*(before.limits if before else ()), Accepted(at, limits))
    consent = Consent(at, STATEMENTS, accepted)
    path = consent_file(data_dir)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(consent)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise UserMistake(f"{path} cannot be written ({error.strerror}).") from None
    return consent


def in_force(consent: Consent, wished: LimitSettings, at: float) -> LimitSettings:
    """The limits that hold at `at`: those accepted, a raised one a day after it was; and never more than the settings say now."""
    held = effective([(a.at, a.limits) for a in consent.limits], at)
    return tightest(held, wished)


def tightest(a: LimitSettings, b: LimitSettings) -> LimitSettings:
    """The stricter of both, limit by limit."""
    return LimitSettings(
        **{f.name: (max if f.name == "cool_off_minutes" else min)(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)}
    )


def required(data_dir: Path) -> Consent:
    """The consent that betting live needs. Raises `UserMistake` where it is not there."""
    consent = read_consent(data_dir)
    if consent is None or not consent.complete:
        raise UserMistake("Betting live needs your word and your limits first: read and confirm them with `aviator accept`.")
    return consent


class Held:
    """The limits that hold while an engine runs: what is accepted meanwhile counts at once where it is stricter, else a day on,
    and never beyond `wished`, the settings of this run. Raises `UserMistake` at the start as `required` does."""

    def __init__(self, data_dir: Path, wished: LimitSettings) -> None:
        self._data_dir, self._wished = data_dir, wished
        self._seen = self._stamp()
        self._consent = required(data_dir)
        self._usable = True

    def look(self, at: float) -> LimitSettings:
        """What holds at `at`. A file that cannot be used, or lacks what was accepted before, loosens nothing."""
        if (stamp := self._stamp()) != self._seen:
            try:
                fresh = required(self._data_dir)
            except UserMistake as error:
                if self._usable:
                    log.warning("the limits stay as they are: %s", error)
                self._usable = False
            else:
                self._seen, self._usable = stamp, True
                accepted = {*self._consent.limits, *fresh.limits}
                self._consent = replace(fresh, limits=tuple(sorted(accepted, key=lambda one: one.at)))
        return in_force(self._consent, self._wished, at)

    def _stamp(self) -> tuple[int, ...] | None:
        """Another one after each change of the file; None where it is not there, or cannot be asked."""
        try:
            found = consent_file(self._data_dir).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
