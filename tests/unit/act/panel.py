"""A bookmaker's site and its bet panels in virtual time: the truth, what it took and what was taken back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from math import log
from random import Random

from aviator.core.bets import ButtonState, PanelView
from aviator.core.types import CENT, Field, Phase

START = 1_700_000_000.0
ZERO = Decimal("0.00")
BETTING_S, ENDED_S, BLACK_S, DEAF_S, CREDIT_S = 5.0, 3.0, 0.5, 0.3, 0.8
WIDTH = 1000
TOUCH_S, LOOK_S = 0.001, 0.008

PLACES = {
    Field.BET_AMOUNT_1: (100, 500),
    Field.AUTO_CASH_OUT_1: (200, 500),
    Field.BUTTON_1: (300, 500),
    Field.BET_AMOUNT_2: (500, 500),
    Field.AUTO_CASH_OUT_2: (600, 500),
    Field.BUTTON_2: (700, 500),
    Field.PHASE: (400, 200),
}
PANEL = {field: int(field.value[-1]) for field in PLACES if field is not Field.PHASE}
BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)


@dataclass(frozen=True)
class Trouble:
    """From `begin` to `end` (Unix seconds) something is not as it should be; `value` says how much."""

    kind: str
    begin: float
    end: float
    value: float = 0.0


KINDS = ("lag", "deaf_button", "deaf_key", "clamp", "late_balance", "popup", "move", "reload", "person", "blind", "tied")
KINDS += ("unread", "refuse")


@dataclass
class Taken:
    """A bet that the site took."""

    panel: int
    stake: Decimal
    auto: Decimal | None
    at: float
    round: int
    cancelled: bool = False


@dataclass(frozen=True)
class Snapshot:
    at: float
    phase: Phase
    balance: Decimal
    panels: tuple[PanelView, PanelView]


@dataclass
class _Panel:
    stake: Decimal
    auto: Decimal = ZERO
    state: str = "idle"
    bet: Taken | None = None

    @property
    def button(self) -> ButtonState:
        return {"idle": ButtonState.BET, "live": ButtonState.CASH_OUT}.get(self.state, ButtonState.CANCEL)

    @property
    def view(self) -> PanelView:
        return PanelView(self.stake, self.auto, self.button)


@dataclass
class Site:
    """The server's side, and what the page was told of it."""

    rng: Random
    pace: float = 1.0
    balance: Decimal = Decimal(1000)
    troubles: list[Trouble] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    clicks: list[tuple[float, int, ButtonState]] = field(default_factory=list)
    """Clicks on big buttons: when, which panel, and what the button showed."""

    def __post_init__(self) -> None:
        self.panels = (_Panel(Decimal("10.00")), _Panel(Decimal("20.00")))
        self.now = START
        self.phase, self.round, self.multiplier = Phase.BETTING, 1, self._drawn()
        self.betting_at = self.now
        self._phase_ends = self.now + BETTING_S * self.pace
        self.reloaded_at = START
        """When the page was last loaded anew: what was on its way is lost."""
        self._credits: list[tuple[float, Decimal]] = []
        self._messages: list[tuple[float, str, int, str]] = []
        self._last_arrival = self._seen_to = self._paid_to = self.now
        self.edited_at = dict.fromkeys(PANEL, float("-inf"))
        self._shown = [self._snapshot()]

    # --- the game ---

    def advance(self, now: float) -> None:
        while (due := min(self._times())) <= now:
            self.now = due
            self._happen(due)
            self._shown.append(self._snapshot())
        self.now = max(self.now, now)

    def trouble(self, kind: str, at: float) -> float | None:
        return next((t.value for t in self.troubles if t.kind == kind and t.begin <= at < t.end), None)

    def send(self, what: str, panel: int, text: str) -> None:
        """From the page to the site, as late as the line is slow."""
        self._last_arrival = max(self._last_arrival, self.now + (self.trouble("lag", self.now) or 0.0))
        self._messages.append((self._last_arrival, what, panel, text))

    def shown(self, at: float) -> Snapshot:
        """What the page knows at this time; it may be slow, and the balance slower."""
        # A page that gets slower stands still meanwhile, it does not go back in time.
        self._seen_to = max(self._seen_to, at - (self.trouble("lag", at) or 0.0))
        self._paid_to = max(self._paid_to, self._seen_to - (self.trouble("late_balance", at) or 0.0))
        state = self._at(self._seen_to)
        return Snapshot(state.at, state.phase, self._at(self._paid_to).balance, state.panels)

    def accepting(self, at: float) -> bool:
        return self.phase is Phase.BETTING and at < self._phase_ends - DEAF_S * self.pace

    @property
    def deadline(self) -> float:
        return self.betting_at + BETTING_S * self.pace

    def _at(self, at: float) -> Snapshot:
        return next((s for s in reversed(self._shown) if s.at <= at), self._shown[0])

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.now, self.phase, self.balance, (self.panels[0].view, self.panels[1].view))

    def _drawn(self) -> Decimal:
        return max(Decimal("1.00"), min(Decimal(int(97 / (1 - self.rng.random()))).scaleb(-2), Decimal(5)))

    def _times(self) -> Iterator[float]:
        yield self._phase_ends
        yield from (t.begin for t in self.troubles if t.kind == "reload" and t.begin > self.reloaded_at)
        yield from (at for at, _ in self._credits)
        yield from (at for at, *_ in self._messages)
        yield from (at for panel in self.panels if (at := self._auto_at(panel)) is not None)

    def _auto_at(self, panel: _Panel) -> float | None:
        if panel.state != "live" or not panel.auto or panel.auto > self.multiplier:
            return None
        return self.started_at + 12 * self.pace * log(panel.auto)

    def _happen(self, at: float) -> None:
        if any(t.kind == "reload" and t.begin == at for t in self.troubles) and at > self.reloaded_at:
            self.reloaded_at = at
            self._messages.clear()
            return
        for panel in self.panels:
            if self._auto_at(panel) == at:
                self._credits.append((at + CREDIT_S * self.pace, (panel.stake * panel.auto).quantize(CENT, ROUND_FLOOR)))
                panel.state = "idle"
                return
        for credit in self._credits:
            if credit[0] == at:
                self._credits.remove(credit)
                self.balance += credit[1]
                return
        for message in self._messages:
            if message[0] == at:
                self._messages.remove(message)
                self._hear(*message)
                return
        self._next_phase(at)

    def _next_phase(self, at: float) -> None:
        pace = self.pace
        match self.phase:
            case Phase.BETTING:
                self.phase, self.started_at = Phase.PLAYING, at
                self._phase_ends = at + 12 * pace * log(self.multiplier)
                for panel in self.panels:
                    if panel.state == "accepted":
                        panel.state = "live"
            case Phase.PLAYING:
                self.phase, self._phase_ends = Phase.ENDED, at + ENDED_S * pace
                for panel in self.panels:
                    if panel.state == "live":
                        panel.state = "idle"
            case Phase.ENDED:
                self.phase, self._phase_ends = Phase.UNKNOWN, at + BLACK_S * pace
            case _:
                self.phase, self.betting_at, self._phase_ends = Phase.BETTING, at, at + BETTING_S * pace
                self.round, self.multiplier = self.round + 1, self._drawn()
                for number, panel in enumerate(self.panels, 1):
                    if panel.state == "queued":
                        self._accept(number, panel, at)

    def _accept(self, number: int, panel: _Panel, at: float) -> None:
        if panel.stake > self.balance:
            panel.state = "idle"
            return
        panel.state, self.balance = "accepted", self.balance - panel.stake
        panel.bet = Taken(number, panel.stake, panel.auto or None, at, self.round)
        self.taken.append(panel.bet)

    def _hear(self, at: float, what: str, number: int, text: str) -> None:
        panel = self.panels[number - 1]
        if what == "press":
            self._press(number, panel, at)
            return
        field = next(f for f, n in PANEL.items() if n == number and f.value.startswith(what))
        self.edited_at[field] = at
        if panel.state != "idle":
            return
        value = parsed(text)
        if what == "bet_amount" and value is not None:
            panel.stake = min(max(value, Decimal(5)), Decimal(self.trouble("clamp", at) or 500).quantize(CENT))
        elif what == "auto_cash_out":
            panel.auto = ZERO if value is None else max(value, Decimal("1.01"))

    def _press(self, number: int, panel: _Panel, at: float) -> None:
        if self.trouble("refuse", at) is not None or (self.phase is Phase.BETTING and not self.accepting(at)):
            return
        if panel.state == "live":
            multiplier = min(self.multiplier, Decimal(str(2.718281828 ** ((at - self.started_at) / 12 / self.pace))))
            self._credits.append((at + CREDIT_S * self.pace, (panel.stake * multiplier).quantize(CENT, ROUND_FLOOR)))
            panel.state = "idle"
        elif panel.state == "queued":
            panel.state = "idle"
        elif panel.state == "accepted" and panel.bet is not None:
            panel.state, self.balance, panel.bet.cancelled = "idle", self.balance + panel.stake, True
        elif panel.stake <= self.balance:
            if self.accepting(at):
                self._accept(number, panel, at)
            else:
                panel.state = "queued"


def parsed(text: str) -> Decimal | None:
    try:
        return Decimal(text).quantize(CENT)
    except InvalidOperation:
        return None
