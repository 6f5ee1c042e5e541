"""From what single frames look like to the game's phase, along legal transitions only. Pure: time comes with the input.

In: a `Sight` a frame. Out: phase changes, each dated with the first frame that showed it. A sight must be confirmed by a
second frame; one that skips a phase (nothing was seen of it) must last longer and is walked through the phases between.
"""

from dataclasses import dataclass
from enum import Enum

from aviator.core.fsm import Fsm
from aviator.core.types import Phase


class Sight(Enum):
    """What one frame looks like."""

    WAITING = "waiting"
    FLYING = "flying"
    ENDED = "ended"
    DARK = "dark"
    """The short black moment between two rounds: belongs to whatever phase there is."""
    NOTHING = "nothing"
    """Nothing of the game is recognisable."""
    FROZEN = "frozen"
    """The game is there but has not moved for longer than it ever does."""


class Loss(Enum):
    """What made a game be lost from sight."""

    NOTHING = "nothing of it is recognisable"
    FROZEN = "it stands still"
    OVERDUE = "one phase lasts longer than any does"
    UNSEEN = "there were no frames"


class _Step(Enum):
    WAITING = "waiting"
    FLYING = "flying"
    ENDED = "ended"
    LOST = "lost"


_TABLE = {
    (Phase.UNKNOWN, _Step.WAITING): Phase.BETTING,
    (Phase.UNKNOWN, _Step.FLYING): Phase.PLAYING,
    (Phase.UNKNOWN, _Step.ENDED): Phase.ENDED,
    (Phase.UNKNOWN, _Step.LOST): Phase.OFFLINE,
    (Phase.OFFLINE, _Step.WAITING): Phase.BETTING,
    (Phase.OFFLINE, _Step.FLYING): Phase.PLAYING,
    (Phase.OFFLINE, _Step.ENDED): Phase.ENDED,
    (Phase.BETTING, _Step.FLYING): Phase.PLAYING,
    (Phase.BETTING, _Step.LOST): Phase.OFFLINE,
    (Phase.PLAYING, _Step.ENDED): Phase.ENDED,
    (Phase.PLAYING, _Step.LOST): Phase.OFFLINE,
    (Phase.ENDED, _Step.WAITING): Phase.BETTING,
    (Phase.ENDED, _Step.LOST): Phase.OFFLINE,
}
LEGAL = frozenset((before, after) for (before, _), after in _TABLE.items())

_SHOWS = {Sight.WAITING: Phase.BETTING, Sight.FLYING: Phase.PLAYING, Sight.ENDED: Phase.ENDED}
_NEXT = {Phase.BETTING: _Step.FLYING, Phase.PLAYING: _Step.ENDED, Phase.ENDED: _Step.WAITING}

CONFIRM_FRAMES = 2
SKIP_S = 0.6
"""Seconds (of a game at its normal pace) that a sight must last to be believed when it skips a phase."""
LOST_S = 1.5
"""So long nothing of the game: fading from one colour to the next takes half a second."""
MISSING_S = 0.7
UNSEEN_S = 2.0
DARK_S = 5.0
LONGEST_S = {Phase.BETTING: 20.0, Phase.ENDED: 12.0}
"""A phase that lasts longer than this is a picture that stands still."""


@dataclass(frozen=True, slots=True)
class Change:
    """The game went from one phase to the next at Unix time `at`. `loss`: why to OFFLINE."""

    at: float
    before: Phase
    after: Phase
    loss: Loss | None = None


class PhaseMachine:
    """Folds sights into phases. `pace` is the game's slowness: 1 for e^(t/12), 0.25 for a game four times as fast."""

    def __init__(self, pace: float) -> None:
        self._fsm: Fsm[Phase, _Step] = Fsm(Phase.UNKNOWN, _TABLE)
        self._pace = pace
        self._sight = Sight.NOTHING
        self._since: float | None = None
        self._frames = 0
        self._last_at: float | None = None
        self._entered_at = 0.0
        self._stale: Sight | None = None

    @property
    def phase(self) -> Phase:
        return self._fsm.state

    @property
    def missing(self) -> bool:
        """Has nothing of the game been recognised for longer than fading takes?"""
        gone = self._sight is Sight.NOTHING and self._since is not None and self._last_at is not None
        return gone and (self._last_at or 0.0) - (self._since or 0.0) >= MISSING_S * self._pace

    def step(self, sight: Sight, at: float) -> list[Change]:
        """Take one frame's sight; returns the changes it completes, oldest first."""
        changes: list[Change] = []
        if self._last_at is not None and at - self._last_at >= UNSEEN_S * self._pace:
            # No frames for so long (a machine asleep): what is seen now may be another round.
            changes = self._lose(Loss.UNSEEN, self._last_at)
        self._last_at = at
        return changes + self._look(sight, at)

    def blind(self, at: float) -> list[Change]:
        """There is no frame to look at now; the game is lost from sight at once."""
        self._last_at = at
        return self._lose(Loss.UNSEEN, at)

    def _look(self, sight: Sight, at: float) -> list[Change]:
        if sight is self._stale:
            return []
        self._stale = None
        if _SHOWS.get(sight) is self.phase and at - self._entered_at > LONGEST_S.get(self.phase, float("inf")) * self._pace:
            self._stale = sight
            return self._lose(Loss.OVERDUE, at)
        if self._since is None or sight is not self._sight:
            self._since, self._frames = at, 0
        self._sight = sight
        self._frames += 1
        if sight is Sight.FROZEN:
            # It took its time to be called so.
            return self._lose(Loss.FROZEN, at)
        lasted = (at - self._since) / self._pace
        target = _SHOWS.get(sight)
        if target is None:
            patience = DARK_S if sight is Sight.DARK else LOST_S
            return self._lose(Loss.NOTHING, at) if lasted >= patience else []
        if target is self.phase or self._frames < CONFIRM_FRAMES or (self._skips(target) and lasted < SKIP_S):
            return []
        return self._walk(target, self._since)

    def _skips(self, target: Phase) -> bool:
        """Is there a phase between, of which nothing was seen? A crash at 1.00 hardly flies, so that one is not counted."""
        ordinary = {
            (Phase.BETTING, Phase.PLAYING),
            (Phase.BETTING, Phase.ENDED),
            (Phase.PLAYING, Phase.ENDED),
            (Phase.ENDED, Phase.BETTING),
        }
        return self.phase in _NEXT and (self.phase, target) not in ordinary

    def _walk(self, target: Phase, at: float) -> list[Change]:
        if self.phase not in _NEXT:
            return [self._fire({Phase.BETTING: _Step.WAITING, Phase.PLAYING: _Step.FLYING, Phase.ENDED: _Step.ENDED}[target], at)]
        changes = []
        while self.phase is not target:
            changes.append(self._fire(_NEXT[self.phase], at))
        return changes

    def _lose(self, loss: Loss, at: float) -> list[Change]:
        """What is seen from now on may be another round, and must be confirmed anew."""
        self._since = None
        return [self._fire(_Step.LOST, at, loss)] if self._fsm.can(_Step.LOST) else []

    def _fire(self, step: _Step, at: float, loss: Loss | None = None) -> Change:
        before = self.phase
        self._entered_at = at
        return Change(at, before, self._fsm.fire(step), loss)
