"""Bets that are made and taken back at once, so that a page being learned shows its red buttons and other balances.

In: one window's page under the hands, and the profile learned so far. Out: pictures for its calibration. First each button is
tried while a round is under way, when a bet is only put into the queue and costs nothing. Where that went well, small stakes are
paid as soon as betting begins, and taken back: the balance shows other digits for a moment.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

import numpy as np

from aviator.calibrate.colours import CLOSE, mean_colour
from aviator.calibrate.page import GLANCE_S, Page, cut
from aviator.calibrate.session import Calibration
from aviator.core.errors import UserMistake
from aviator.core.types import CENT, Field, Frame
from aviator.see.ink import Image
from aviator.see.phase import Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.region_state import COLOUR_NEAR
from aviator.see.regions import Profile

log = logging.getLogger(__name__)

LEAST_STAKE = "1"
"""Sites make the least they take of it."""
TIMES = 6
"""So many times stakes are paid and taken back; each time the balance shows two other numbers."""
MOST_STAKE = 5
"""Stakes are less than so many times the least that the site takes."""
_AMOUNT_OF = {Field.BUTTON_1: Field.BET_AMOUNT_1, Field.BUTTON_2: Field.BET_AMOUNT_2}
_SHOWN = (Field.BALANCE, *_AMOUNT_OF.values(), Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
"""What looks otherwise while a bet stands."""
_BET = "bet"
_JUST_BEGUN_S, _NO_LONGER_S = 1.2, 3.0
"""Of a betting time, at the usual pace: later nothing is paid, and nothing more is looked at before it is taken back."""
_TURNS_S, _TURNS_LEAST_S = 8.0, 2.0
"""A button that has not turned after so long, at the usual pace, will not; and no page need be faster than the second."""
_DEBIT_S = 0.3
"""So long after its button turned a page may show the balance of before."""
_SURE_LOOKS, _TURNED_LOOKS, _TRIES = 3, 2, 3


class TakeBack:
    """One window; `mark` is its decimal mark, `balance` what it shows. Call `step` often, in turn with other windows', until
    all is done; then `study`."""

    def __init__(
        self, calibration: Calibration, page: Page, profile: Profile, pace: float, mark: str, balance: Decimal | None
    ) -> None:
        self._calibration = calibration
        self._page = page
        self._profile = profile
        self._boxes = profile.boxes()
        self._reader = MultiRegionReader(profile, (0, 0))
        self._pace = pace
        self._mark = mark
        usable = [b for b, a in _AMOUNT_OF.items() if self._ready_colour(b) and a in profile.fields]
        self._untried = deque(usable)
        self.turned: list[Field] = []
        """Buttons that took a bet and gave it back."""
        self._balance = balance
        self._times = TIMES if balance is not None and Field.BALANCE in profile.fields else 0
        self._least: Decimal | None = None
        self._chosen = False
        self._shown: Counter[tuple[int, str]] = Counter()
        """How often the balance showed a digit at a place from the right: it is drawn a little differently at each."""
        self._red: dict[Field, Frame] = {}
        self._flying = self._waiting = self._odd = 0
        self._before_betting = float("-inf")
        for button in usable:
            self._stake(button, LEAST_STAKE)

    def step(self) -> bool:
        """One look, and what can be done now. True when all is done. Raises `UserMistake` where a bet may be left standing."""
        frame = self._page.frame()
        self._watch(frame)
        if not self._page.in_place():
            return False
        if self._untried:
            if self._flying >= _SURE_LOOKS and self._state(frame, self._untried[0]) == _BET:
                self._queue(self._untried.popleft())
        elif not (self.turned and self._times):
            return True
        elif not self._chosen:
            self._choose(frame)
        elif self._waiting >= _TURNED_LOOKS and frame.tick - self._before_betting <= _JUST_BEGUN_S * self._pace:
            self._pay(frame)
        return False

    def study(self) -> None:
        """Let the teacher say what the buttons say while a bet stands."""
        for frame in self._red.values():
            self._calibration.study(frame.pixels, frame.at)

    def _watch(self, frame: Frame) -> None:
        score, colour = (self._reader.read_field(f, self._crop(frame, f), frame.at) for f in (Field.SCORE, Field.PHASE))
        sight = self._reader.sight(score, colour)
        self._flying = self._flying + 1 if sight is Sight.FLYING else 0
        self._waiting = self._waiting + 1 if sight is Sight.WAITING else 0
        if sight in {Sight.FLYING, Sight.ENDED, Sight.DARK}:
            self._before_betting = frame.tick
        # A page that answers very late may have taken a bet that nobody waits for any more.
        late = [b for b in self.turned if self._state(frame, b) != _BET]
        self._odd = self._odd + 1 if late else 0
        if self._odd > _SURE_LOOKS:
            self._cancel(late[0])

    def _queue(self, button: Field) -> None:
        """Press, and press again: the end of the round alone lasts long enough for that."""
        self._press(button)
        if frame := self._wait([button], _BET, away=True):
            self._red[button] = frame
            self._calibration.show(frame.pixels, frame.at, _SHOWN)
            self._cancel(button)
            self.turned.append(button)
        else:
            log.warning("%s does not react to a click", button)

    def _choose(self, frame: Frame) -> None:
        """The next stakes: such that the balance will show digits that it seldom showed."""
        self._chosen = True
        balance = self._balance
        self._least = self._least or self._value(_AMOUNT_OF[self.turned[0]], frame)
        if balance is None or self._least is None or balance < 3 * MOST_STAKE * self._least:
            self._times = 0
            return
        stakes = [self._least + CENT * cents for cents in range(int((MOST_STAKE - 1) * self._least / CENT))]
        for button in reversed(self.turned):  # the first is taken back first
            ever = Counter(digit for _, digit in self._shown.elements())
            stake, balance = max(((s, balance - s) for s in stakes), key=partial(self._worth, ever))
            self._stake(button, f"{stake:.2f}".replace(".", self._mark))
            self._shown.update(_digits(balance))
        self._page.settled([self._profile.fields[_AMOUNT_OF[b]].box for b in self.turned])

    def _worth(self, ever: Counter[str], option: tuple[Decimal, Decimal]) -> float:
        """More for a balance with digits that were seldom shown at their places, or ever. `option`: the stake, the balance."""
        digits = _digits(option[1])
        return sum(1 / (1 + self._shown[place]) for place in digits) + sum(2 / (1 + ever[d]) for d in {d for _, d in digits})

    def _pay(self, before: Frame) -> None:
        """Press all, look at what is left, and press all again."""
        self._times, self._chosen = self._times - 1, False
        shown, over = self._crop(before, Field.BALANCE), self._before_betting + _NO_LONGER_S * self._pace
        for button in self.turned:
            self._press(button)
        if not self._wait(self.turned, _BET, away=True, seconds=1.0):
            log.warning("a button does not react to a click in time")
            self._times = 0
        for button in self.turned:
            self._show(over)
            if self._state(self._page.frame(), button) != _BET:
                self._cancel(button)
        if not any(_alike(self._crop(frame, Field.BALANCE), shown) for frame in self._frames(_TURNS_S)):
            log.warning("the balance is not what it was before a bet was taken back")
            self._times = 0

    def _show(self, over: float) -> None:
        """A picture of a balance that has just changed, if there is time for it."""
        if self._page.clock.monotonic() < over:
            self._page.clock.sleep(min(_DEBIT_S, _DEBIT_S * 2 * self._pace))
            frame = self._page.frame()
            self._calibration.show(frame.pixels, frame.at, _SHOWN)

    def _cancel(self, button: Field) -> None:
        """Whatever a button says that took a bet, one more click takes back the bet, or the money. It cannot wait for a notice to
        go: a button that is as red as it was shows well enough where it is."""
        for _ in range(_TRIES):
            self._press(button, lambda: self._as_red(button))
            if self._wait([button], _BET, away=False):
                return
        raise UserMistake(f"A bet was made with {button} and cannot be taken back: look at the page.")

    def _wait(self, buttons: Sequence[Field], state: str, *, away: bool, seconds: float = _TURNS_S) -> Frame | None:
        """The picture on which all these buttons have turned away from `state`, or to it; None where they do not."""
        looks = 0
        for frame in self._frames(seconds):
            looks = looks + 1 if all((self._state(frame, b) != state) is away for b in buttons) else 0
            if looks >= _TURNED_LOOKS:
                return frame
        return None

    def _frames(self, seconds: float) -> Iterator[Frame]:
        clock = self._page.clock
        deadline = clock.monotonic() + max(min(seconds, _TURNS_LEAST_S), seconds * self._pace)
        while clock.monotonic() < deadline:
            yield self._page.frame()
            clock.sleep(GLANCE_S)

    def _press(self, button: Field, sure: Callable[[], bool] = lambda: False) -> None:
        self._page.click(self._profile.buttons[button].box, sure)

    def _as_red(self, button: Field) -> bool:
        before, now = (mean_colour(self._crop(f, button)) for f in (self._red[button], self._page.frame()))
        return max(abs(a - b) for a, b in zip(before, now, strict=True)) <= COLOUR_NEAR

    def _stake(self, button: Field, text: str) -> None:
        self._page.fill(self._profile.fields[_AMOUNT_OF[button]].box, text)

    def _ready_colour(self, button: Field) -> bool:
        return button in self._profile.buttons and _BET in self._profile.buttons[button].centres

    def _state(self, frame: Frame, button: Field) -> str | None:
        reading = self._reader.read_field(button, self._crop(frame, button), frame.at)
        return reading.text if reading else None

    def _value(self, field: Field, frame: Frame) -> Decimal | None:
        reading = self._reader.read_field(field, self._crop(frame, field), frame.at)
        return reading.value if reading else None

    def _crop(self, frame: Frame, field: Field) -> Image:
        return cut(frame.pixels, self._boxes[field])


def _alike(a: Image, b: Image) -> bool:
    """Browsers do not draw the same thing twice to the last bit."""
    return int(np.abs(a.astype(np.int16) - b.astype(np.int16)).max()) <= CLOSE


def _digits(value: Decimal) -> list[tuple[int, str]]:
    """Each digit with its place from the right."""
    return list(enumerate(c for c in reversed(f"{value:.2f}") if c.isdigit()))
