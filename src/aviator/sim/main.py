"""The sim process: game server, browser windows and ledger, from start to orderly end.

In: `SimOptions`. Out: `Ready` once everything is shown. `run` is what `aviator sim` calls; `simulate` is the same within
a running event loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from aviator.core.clock import Clock, SystemClock
from aviator.core.errors import AviatorError, UserMistake
from aviator.sim.browser import Window, running_browser
from aviator.sim.ledger import Ledger
from aviator.sim.random_skins import random_skin
from aviator.sim.server import Server
from aviator.sim.site import Site
from aviator.sim.skins import SKINS, SKINS_BY_NAME, Skin
from aviator.sim.tiles import Tile, tiles
from aviator.sim.trouble import TroubleMaker, Victim

_SHOWN_TIMEOUT_S = 60.0
_NARROWEST_PX = 500  # Chromium makes no normal window narrower than this


@dataclass(frozen=True)
class SimOptions:
    """What to simulate.

    `skins`: "ours", or "random" for generated pages, of which the first is number `seed`. `bookmakers` is a number (the first
    so many) or names; `hold` waits for POST /start; `bare_display` says that the display has no window manager, as Xvfb has none.
    """

    bookmakers: int | tuple[str, ...] = 6
    skins: str = "ours"
    speed: float = 1.0
    seed: int = 1
    ledger: Path | None = None
    layout: int = 6
    display_size: tuple[int, int] = (1920, 1080)
    port: int = 0
    inactivity_minutes: float = 0.0
    open_windows: bool = True
    hold: bool = False
    bare_display: bool = False


@dataclass(frozen=True)
class ShownWindow:
    """A bookmaker's window; the rectangle is in absolute screen pixels, browser frame included."""

    bookmaker: str
    skin: str
    rect: Tile


@dataclass(frozen=True)
class Ready:
    """What others need to know once all windows are shown."""

    control_url: str
    windows: tuple[ShownWindow, ...]
    layout: int
    speed: float
    display: str | None

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def chosen_skins(options: SimOptions) -> list[Skin]:
    """The bookmakers asked for. Raises UserMistake for unknown names and for more than there are skins or cells."""
    wanted = options.bookmakers
    if options.skins == "random":
        return _fitting(options, [random_skin(options.seed + i) for i in range(_count(wanted))])
    names = ", ".join(SKINS_BY_NAME)
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(SKINS):
            raise UserMistake(f"There are 1 to {len(SKINS)} simulated bookmakers, not {wanted}.")
        skins = list(SKINS[:wanted])
    else:
        by_name = {name.lower(): skin for name, skin in SKINS_BY_NAME.items()}
        if unknown := [name for name in wanted if name.lower() not in by_name]:
            raise UserMistake(f"There is no simulated bookmaker {unknown[0]}; choose from {names}.")
        skins = [by_name[name.lower()] for name in wanted]
        if not skins or len(set(skins)) < len(skins):
            raise UserMistake(f"Name each simulated bookmaker once; choose from {names}.")
    return _fitting(options, skins)


def _count(wanted: int | tuple[str, ...]) -> int:
    """Raises UserMistake."""
    if not isinstance(wanted, int) or wanted < 1:
        raise UserMistake("Generated pages have no names of bookmakers: say how many there are to be.")
    return wanted


def _fitting(options: SimOptions, skins: list[Skin]) -> list[Skin]:
    """The same, if the display has room for them. Raises UserMistake."""
    cells = tiles(options.layout, options.display_size)
    if len(skins) > len(cells):
        raise UserMistake(f"Layout {options.layout} has {len(cells)} cells, too few for {len(skins)} bookmakers; choose 6 or 8.")
    if options.open_windows and cells[0].width < _NARROWEST_PX:
        raise UserMistake(
            f"A browser window is at least {_NARROWEST_PX} pixels wide; layout {options.layout} needs a wider display."
        )
    return skins


async def simulate(
    options: SimOptions, on_ready: Callable[[Ready], None], stop: asyncio.Event, clock: Clock | None = None
) -> None:
    """Runs until `stop` is set. Raises UserMistake."""
    skins = chosen_skins(options)
    if options.speed <= 0:
        raise UserMistake("The speed must be above 0.")
    clock = clock or SystemClock()
    inactivity_s = options.inactivity_minutes * 60 / options.speed
    with Ledger(options.ledger) as ledger:
        sites = [Site(skin, options.seed, options.speed, clock, ledger, inactivity_s) for skin in skins]

        def start() -> None:
            for site in sites:
                site.start()

        server = Server(sites, start)
        async with server.serving(options.port) as url, _windows(options, sites, url, stop) as windows, _running(sites, stop):
            server.trouble = TroubleMaker({s.skin.slug: Victim(s, w) for s, w in zip(sites, windows, strict=True)})
            if options.open_windows:
                await _all_shown(sites)
            cells = tiles(options.layout, options.display_size)
            shown = tuple(ShownWindow(s.skin.name, s.skin.slug, cell) for s, cell in zip(sites, cells, strict=False))
            on_ready(Ready(url, shown, options.layout, options.speed, os.environ.get("DISPLAY")))
            if not options.hold:
                start()
            try:
                await stop.wait()
            finally:
                await server.trouble.close()  # while there still are windows to put right


def run(options: SimOptions, on_ready: Callable[[Ready], None]) -> None:
    """Blocks until SIGTERM or SIGINT, then ends everything in order. Raises UserMistake."""

    async def until_signalled() -> None:
        loop = asyncio.get_running_loop()
        work = asyncio.create_task(simulate(options, on_ready, asyncio.Event()))
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, work.cancel)
            except NotImplementedError:  # Windows: the plain handler must wake the loop itself
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(work.cancel))
        with suppress(asyncio.CancelledError):  # also during start-up: every `async with` on the way cleans up
            await work

    asyncio.run(until_signalled())


@asynccontextmanager
async def _windows(options: SimOptions, sites: list[Site], url: str, stop: asyncio.Event) -> AsyncIterator[list[Window | None]]:
    """A window for each site on its tile; None for each when windows are not wanted.

    A browser that dies by itself ends everything.
    """
    if not options.open_windows:
        yield [None] * len(sites)
        return
    async with running_browser(options.bare_display) as browser:
        death = asyncio.create_task(browser.died.wait())
        death.add_done_callback(lambda _: stop.set())
        try:
            cells = tiles(options.layout, options.display_size)
            yield [await browser.open(f"{url}/b/{site.skin.slug}/", cell) for site, cell in zip(sites, cells, strict=False)]
            if death.done():
                raise AviatorError("The browser has gone, and the simulated bookmakers with it.")
        finally:
            death.cancel()


@asynccontextmanager
async def _running(sites: list[Site], stop: asyncio.Event) -> AsyncIterator[None]:
    """Lets time pass at every site. A site that fails stops everything, and its error is raised here."""
    tasks = [asyncio.create_task(site.run()) for site in sites]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _all_shown(sites: list[Site]) -> None:
    try:
        await asyncio.wait_for(asyncio.gather(*(site.opened.wait() for site in sites)), _SHOWN_TIMEOUT_S)
    except TimeoutError:
        missing = ", ".join(site.skin.name for site in sites if not site.opened.is_set())
        raise UserMistake(f"The browser did not show these pages within {_SHOWN_TIMEOUT_S:.0f} s: {missing}.") from None
