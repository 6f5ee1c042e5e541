"""A simulated browser that is killed takes its windows along, and is back with all of them when the trouble is over."""

import asyncio
import tempfile
from pathlib import Path

import aiohttp
import pytest

from aviator.sim.main import Ready, SimOptions, simulate

pytestmark = pytest.mark.e2e

BOOKMAKERS = ("admiral", "mozzart")
POSE = {"phase": "ended", "multiplier": "2.50"}


async def answers(http: aiohttp.ClientSession, bookmaker: str) -> int:
    """The status of a request that a page must answer: 200 by a page that is shown, 503 where there is none."""
    async with http.post(f"/pose/{bookmaker}", json=POSE) as response:
        return response.status


async def all_answer(http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(30):
        while [await answers(http, name) for name in BOOKMAKERS] != [200, 200]:
            pass  # each question waits for its answer


async def crash_and_heal(http: aiohttp.ClientSession) -> None:
    await all_answer(http)
    assert (await http.post("/control/mozzart/close", json={"seconds": 600})).status == 200
    assert (await http.post("/control/admiral/crash", json={"seconds": 600})).status == 200
    assert [await answers(http, name) for name in BOOKMAKERS] == [503, 503]
    assert (await http.post("/control/mozzart/move", json={})).status == 400
    assert (await http.post("/control/admiral/heal", json={})).status == 200
    assert await answers(http, "mozzart") == 503  # was closed before the crash, and still is
    assert (await http.post("/control/mozzart/heal", json={})).status == 200
    await all_answer(http)


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("display")
def test_a_killed_browser_comes_back_with_its_windows() -> None:
    async def play() -> None:
        ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        options = SimOptions(bookmakers=BOOKMAKERS, bare_display=True, hold=True)
        sim = asyncio.create_task(simulate(options, ready.set_result, stop))
        await asyncio.wait({sim, ready}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if not sim.done():
                async with aiohttp.ClientSession(ready.result().control_url) as http:
                    await crash_and_heal(http)
        finally:
            stop.set()
            await sim

    asyncio.run(play())


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("display")
def test_a_folder_for_temporary_files_with_a_long_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's socket would have a longer path than sockets may have, and it would not start."""
    folder = tmp_path / ("long" * 15)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    async def play() -> str:
        ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        stop = asyncio.Event()
        sim = asyncio.create_task(simulate(SimOptions(("admiral",), bare_display=True, hold=True), ready.set_result, stop))
        await asyncio.wait({sim, ready}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await sim
        return ready.result().windows[0].bookmaker

    assert asyncio.run(play()) == "Admiral"
