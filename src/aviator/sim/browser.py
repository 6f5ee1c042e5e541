"""Real browser windows, placed on tiles of the screen.

In: addresses and tiles. Out: one Chromium process with a throw-away profile and a window per address, movable through the
DevTools protocol; it can be killed and started again with the same windows. Everything is gone when the `async with` block ends.
Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aviator.core.errors import UserMistake
from aviator.sim.children import end, spawn
from aviator.sim.devtools import DevTools, DevToolsError
from aviator.sim.tiles import Tile

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
_USUAL_PLACES = {
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    ),
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
}
_FLAGS = (
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--test-type",  # no yellow bar about --no-sandbox
    "--lang=en-US",
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-notifications",
    "--disable-search-engine-choice-screen",
    "--disable-session-crashed-bubble",
    "--disable-features=Translate,MediaRouter,OptimizationHints,CalculateNativeWinOcclusion,OptimizationGuideOnDeviceModel",
    # six windows of which none may be put to sleep
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
)
_LINUX_FLAGS = ("--disable-gpu", "--ozone-platform=x11")
_START_TIMEOUT_S = 60.0
_LONGEST_FOLDER = 103 - len("/aviator-sim-12345678/org.chromium.Chromium.123456/SingletonSocket")


def find_browser() -> str:
    """A Chromium-family browser's executable. Raises UserMistake when there is none."""
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    for place in _USUAL_PLACES.get(sys.platform, ()):
        if (path := Path(os.path.expandvars(place))).exists():
            return str(path)
    raise UserMistake("No Chromium, Chrome or Edge was found; install one (on Debian and Ubuntu: apt install chromium).")


@dataclass(eq=False)
class Window:
    """One browser window with one page. `tile` is where it belongs."""

    browser: Browser
    url: str
    tile: Tile
    target: str = ""
    session: str = ""
    number: int = 0

    async def open(self) -> None:
        """Shows the window; nothing to do where it is shown already."""
        async with self.browser.opening:
            if self not in self.browser.windows:
                self.browser.windows.append(self)
            if not self.target:
                await self._show()

    async def _show(self) -> None:
        send = self.browser.devtools.send
        created = await send(
            "Target.createTarget", url=self.url, newWindow=True,
            left=self.tile.x, top=self.tile.y, width=self.tile.width, height=self.tile.height,
        )  # fmt: skip
        self.target = created["targetId"]
        self.session = (await send("Target.attachToTarget", targetId=self.target, flatten=True))["sessionId"]
        self.number = (await send("Browser.getWindowForTarget", targetId=self.target))["windowId"]
        await self.place(self.tile)

    async def place(self, tile: Tile) -> None:
        await self._bounds(windowState="normal")
        await self._bounds(left=tile.x, top=tile.y, width=tile.width, height=tile.height)

    async def minimise(self) -> None:
        """A bare X server has no window manager to minimise a window; there it is pushed off the screen instead."""
        await self._bounds(windowState="minimized")
        bounds = (await self.browser.devtools.send("Browser.getWindowBounds", windowId=self.number))["bounds"]
        if bounds.get("windowState") != "minimized" or self.browser.bare_display:
            await self.place(self.tile._replace(x=-self.tile.width - 100))

    async def reload(self) -> None:
        await self.browser.devtools.send("Page.reload", session=self.session)

    async def evaluate(self, expression: str) -> Any:
        result = await self.browser.devtools.send(
            "Runtime.evaluate", session=self.session, expression=expression, returnByValue=True, awaitPromise=True
        )
        return result["result"].get("value")

    async def close(self) -> None:
        if self in self.browser.windows:
            self.browser.windows.remove(self)
        target, self.target = self.target, ""
        with suppress(DevToolsError):  # already closed is as good
            await self.browser.devtools.send("Target.closeTarget", targetId=target)

    async def _bounds(self, **bounds: Any) -> None:
        await self.browser.devtools.send("Browser.setWindowBounds", windowId=self.number, bounds=bounds)


class Browser:
    """The one browser process and the windows that are to be open. `bare_display` says that the display has no window manager.

    `died` is set when it ends without having been asked or killed. Each start has a fresh profile in `folder`.
    """

    def __init__(self, folder: Path, bare_display: bool) -> None:
        self.bare_display = bare_display
        self.windows: list[Window] = []
        self.opening = asyncio.Lock()
        self.died = asyncio.Event()
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._devtools: DevTools | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def devtools(self) -> DevTools:
        """The line to the running browser. Raises DevToolsError while none runs."""
        if self._devtools is None:
            raise DevToolsError("the browser does not run")
        return self._devtools

    async def open(self, url: str, tile: Tile) -> Window:
        window = Window(self, url, tile)
        await window.open()
        return window

    async def start(self) -> None:
        """Starts the browser without a window. Raises UserMistake."""
        program = find_browser()
        if sys.platform == "linux" and not os.environ.get("DISPLAY"):
            raise UserMistake("There is no display to open browser windows on; set DISPLAY or use a hidden display.")
        profile = Path(tempfile.mkdtemp(dir=self._folder))
        flags = [*_FLAGS, *(_LINUX_FLAGS if sys.platform == "linux" else ()), f"--user-data-dir={profile}"]
        if sys.platform == "linux" and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium refuses to run as root otherwise
        # What a killed browser leaves behind is to go with our folder.
        environment = {**os.environ, "TMPDIR": str(self._folder)}
        self._process = process = await spawn(program, *flags, "--no-startup-window", env=environment)
        self._devtools = await DevTools.connect(await _address(profile, process))
        self._watch = asyncio.create_task(self._notice_death(process))

    async def kill(self) -> None:
        """Ends it as a crash does, with all its windows; `restart` shows them again."""
        async with self.opening:
            if self._watch is not None:
                self._watch.cancel()
            process, self._process = self._process, None
            devtools, self._devtools = self._devtools, None
            for window in self.windows:
                window.target = ""
            if process is not None:
                with suppress(ProcessLookupError):
                    process.kill()
                await end(process)
            if devtools is not None:
                await devtools.close()

    async def restart(self) -> None:
        """Starts it again after `kill`, with the windows it had; nothing to do while it runs. Raises UserMistake."""
        async with self.opening:
            if self._process is None:
                try:
                    await self.start()
                except UserMistake:
                    self.died.set()
                    raise
        for window in list(self.windows):
            await window.open()

    async def _notice_death(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self.died.set()


@asynccontextmanager
async def running_browser(bare_display: bool = False) -> AsyncIterator[Browser]:
    """Starts the browser without a window; kills it and removes its profile at the end, also after a failure."""
    with tempfile.TemporaryDirectory(prefix="aviator-sim-", dir=_short_folder(), ignore_cleanup_errors=True) as folder:
        browser = Browser(Path(folder), bare_display)
        try:
            await browser.start()
            yield browser
        finally:
            await browser.kill()  # its profile goes with the folder: nothing is worth an orderly end


def _short_folder() -> str:
    """The folder for temporary files, unless its name is too long: the browser makes a socket deep in ours, and does not start
    when that one's path has more than 107 bytes (sun_path of Linux; 103 on macOS)."""
    usual = tempfile.gettempdir()
    return usual if sys.platform == "win32" or len(os.fsencode(usual)) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108


async def _address(profile: Path, process: asyncio.subprocess.Process) -> str:
    """The DevTools address, from the file the browser writes when it listens."""
    port_file = profile / "DevToolsActivePort"
    deadline = asyncio.get_running_loop().time() + _START_TIMEOUT_S
    while asyncio.get_running_loop().time() < deadline and process.returncode is None:
        lines = port_file.read_text().splitlines() if port_file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        await asyncio.sleep(0.05)
    raise UserMistake("The browser did not start; try to start it by hand to see why.")
