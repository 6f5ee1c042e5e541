"""The start of betting: do the plays stay within the limits?

In: settings, the limits in force. Out: `UserMistake` where a play can never bet, else warnings in the log.
"""

from __future__ import annotations

import logging

from aviator.core.config import LimitSettings, Settings
from aviator.core.errors import UserMistake
from aviator.decide.play_limits import play_faults

log = logging.getLogger(__name__)


def check_plays(settings: Settings, limits: LimitSettings | None = None) -> list[str]:
    """What contradicts `limits`, those in force (else those of the settings).

    Raises `UserMistake` where a play can never place its first bet. There the limits of the settings count: a raised limit holds
    a day later, so that a play may bet then.
    """
    if never := [fault.sentence for fault in play_faults(settings) if fault.never]:
        raise UserMistake(" ".join(never))
    return [fault.sentence for fault in play_faults(settings, limits)]


def warn_of_plays(settings: Settings, limits: LimitSettings) -> None:
    """Say in the log, once, what contradicts the limits in force."""
    for fault in play_faults(settings, limits):
        log.warning("%s", fault.sentence)
