"""The windows of sites in virtual time, seen and touched as real ones are: through eyes and hands.

A page shows its site late, if so troubled, and takes typing of its own. A `Desk` is the screen with several windows, one mouse
and one keyboard. Nothing waits: looking and touching cost virtual time.
"""

from collections.abc import Callable
from decimal import Decimal

from tests.unit.act.panel import BUTTONS, LOOK_S, PANEL, PLACES, START, TOUCH_S, WIDTH, ZERO, Site, parsed

from aviator.core.bets import ButtonState, PanelView, WindowView
from aviator.core.clock import ManualClock
from aviator.core.errors import HandsTied, SightLost
from aviator.core.types import Field


class Died(BaseException):
    """The program was killed here."""


class Page:
    """A site's window: `Eyes`, and what a mouse and a keyboard find there."""

    def __init__(self, site: Site, desk: "Desk", origin: int) -> None:
        self.site = site
        self._desk = desk
        self._origin = origin
        self._typed: dict[Field, str] = {}
        self._committed: dict[Field, float] = {}
        self._focus: Field | None = None
        self._selected = False
        self._keys = 0
        self._reloaded = START

    # --- eyes ---

    def look(self) -> WindowView:
        self._desk.cost(LOOK_S)
        now = self._desk.clock.elapsed()
        self._live(now)
        if self._blank(now):
            raise SightLost("The window cannot be seen.")
        state = self.site.shown(now)
        covered = self.site.trouble("popup", now) is not None
        hidden = covered or self.site.trouble("unread", now) is not None
        panels = [
            PanelView(None, None, None) if hidden else self._panel(i, panel, now) for i, panel in enumerate(state.panels, 1)
        ]
        in_place = not covered and self._shift(now) == self._believed(now)
        return WindowView(now, in_place, state.phase, state.balance, (panels[0], panels[1]))

    def place(self, field: Field) -> tuple[int, int]:
        x, y = PLACES[field]
        return self._origin + x + self._believed(self._desk.clock.elapsed()), y

    def typed(self, field: Field, value: Decimal) -> str:
        return str(value.normalize() if value == value.to_integral() else value)

    def _panel(self, number: int, panel: PanelView, now: float) -> PanelView:
        locked = panel.button is not ButtonState.BET
        values: list[Decimal | None] = []
        for name, known in (("bet_amount", panel.amount), ("auto_cash_out", panel.auto_cash_out)):
            field = Field(f"{name}_{number}")
            text = None if locked else self._local(field, now)
            values.append(known if text is None else ZERO if not text and name != "bet_amount" else parsed(text))
        return PanelView(values[0], values[1], panel.button)

    def _local(self, field: Field, now: float) -> str | None:
        """What was typed stands until the site's answer is shown."""
        if field not in self._typed:
            return None
        committed = self._committed.get(field)
        answered = self.site.edited_at[field]
        lag = self.site.trouble("lag", now) or 0.0
        if self._focus is not field and committed is not None and answered >= committed and now - lag >= answered:
            del self._typed[field]
            return None
        return self._typed[field]

    def _shift(self, now: float) -> int:
        return 60 * sum(t.kind == "move" and t.begin <= now for t in self.site.troubles)

    def _believed(self, now: float) -> int:
        return 60 * sum(t.kind == "move" and t.begin + 0.4 <= now for t in self.site.troubles)

    def _blank(self, now: float) -> bool:
        reloading = any(t.kind == "reload" and t.begin <= now < t.begin + 0.5 for t in self.site.troubles)
        return reloading or self.site.trouble("blind", now) is not None

    def _live(self, now: float) -> None:
        """The site's time goes on; a page that was loaded anew has forgotten what was typed."""
        self.site.advance(now)
        if self._reloaded < self.site.reloaded_at:
            self._typed, self._focus, self._reloaded = {}, None, self.site.reloaded_at

    # --- mouse and keyboard ---

    def clicked(self, x: int, y: int) -> None:
        now = self._desk.clock.elapsed()
        self._live(now)
        if self._blank(now) or self.site.trouble("popup", now) is not None:
            return
        at = (x - self._origin - self._shift(now), y)
        hit = next((f for f, place in PLACES.items() if abs(at[0] - place[0]) <= 20 and abs(at[1] - place[1]) <= 20), None)
        self._blur()
        if hit in BUTTONS:
            number = PANEL[hit]
            self._desk.on_press()
            self.site.clicks.append((now, number, self.site.shown(now).panels[number - 1].button or ButtonState.BET))
            if self.site.trouble("deaf_button", now) is None:
                self.site.send("press", number, "")
        elif hit in PANEL:
            self._focus, self._selected = hit, False

    def key(self, combination: str) -> None:
        self._live(self._desk.clock.elapsed())
        if combination.endswith("+a"):
            self._selected = True
        elif combination == "delete" and self._selected:
            self._put("")
        elif combination == "tab":
            self._blur()

    def write(self, text: str) -> None:
        now = self._desk.clock.elapsed()
        self._live(now)
        nth = self.site.trouble("deaf_key", now)
        kept = ""
        for letter in text:
            self._keys += 1
            if nth is None or self._keys % int(nth):
                kept += letter
        self._put(kept)

    def _put(self, text: str) -> None:
        if self._focus is None or self._locked(self._focus):
            return
        old = "" if self._selected else self._local(self._focus, self.site.now) or ""
        self._typed[self._focus] = old + text
        self._committed.pop(self._focus, None)
        self._selected = False

    def _blur(self) -> None:
        field, self._focus = self._focus, None
        if field is not None and field in self._typed and field not in self._committed:
            if self._locked(field):
                del self._typed[field]
                return
            self._committed[field] = self.site.now
            self.site.send(field.value[:-2], PANEL[field], self._typed[field])

    def _locked(self, field: Field) -> bool:
        return self.site.shown(self.site.now).panels[PANEL[field] - 1].button is not ButtonState.BET


class Desk:
    """The screen: pages side by side, one mouse, one keyboard. `Hands`. `fuse`: calls until the program dies."""

    def __init__(self, sites: list[Site], clock: ManualClock) -> None:
        self.clock = clock
        self.pages = [Page(site, self, WIDTH * i) for i, site in enumerate(sites)]
        self.inputs: list[tuple[float, str]] = []
        self.fuse: int | None = None
        self.on_press: Callable[[], None] = lambda: None
        """Called when a big button is clicked."""
        self.on_click: Callable[[], None] = lambda: None
        """Called after each click."""
        self._pointer = (0, 0)
        self._active: Page | None = None
        self._nudged = START

    def cost(self, seconds: float) -> None:
        """Everything that hands and eyes do takes time, and may be the last thing they do."""
        self.clock.sleep(seconds)
        self.burn()

    def burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise Died

    def position(self) -> tuple[int, int]:
        self._disturb()
        return self._pointer

    def move(self, x: int, y: int) -> None:
        self._touch("move")
        self._pointer = (x, y)

    def click(self) -> None:
        self._touch("click")
        index = self._pointer[0] // WIDTH
        self._active = self.pages[index] if 0 <= index < len(self.pages) else None
        if self._active is not None:
            self._active.clicked(*self._pointer)
            self.on_click()

    def key(self, combination: str) -> None:
        self._touch(combination)
        if self._active is not None:
            self._active.key(combination)

    def write(self, text: str) -> None:
        self._touch(text)
        if self._active is not None:
            self._active.write(text)

    def close(self) -> None: ...

    def _touch(self, what: str) -> None:
        self.cost(TOUCH_S)
        self._disturb()
        if self._trouble("tied"):
            raise HandsTied("The display is gone.")
        self.inputs.append((self.clock.elapsed(), what))

    def _disturb(self) -> None:
        """A person moves the mouse every tenth of a second while there is one."""
        now = self.clock.elapsed()
        if self._trouble("person") and now - self._nudged >= 0.1:
            self._nudged = now
            self._pointer = (self._pointer[0] + 7, 900)

    def _trouble(self, kind: str) -> bool:
        return any(page.site.trouble(kind, self.clock.elapsed()) is not None for page in self.pages)
