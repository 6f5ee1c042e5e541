"""The game server: pages, their WebSockets, and the control and pose endpoints, all on the loopback interface.

In: HTTP requests. Out: pages and JSON. Runs in the `sim` process.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import WSCloseCode, web

from aviator.core.errors import UserMistake
from aviator.sim.designs import Design
from aviator.sim.page import Page
from aviator.sim.phrases import PHRASES
from aviator.sim.poses import BadPoseError
from aviator.sim.site import Site
from aviator.sim.skins import Skin
from aviator.sim.trouble import KINDS, BadTroubleError, TroubleMaker

HOST = "127.0.0.1"
_WEB = Path(__file__).parent / "web"


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)


class Server:
    """Routes requests to sites. `trouble` is set once the windows are there."""

    def __init__(self, sites: list[Site], start: Callable[[], None]) -> None:
        self.sites = {site.skin.slug: site for site in sites}
        self.trouble = TroubleMaker({})
        self._start = start
        self._sockets: set[web.WebSocketResponse] = set()

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[str]:
        """Serves until the block ends and gives the base address. Raises UserMistake when the port is taken."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/b/{bookmaker}/", self._page),
                web.get("/ws/{bookmaker}", self._socket),
                web.static("/web", _WEB),
                web.get("/control", self._kinds),
                web.post("/control/{bookmaker}/{kind}", self._control),
                web.post("/pose/{bookmaker}", self._pose),
                web.post("/start", self._start_games),
            ]
        )
        app.on_shutdown.append(self._hang_up)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            listener = web.TCPSite(runner, HOST, port)
            try:
                await listener.start()
            except OSError as error:
                raise UserMistake(f"Port {port} is taken; choose another one, or 0 for any that is free.") from error
            yield f"http://{HOST}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _hang_up(self, app: web.Application) -> None:  # noqa: ARG002
        for socket in set(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _site(self, request: web.Request) -> Site:
        """By slug or display name. Raises 404 with a sentence."""
        name = request.match_info["bookmaker"].lower()
        if name in self.sites:
            return self.sites[name]
        sentence = f"no such bookmaker: {name}; there are {', '.join(self.sites)}"
        raise web.HTTPNotFound(text=json.dumps({"error": sentence}), content_type="application/json")

    @staticmethod
    async def _options(request: web.Request) -> dict[str, Any]:
        """The JSON object in the body, {} when there is none. Raises 400."""
        try:
            options = await request.json() if request.can_read_body else {}
        except json.JSONDecodeError:
            options = None
        if isinstance(options, dict):
            return options
        raise web.HTTPBadRequest(text='{"error": "the body must be a JSON object"}', content_type="application/json")

    # --- for browsers ---

    async def _page(self, request: web.Request) -> web.Response:
        site = self._site(request)
        skin = site.skin
        page = (_WEB / ("random.html" if skin.design else "index.html")).read_text(encoding="utf-8")
        marks = {
            "slug": skin.slug,
            "name": skin.name,
            "language": skin.language,
            "classes": f"newest-{skin.newest}" + (" curve-in-front" if skin.curve_in_front else ""),
            "facts": json.dumps(_facts(site)).replace("<", "\\u003c"),
        }
        for mark, value in marks.items():
            page = page.replace("{{" + mark + "}}", value)
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        site = self._site(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await site.serve(Page(socket))
        finally:
            self._sockets.discard(socket)
        return socket

    # --- for tests and demonstrations ---

    async def _kinds(self, request: web.Request) -> web.Response:  # noqa: ARG002
        kinds = {name: {"does": kind.does, "options": {"seconds": 5.0, **kind.options}} for name, kind in sorted(KINDS.items())}
        return web.json_response({"kinds": kinds, "bookmakers": list(self.sites)})

    async def _control(self, request: web.Request) -> web.Response:
        site, kind, options = self._site(request), request.match_info["kind"], await self._options(request)
        try:
            if kind == "heal":
                await self.trouble.heal(site.skin.slug, options.get("kind"))
            else:
                await self.trouble.make(site.skin.slug, kind, options)
        except BadTroubleError as error:
            return _problem(400 if kind in KINDS else 404, str(error))
        return web.json_response({"bookmaker": site.skin.name, "kind": kind})

    async def _pose(self, request: web.Request) -> web.Response:
        site, pose = self._site(request), await self._options(request)
        try:
            return web.json_response(await site.pose(pose))
        except BadPoseError as error:
            return _problem(400, str(error))
        except TimeoutError:
            return _problem(503, f"{site.skin.name}'s page does not answer")

    async def _start_games(self, request: web.Request) -> web.Response:  # noqa: ARG002
        self._start()
        return web.json_response({"started": True})


def _facts(site: Site) -> dict[str, Any]:
    """What the page needs to know about its skin."""
    skin = site.skin
    designed = {} if skin.design is None else _designed(skin, skin.design)
    return {
        **designed,
        "slug": skin.slug,
        "newest": skin.newest,
        "speed": site.speed,
        "texts": asdict(skin.texts),
        "quick": [[str(amount), f"{amount:.0f}"] for amount in skin.stakes.quick],
        "curve": skin.curve,
        "rays": skin.rays,
        "cookieBar": skin.cookie_bar,
    }


def _designed(skin: Skin, design: Design) -> dict[str, Any]:
    """What a generated page needs to know besides."""
    return {
        "name": skin.name,
        "design": design.draws(),
        "words": asdict(PHRASES[design.language]),
        "weight": 700 if design.font.startswith("DejaVu") else 800 if design.font in {"Montserrat", "Open Sans"} else 700,
        "bettingS": skin.timing.betting_s,
    }
