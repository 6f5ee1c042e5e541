"""Whether and when a dead worker is started again: pure policy, no clock of its own.

In: exit codes and the times of death. Out: a delay in seconds, or the reason to give up. Used by the supervisor.
"""

from collections import deque
from dataclasses import dataclass

from aviator.core.errors import EXIT_ENGINE_GONE, EXIT_USER_MISTAKE

_FINAL = {
    EXIT_USER_MISTAKE: "it needs the user: its own message says what for",
    EXIT_ENGINE_GONE: "it lost its engine",
}


@dataclass(frozen=True, slots=True)
class RestartRule:
    """Delays double from `first_s` to `longest_s`, and begin anew after `well_s` of work; `crashes` within `within_s` end it."""

    first_s: float = 1.0
    longest_s: float = 60.0
    well_s: float = 60.0
    crashes: int = 5
    within_s: float = 600.0


NEVER = RestartRule(crashes=1)
"""For recordings: they would begin anew, and crash at the same frame again."""


@dataclass(frozen=True, slots=True)
class RestartIn:
    """Start it again after this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Leave it dead until told otherwise."""

    reason: str


class RestartPolicy:
    """The memory of one worker's crashes. Any unasked exit counts, exit code 0 included."""

    def __init__(self, rule: RestartRule) -> None:
        self._rule = rule
        self._recent: deque[float] = deque(maxlen=rule.crashes)
        self._streak = 0

    def died(self, exit_code: int | None, at: float, worked_s: float = 0.0) -> RestartIn | GiveUp:
        """The verdict on a death at `at` (monotonic seconds) after `worked_s` seconds of work; 0 for one that never began."""
        if exit_code in _FINAL:
            return GiveUp(_FINAL[exit_code])
        rule = self._rule
        calm = not self._recent or worked_s >= rule.well_s or at - self._recent[-1] > rule.within_s
        self._streak = 1 if calm else self._streak + 1
        self._recent.append(at)
        if len(self._recent) == rule.crashes and at - self._recent[0] <= rule.within_s:
            often = f" {rule.crashes} times in {rule.within_s / 60:g} minutes" if rule.crashes > 1 else ""
            return GiveUp(f"it crashed{often}")
        return RestartIn(min(rule.longest_s, rule.first_s * 2.0 ** min(self._streak - 1, 30)))

    def forget(self) -> None:
        """The user told it to start again: begin counting anew."""
        self._recent.clear()
        self._streak = 0
