"""Trouble on command: everything that goes wrong with real pages and windows, and heals again.

In: a site, its window and options. Out: a table of kinds; each is an async context manager whose body is the trouble and whose
end is the cure. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from aviator.sim.browser import Window
from aviator.sim.devtools import DevToolsError
from aviator.sim.site import Site

Options = dict[str, Any]


class BadTroubleError(ValueError):
    """No such trouble, or not with these options; the message says why."""


@dataclass(frozen=True)
class Victim:
    """A bookmaker and its window, which a sim without windows does not have."""

    site: Site
    window: Window | None

    @property
    def need_window(self) -> Window:
        if self.window is None:
            raise BadTroubleError("this needs a window, and the simulator was started without any")
        return self.window


@dataclass(frozen=True)
class Kind:
    """One sort of trouble: what it does in a sentence, its options with their defaults (besides `seconds`), and the deed."""

    does: str
    options: Options
    deed: Callable[[Victim, Options], AbstractAsyncContextManager[None]]


KINDS: dict[str, Kind] = {}


def _kind(does: str, **options: object) -> Callable[[Callable[[Victim, Options], AsyncIterator[None]]], None]:
    def register(deed: Callable[[Victim, Options], AsyncIterator[None]]) -> None:
        KINDS[deed.__name__.strip("_")] = Kind(does, options, asynccontextmanager(deed))

    return register


@_kind("the page stops: no updates, no reaction to clicks")
async def _freeze(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    victim.site.set_frozen(True)
    try:
        yield
    finally:
        victim.site.set_frozen(False)


def _overlay(name: str, does: str) -> None:
    """Five sorts of trouble are only something drawn over the page."""

    async def deed(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
        effects = victim.site.effects
        effects.overlay = name
        victim.site.refresh()
        try:
            yield
        finally:
            if effects.overlay == name:  # a visitor may have clicked it away, and other trouble may have come since
                effects.overlay = None
            victim.site.refresh()

    KINDS[name] = Kind(does, {}, asynccontextmanager(deed))


_overlay("blank", "the page is empty")
_overlay("popup", "a dialog over the board: you have been inactive (a click on its button dismisses it)")
_overlay("disconnect", "a connection-lost screen instead of the game")
_overlay("logout", "the session has ended (a click on LOG IN opens a new one)")
_overlay("advert", "an advert over part of the board (a click on it dismisses it)")


@_kind("another window lies over part of this one", x=100, y=110, width=500, height=340)
async def _cover(victim: Victim, options: Options) -> AsyncIterator[None]:
    window = victim.need_window
    x, y, width, height = (int(options[key]) for key in ("x", "y", "width", "height"))
    tile = window.tile._replace(x=window.tile.x + x, y=window.tile.y + y, width=width, height=height)
    cover = await window.browser.open("data:text/html,<title>Notes</title><body style='background:%23fff8c5'>Notes", tile)
    try:
        yield
    finally:
        await cover.close()


@_kind("the window moves", dx=40, dy=30)
async def _move(victim: Victim, options: Options) -> AsyncIterator[None]:
    window = victim.need_window
    await window.place(window.tile._replace(x=window.tile.x + int(options["dx"]), y=window.tile.y + int(options["dy"])))
    try:
        yield
    finally:
        await window.place(window.tile)


@_kind("the window is minimised")
async def _minimise(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    await victim.need_window.minimise()
    try:
        yield
    finally:
        await victim.need_window.place(victim.need_window.tile)


@_kind("the page is shown larger or smaller", factor=1.25)
async def _zoom(victim: Victim, options: Options) -> AsyncIterator[None]:
    victim.site.effects.zoom = float(options["factor"])
    victim.site.refresh()
    try:
        yield
    finally:
        victim.site.effects.zoom = 1.0
        victim.site.refresh()


@_kind("everything reaches the page, and the site, late", ms=800)
async def _lag(victim: Victim, options: Options) -> AsyncIterator[None]:
    victim.site.set_lag(float(options["ms"]) / 1000)
    try:
        yield
    finally:
        victim.site.set_lag(0.0)


@_kind("the big buttons do not react to a press")
async def _deaf_button(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    victim.site.effects.deaf_button = True
    try:
        yield
    finally:
        victim.site.effects.deaf_button = False


@_kind("a press of a big button reaches the site late; a press that is under way at the cure arrives nevertheless", ms=800)
async def _slow_accept(victim: Victim, options: Options) -> AsyncIterator[None]:
    victim.site.effects.slow_accept_s = float(options["ms"]) / 1000
    try:
        yield
    finally:
        victim.site.effects.slow_accept_s = 0.0


@_kind("every so many-th character that is typed into a field is lost", every=3)
async def _deaf_key(victim: Victim, options: Options) -> AsyncIterator[None]:
    every = int(options["every"])
    if every < 1:
        raise BadTroubleError("every must be 1 or more")
    victim.site.effects.deaf_key = every
    victim.site.refresh()
    try:
        yield
    finally:
        victim.site.effects.deaf_key = 0
        victim.site.refresh()


@_kind("amounts below or above a bound are changed by the site after they were typed", least="15.00", most="500.00")
async def _clamp(victim: Victim, options: Options) -> AsyncIterator[None]:
    try:
        least, most = Decimal(str(options["least"])), Decimal(str(options["most"]))
    except InvalidOperation:
        raise BadTroubleError("least and most must be amounts") from None
    victim.site.effects.clamp = least, most
    try:
        yield
    finally:
        victim.site.effects.clamp = None


@_kind("debits and credits show on the page late", ms=1500)
async def _late_balance(victim: Victim, options: Options) -> AsyncIterator[None]:
    victim.site.effects.late_balance_s = float(options["ms"]) / 1000
    try:
        yield
    finally:
        victim.site.effects.late_balance_s = 0.0
        victim.site.refresh()


@_kind("a dialog over a bet panel (a click on its button dismisses it)", panel=1)
async def _panel_popup(victim: Victim, options: Options) -> AsyncIterator[None]:
    panel, effects = int(options["panel"]), victim.site.effects
    if panel not in (1, 2):
        raise BadTroubleError("panel must be 1 or 2")
    effects.panel_popup = panel
    victim.site.refresh()
    try:
        yield
    finally:
        effects.panel_popup = None
        victim.site.refresh()


@_kind("a notice over part of the strip", text="k***7 has won 12.34")
async def _toast(victim: Victim, options: Options) -> AsyncIterator[None]:
    site = victim.site
    site.toasts.say(str(options["text"]), site.clock.now(), seconds=1e9)
    site.refresh()
    try:
        yield
    finally:
        site.toasts.text = None
        site.refresh()


@_kind("the page is loaded anew")
async def _reload(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    await victim.need_window.reload()
    yield


@_kind("the window is closed; the cure opens it again")
async def _close(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    await victim.need_window.close()
    try:
        yield
    finally:
        await victim.need_window.open()


@_kind("the browser dies with all its windows; the cure starts it again")
async def _crash(victim: Victim, options: Options) -> AsyncIterator[None]:  # noqa: ARG001
    browser = victim.need_window.browser
    await browser.kill()
    try:
        yield
    finally:
        await browser.restart()


@dataclass
class TroubleMaker:
    """Trouble now going on, by bookmaker and kind. The same kind again replaces the first."""

    victims: dict[str, Victim]
    _going_on: dict[tuple[str, str], tuple[asyncio.Task[None], asyncio.Event]] = field(default_factory=dict)

    async def make(self, slug: str, kind: str, options: Options) -> None:
        """Returns once the trouble has begun; it heals by itself after `seconds` (default 5). Raises BadTroubleError."""
        if kind not in KINDS:
            raise BadTroubleError(f"no such trouble: {kind}; there are {', '.join(sorted(KINDS))}")
        known = {"seconds": 5.0, **KINDS[kind].options}
        if unknown := set(options) - set(known):
            raise BadTroubleError(f"{kind} knows no {', '.join(sorted(unknown))}; its options are {', '.join(known)}")
        await self.heal(slug, kind)
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        healed = asyncio.Event()
        task = asyncio.create_task(self._suffer(self.victims[slug], KINDS[kind], {**known, **options}, begun, healed))
        self._going_on[slug, kind] = (task, healed)
        task.add_done_callback(lambda _: self._forget(slug, kind, task))
        await begun

    async def heal(self, slug: str, kind: str | None = None) -> None:
        """Ends a bookmaker's trouble at once: one kind, or all."""
        chosen = [pair for key, pair in self._going_on.items() if key[0] == slug and kind in (None, key[1])]
        for _, healed in chosen:
            healed.set()
        await asyncio.gather(*(task for task, _ in chosen))

    async def close(self) -> None:
        for slug in self.victims:
            await self.heal(slug)

    def _forget(self, slug: str, kind: str, task: asyncio.Task[None]) -> None:
        if self._going_on.get((slug, kind), (None,))[0] is task:
            del self._going_on[slug, kind]

    @staticmethod
    async def _suffer(victim: Victim, kind: Kind, options: Options, begun: asyncio.Future[None], healed: asyncio.Event) -> None:
        try:
            async with kind.deed(victim, options):
                begun.set_result(None)
                with suppress(TimeoutError):  # it heals by itself
                    await asyncio.wait_for(healed.wait(), float(options["seconds"]))
        except DevToolsError as error:
            if not begun.done():
                begun.set_exception(BadTroubleError(f"the window does not obey: {error}"))
            # else the window went away meanwhile, and what ailed it with it
        except (BadTroubleError, TypeError, ValueError) as error:
            if begun.done():
                raise
            begun.set_exception(error if isinstance(error, BadTroubleError) else BadTroubleError(f"bad option: {error}"))
