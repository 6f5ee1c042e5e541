"""Carries out the steps of a plan on one window: looks, acts, looks again until the screen shows what the step wants.

In: steps (`act.plans`), a window's eyes. Out: the last picture, or `Hindered`. Thread `hands` of the engine process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aviator.act.plans import SELECT_ALL, Click, Condition, Step, Type, missing
from aviator.act.touch import Cause, Hindered, Touch
from aviator.core.bets import WindowView
from aviator.core.clock import Clock
from aviator.core.errors import HandsTied, UserMistake
from aviator.core.ports import Eyes
from aviator.core.types import Field


@dataclass(frozen=True, slots=True)
class Patience:
    """How long hands wait for a screen, in seconds of the machine: pages need their time at any pace of the game."""

    look_s: float = 0.02
    """Between two looks."""
    read_s: float = 0.4
    """Until a field shows what was typed, or a panel that was just typed on is as it must be."""
    tries: int = 3
    """Times that a value is typed before it is given up; typing again costs nothing."""
    turn_s: float = 0.5
    """After the click, before other bookmakers' bets have their turn."""


@contextmanager
def hindrances() -> Iterator[None]:
    """What the machine does not give becomes one kind of exception."""
    try:
        yield
    except (HandsTied, UserMistake) as error:  # SightLost is one of the latter, and so is a field that the profile lacks
        raise Hindered(Cause.MACHINE, str(error).removesuffix(".")) from error
    except OSError as error:
        raise Hindered(Cause.MACHINE, f"the journal cannot be written: {error}") from error


class Performer:
    """Steps on windows, one at a time."""

    def __init__(self, touch: Touch, clock: Clock, patience: Patience) -> None:
        self.patience = patience
        self._touch = touch
        self._clock = clock

    def see(self, eyes: Eyes, conditions: Iterable[Condition], until: float) -> WindowView:
        """Look until two pictures in a row show it all; raises `Hindered` with what lacked at `until` (monotonic seconds)."""
        conditions = tuple(conditions)
        agreed: WindowView | None = None
        while True:
            self._touch.alert()
            view = eyes.look()
            lack = missing(view, conditions)
            if lack is None and agreed is not None and agreed.balance == view.balance:
                return view
            agreed = view if lack is None else None
            if self._clock.monotonic() >= until:
                raise Hindered(Cause.SCREEN, lack or "the balance is changing")
            self._clock.sleep(self.patience.look_s)

    def glance(self, eyes: Eyes, conditions: Iterable[Condition]) -> WindowView:
        """One picture, which must show it all. Raises `Hindered`."""
        self._touch.alert()
        view = eyes.look()
        lack = missing(view, conditions)
        if lack is not None:
            raise Hindered(Cause.SCREEN, lack)
        return view

    def perform(self, eyes: Eyes, step: Step, until: float) -> WindowView:
        """Do a step that types or only looks; the picture that proves it. `until`: monotonic seconds."""
        tries = self.patience.tries if isinstance(step.do, Type) else 1
        while True:
            tries -= 1
            if isinstance(step.do, Type):
                self._type(eyes, step.do, step.guard)
            try:
                return self.see(eyes, step.expect, min(until, self._clock.monotonic() + self.patience.read_s))
            except Hindered as hindrance:
                if not tries or hindrance.cause is not Cause.SCREEN or self._clock.monotonic() >= until:
                    raise

    def point(self, eyes: Eyes, field: Field) -> None:
        self._touch.move(eyes.place(field))

    def click(
        self,
        eyes: Eyes,
        step: Step,
        left_s: Callable[[], float] | None = None,
        last_word: Callable[[], None] = lambda: None,
    ) -> None:
        """Go there, see that all is still well, ask for the last word, click. `left_s`: the time left for it."""
        assert isinstance(step.do, Click)
        self.point(eyes, step.do.field)
        self.glance(eyes, step.guard)
        last_word()
        self._touch.click(left_s)

    def _type(self, eyes: Eyes, what: Type, guard: tuple[Condition, ...]) -> None:
        """Into a window that is seen to be there, right before the click and right before the keys."""
        self.point(eyes, what.field)
        self.glance(eyes, guard)
        self._touch.click()
        self.glance(eyes, guard)
        self._touch.key(SELECT_ALL)
        if what.value:
            self._touch.write(eyes.typed(what.field, what.value))
        else:
            self._touch.key("delete")
        self._touch.key("tab")
