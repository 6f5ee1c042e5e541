"""Puts a panel back as it was before a bet that came to nothing. Thread `hands` of the engine process.

In: a bet whose panel is owed, as often as the controller finds time. Out: the panel as it was, and the ending that waited for it.
"""

from __future__ import annotations

from aviator.act.bet import Bet, Ending
from aviator.act.journal import Kind
from aviator.act.performer import Performer, hindrances
from aviator.act.plans import missing, undo_steps
from aviator.act.telling import Teller
from aviator.act.touch import Cause, Hindered
from aviator.act.watch import UNHEARD_S
from aviator.core.clock import Clock

PATIENCE_S = 30.0
"""So long an ending waits for the panel before it is told all the same."""
TRIES = 10
"""Times that hands type on a panel that does not take it."""
RETRY_S, LONGEST_RETRY_S = 0.3, 10.0


class Restorer:
    """Undoes what was typed, the last first, with a look before each input."""

    def __init__(self, performer: Performer, clock: Clock, teller: Teller) -> None:
        self._performer = performer
        self._clock = clock
        self._teller = teller

    def begin(self, bet: Bet, ending: Ending) -> None:
        """Nothing came of the bet: put the panel back, then say so."""
        self.owe(bet, ending)
        self.restore(bet)

    def owe(self, bet: Bet, ending: Ending) -> None:
        bet.owes, bet.ending, bet.tries = True, ending, 0
        bet.next_at = self._clock.monotonic()
        bet.patient_until = bet.next_at + PATIENCE_S

    def restore(self, bet: Bet) -> None:
        """As far as it can be done now."""
        typed = False
        try:
            with hindrances():
                for step in undo_steps(bet.order.panel, bet.before):
                    view = self._performer.glance(bet.window.eyes, step.guard)
                    if missing(view, step.expect) is not None:
                        typed = True
                        bet.story.intend(step.intent)
                        self._performer.perform(bet.window.eyes, step, self._clock.monotonic() + PATIENCE_S)
                        bet.story.done()
        except Hindered as hindrance:
            self._hindered(bet, hindrance, typed)
            return
        self._paid(bet)
        # What was typed may not have reached the site: a later look must find it as it is now.
        bet.owes, bet.next_at = typed, self._clock.monotonic() + UNHEARD_S

    def relieve(self, bet: Bet) -> None:
        """The next bet on this panel has taken over what is owed."""
        self._paid(bet)

    def _paid(self, bet: Bet) -> None:
        bet.owes = False
        bet.story.note(Kind.RESTORED)
        if bet.ending is not None:
            self._teller.end(bet, bet.ending)

    def _hindered(self, bet: Bet, hindrance: Hindered, typed: bool) -> None:
        bet.story.settle("failed", str(hindrance))
        bet.tries += typed and hindrance.cause is Cause.SCREEN
        bet.next_at = self._clock.monotonic() + min(LONGEST_RETRY_S, RETRY_S * 2**bet.tries)
        hopeless = bet.tries >= TRIES
        if hopeless or self._clock.monotonic() >= bet.patient_until or hindrance.cause is Cause.KILLED:
            self._teller.release(bet, str(hindrance))
        if hopeless:
            self._paid(bet)
