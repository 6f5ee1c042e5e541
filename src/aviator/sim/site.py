"""One simulated bookmaker at work: its game, the pages that show it, and the visitor's messages.

In: messages of pages, commands of trouble and poses. Out: views to pages, lines to the ledger. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from aviator.core.clock import Clock
from aviator.sim.bets import NotEnoughMoneyError
from aviator.sim.chain import Chain
from aviator.sim.crowd import Crowd
from aviator.sim.game import Game, Phase
from aviator.sim.ledger import ClickLine, Ledger, Line
from aviator.sim.page import Page
from aviator.sim.poses import scene_of_pose
from aviator.sim.scene import View, scene_of, view
from aviator.sim.skins import Skin

# seconds between pushes, real time; whatever is due happens exactly on time in between
_PACE_S = {Phase.PLAYING: 0.05, Phase.BETTING: 0.1}
_IDLE_PACE_S = 0.5
_BLOCKING = {"blank", "popup", "disconnect", "logout"}  # overlays that take every click
_TOAST_S = 3.5
_MEAN_TOAST_GAP_S = 30.0


@dataclass
class Effects:
    """What trouble has done to the page. `overlay` is one of the page's own covers: blank, popup, disconnect, logout, advert.

    Of betting: presses are ignored (`deaf_button`) or come late (`slow_accept_s`); every so many-th typed character is lost
    (`deaf_key`, 0: none); amounts are changed to lie within `clamp`; what happens to the balance shows late; a dialog lies over
    the panel `panel_popup`.
    """

    overlay: str | None = None
    zoom: float = 1.0
    frozen: bool = False
    deaf_button: bool = False
    slow_accept_s: float = 0.0
    deaf_key: int = 0
    clamp: tuple[Decimal, Decimal] | None = None
    late_balance_s: float = 0.0
    panel_popup: int | None = None


@dataclass
class Toasts:
    """Short notices over the strip, drawn from the seed; `text` is None between them."""

    rng: Random
    speed: float
    text: str | None = None
    until: float = 0.0
    next_at: float | None = None

    def step(self, now: float, skin: Skin) -> None:
        if self.text is not None and now >= self.until:
            self.text = None
        if self.next_at is None or now >= self.next_at:
            if self.next_at is not None:
                winner = Crowd(self.rng, 1).shown[0]
                self.say(skin.texts.toast.format(name=winner.name, sum=skin.numbers.money(winner.win)), now)
            self.next_at = now + (_TOAST_S + self.rng.expovariate(1 / _MEAN_TOAST_GAP_S)) / self.speed

    def say(self, text: str, now: float, seconds: float | None = None) -> None:
        self.text, self.until = text, now + (_TOAST_S / self.speed if seconds is None else seconds)


@dataclass
class Site:
    """A bookmaker. `run` must be running for time to pass; `opened` says that a page is connected."""

    skin: Skin
    seed: int
    speed: float
    clock: Clock
    ledger: Ledger
    inactivity_s: float = 0.0
    effects: Effects = field(default_factory=Effects)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        chain = Chain(f"{self.seed}/{self.skin.slug}")
        self.game = Game(self.skin, chain, Random(f"{self.seed}/{self.skin.slug}/crowd"), self.speed)
        self.toasts = Toasts(Random(f"{self.seed}/{self.skin.slug}/toasts"), self.speed)
        self._pages: set[Page] = set()
        self._changed = asyncio.Event()
        self._posed = False
        self._lag_s = 0.0
        self._last_click_at = self.clock.now()
        self._balances: deque[tuple[float, Decimal]] = deque()
        """Since when there is how much, from the balance that is shown on."""

    # --- time ---

    def start(self) -> None:
        """Opens the doors, once."""
        if self.game.phase is Phase.CLOSED:
            self._write(self.game.start(self.clock.now()))
            self._last_click_at = self.clock.now()
            self.refresh()

    async def run(self) -> None:
        """Lets time pass until cancelled."""
        while True:
            now = self.clock.now()
            self._write(self.game.advance(now))
            self._look_at_the_watch(now)
            self._show(now)
            pace_s = _PACE_S.get(self.game.phase, _IDLE_PACE_S)
            with suppress(TimeoutError):  # the usual case: nothing happened but time
                # Not `wait_for`: before Python 3.12 it forgets a cancellation that comes together with what it waits for.
                async with asyncio.timeout(max(0.0, min(pace_s, self.game.due_at - self.clock.now()))):
                    await self._changed.wait()
            self._changed.clear()

    def refresh(self) -> None:
        """Something changed: show it now rather than at the next tick."""
        self._changed.set()

    def _look_at_the_watch(self, now: float) -> None:
        if self.game.phase is not Phase.CLOSED:
            self.toasts.step(now, self.skin)
        if self.inactivity_s and self.effects.overlay is None and now - self._last_click_at > self.inactivity_s:
            self.effects.overlay = "logout"

    def _show(self, now: float) -> None:
        if self._posed or self.effects.frozen:
            return
        scene = scene_of(self.game, now)
        shown: View = {
            **view(replace(scene, balance=self._balance_shown(scene.balance, now)), self.skin),
            "toast": self.toasts.text,
            "overlay": self.effects.overlay,
            "zoom": self.effects.zoom,
            "deaf_key": self.effects.deaf_key,
            "panel_popup": self.effects.panel_popup,
        }
        for page in self._pages:
            page.show(shown)

    def _balance_shown(self, balance: Decimal, now: float) -> Decimal:
        """The balance as the page may know it by now."""
        if not self._balances or self._balances[-1][1] != balance:
            self._balances.append((now, balance))
            asyncio.get_running_loop().call_later(self.effects.late_balance_s, self.refresh)
        while len(self._balances) > 1 and self._balances[1][0] <= now - self.effects.late_balance_s:
            self._balances.popleft()
        return self._balances[0][1]

    # --- pages ---

    async def serve(self, page: Page) -> None:
        """Keeps one page up to date and listens to it until it goes away."""
        page.lag_s = self._lag_s
        self._pages.add(page)
        self.opened.set()
        self.refresh()
        try:
            await page.talk(self.hear)
        finally:
            self._pages.discard(page)
            if not self._pages:
                self.opened.clear()

    def set_lag(self, seconds: float) -> None:
        self._lag_s = seconds
        for page in self._pages:
            page.lag_s = seconds

    def set_frozen(self, frozen: bool) -> None:
        self.effects.frozen = frozen
        for page in self._pages:
            page.freeze(frozen)
        self.refresh()

    async def pose(self, pose: dict[str, Any]) -> dict[str, Any]:
        """Holds the page in a pose and returns its labels; an empty pose sets it free. Raises BadPoseError, TimeoutError."""
        if not pose:
            self._posed = False
            for page in self._pages:
                page.unpose()
            self.refresh()
            return {}
        scene = scene_of_pose(pose)
        if not self._pages:
            raise TimeoutError
        self._posed = True
        posed: View = {**view(scene, self.skin), "toast": None, "overlay": None, "zoom": 1.0, "deaf_key": 0, "panel_popup": None}
        return (await asyncio.gather(*(page.pose(posed) for page in self._pages)))[0]

    # --- the visitor ---

    def hear(self, message: dict[str, Any]) -> None:
        """A page's message: a click for the ledger, or something the visitor did with a control."""
        now = self.clock.now()
        if message.get("type") == "click":
            self._last_click_at = now
            self.ledger.write(ClickLine(self.skin.name, int(message["x"]), int(message["y"]), str(message["target"]), now))
            return
        if self._posed:
            return
        if message.get("type") == "press":
            if self.effects.slow_accept_s:
                asyncio.get_running_loop().call_later(self.effects.slow_accept_s, self._press, int(message["panel"]))
            else:
                self._press(int(message["panel"]))
        else:
            self._edit(message)
        for page in self._pages:
            page.forget(f"panel_{message.get('panel')}")  # what the visitor typed may not be what was taken
        self.refresh()

    def _press(self, panel: int) -> None:
        if self.effects.overlay in _BLOCKING or self.effects.deaf_button:
            return
        now = self.clock.now()
        try:
            self._write(self.game.press(panel, now))
        except NotEnoughMoneyError:
            self.toasts.say(self.skin.texts.low_balance, now)
        self.refresh()

    def _set_stake(self, panel: int, stake: Decimal) -> None:
        if self.effects.clamp:
            least, most = self.effects.clamp
            stake = min(max(stake, least), most)
        self.game.bets.set_stake(panel, stake)

    def _edit(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "amount", "panel": 1 | 2 as panel, "text": str(text)}:
                stake = self.skin.numbers.parse(text)
                if stake is not None:
                    self._set_stake(panel, stake)
            case {"type": "step", "panel": 1 | 2 as panel, "by": -1 | 1 as by}:
                self._set_stake(panel, self.game.bets.panels[panel - 1].stake + by * self.skin.stakes.step)
            case {"type": "auto_cash_out", "panel": 1 | 2 as panel, "text": str(text)}:
                self.game.bets.set_auto_cash_out(panel, self.skin.numbers.parse(text))
            case {"type": "auto_bet", "panel": 1 | 2 as panel}:
                self.game.bets.toggle_auto_bet(panel)
            case {"type": "dismiss", "panel": 1 | 2 as panel} if self.effects.panel_popup == panel:
                self.effects.panel_popup = None
            case {"type": "dismiss"} if self.effects.overlay in ("popup", "logout", "advert"):
                self.effects.overlay = None

    def _write(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self.ledger.write(line)
