"""The server, spoken to as a page and a tester would, without any browser."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from aviator.core.errors import UserMistake
from aviator.sim.main import Ready, SimOptions, chosen_skins, simulate

Talk = Callable[[aiohttp.ClientSession, Ready], Awaitable[None]]


def with_sim(talk: Talk, **options) -> None:
    """Runs a sim without windows for as long as `talk` lasts."""

    async def play() -> None:
        stop = asyncio.Event()
        ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        sim = asyncio.create_task(simulate(SimOptions(open_windows=False, **options), ready.set_result, stop))
        await asyncio.wait({sim, ready}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if not sim.done():
                async with aiohttp.ClientSession(ready.result().control_url) as http:
                    await asyncio.wait_for(talk(http, ready.result()), 20)
        finally:
            stop.set()
            await sim

    asyncio.run(play())


class FakePage:
    """A page's end of the WebSocket: keeps what it is shown."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.shown: dict = {}
        self.messages: list[dict] = []

    async def until(self, done: Callable[["FakePage"], bool]) -> None:
        while not done(self):
            message = await self.socket.receive_json()
            self.messages.append(message)
            self.shown |= message.get("show", {})
            if message.get("pose"):
                await self.socket.send_json({"pose": message["pose"], "labels": {"fields": {"score": self.shown["score"]}}})

    async def send(self, **message) -> None:
        await self.socket.send_json(message)


def test_a_page_is_shown_the_rounds_and_its_bet_reaches_the_ledger(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"

    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await page.send(type="click", x=10, y=20, target="button_1")
            await page.send(type="amount", panel=1, text="35")
            await page.send(type="auto_cash_out", panel=1, text="1.01")
            await page.send(type="press", panel=1)
            await page.until(lambda p: p.shown.get("panel_1", {}).get("button") == "cancel")
            assert page.shown["panel_1"]["amount"] == "35.00"
            async with http.post("/start") as answer:
                assert answer.status == 200
            first = page.shown["history"][0]
            await page.until(lambda p: p.shown["phase"] == "ended")
            assert page.shown["history"][1] == first
            assert page.shown["history"][0][0] == page.shown["score"]

    with_sim(talk, ledger=ledger, speed=50.0, hold=True, bookmakers=("Admiral",))
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines][:2] == ["click", "bet"]
    assert (lines[1]["stake"], lines[1]["auto_cash_out"], lines[1]["balance"]) == ("35.00", "1.01", "4965.00")
    assert any(line["type"] == "round" and line["round"] == lines[1]["round"] for line in lines)


def test_what_the_visitor_typed_is_answered_with_what_was_taken() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/soccer") as socket:
            page = FakePage(socket)
            await page.until(lambda p: "panel_1" in p.shown)
            page.shown.clear()
            await page.send(type="amount", panel=1, text="nonsense")
            await page.until(lambda p: "panel_1" in p.shown)
            assert page.shown["panel_1"]["amount"] == "10.00"

    with_sim(talk, hold=True)


def test_only_what_changed_is_sent() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/maxbet") as socket:
            page = FakePage(socket)
            await page.until(lambda p: p.shown.get("phase") == "flying" and p.shown.get("score", "") > "1.02x")
            assert "history" in page.messages[0]["show"]
            assert "history" not in page.messages[-1]["show"]

    with_sim(talk, speed=4.0)


def test_a_pose_returns_the_pages_labels_and_holds_live_updates_back() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/meridian") as socket:
            page = FakePage(socket)
            listening = asyncio.create_task(page.until(lambda p: p.messages[-1:] == [{"pose": None}]))
            async with http.post("/pose/Meridian", json={"phase": "flying", "multiplier": "12.34"}) as answer:
                assert await answer.json() == {"fields": {"score": "12,34×"}}
            async with http.post("/pose/meridian", json={}) as answer:
                assert await answer.json() == {}
            await listening

    with_sim(talk, hold=True)


@pytest.mark.parametrize(
    ("path", "options", "status", "sentence"),
    [
        ("/control/nobody/freeze", {}, 404, "no such bookmaker"),
        ("/control/admiral/earthquake", {}, 404, "no such trouble"),
        ("/control/admiral/lag", {"minutes": 1}, 400, "knows no minutes"),
        ("/control/admiral/lag", {"ms": "long"}, 400, "bad option"),
        ("/control/admiral/move", {}, 400, "needs a window"),
        ("/pose/admiral", {"phase": "asleep"}, 400, "cannot be taken"),
        ("/pose/admiral", {"phase": "black"}, 503, "does not answer"),
    ],
)
def test_a_wrong_request_is_answered_with_a_sentence(path: str, options: dict, status: int, sentence: str) -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.post(path, json=options) as answer:
            assert answer.status == status
            assert sentence in (await answer.json())["error"]

    with_sim(talk, hold=True)


def test_trouble_comes_and_heals_by_itself_or_when_told() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.get("/control") as answer:
            kinds = (await answer.json())["kinds"]
        known = (
            "advert blank clamp close cover crash deaf_button deaf_key disconnect freeze lag late_balance logout minimise move "
            "panel_popup popup reload slow_accept toast zoom"
        )
        assert " ".join(sorted(kinds)) == known
        async with http.ws_connect("/ws/balkanbet") as socket:
            page = FakePage(socket)
            async with http.post("/control/BalkanBet/popup", json={"seconds": 0.05}):
                pass
            await page.until(lambda p: p.shown.get("overlay") == "popup")
            await page.until(lambda p: p.shown["overlay"] is None)
            async with http.post("/control/balkanbet/zoom", json={"seconds": 60, "factor": 1.5}):
                pass
            await page.until(lambda p: p.shown["zoom"] == 1.5)
            async with http.post("/control/balkanbet/heal"):
                pass
            await page.until(lambda p: p.shown["zoom"] == 1.0)

    with_sim(talk, hold=True)


def test_a_frozen_page_hears_nothing_until_it_heals() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await page.until(lambda p: bool(p.shown))
            async with http.post("/control/admiral/freeze", json={"seconds": 60}):
                pass
            await page.until(lambda p: {"freeze": True} in p.messages)
            frozen_at = len(page.messages)
            async with http.post("/start"):
                pass
            async with http.post("/control/admiral/heal"):
                pass
            await page.until(lambda p: p.shown["phase"] != "closed")
            assert page.messages[frozen_at] == {"freeze": False}

    with_sim(talk, hold=True)


def test_a_port_that_is_taken_is_the_users_mistake() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        port = int(ready.control_url.rpartition(":")[2])
        with pytest.raises(UserMistake, match=f"Port {port} is taken"):
            await simulate(SimOptions(open_windows=False, port=port), lambda _: None, asyncio.Event())

    with_sim(talk, hold=True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (SimOptions(bookmakers=7), "1 to 6"),
        (SimOptions(bookmakers=0), "1 to 6"),
        (SimOptions(bookmakers=5, layout=4), "4 cells"),
        (SimOptions(layout=5), "no layout 5; choose one of 4, 6, 8"),
        (SimOptions(layout=8), "wider display"),
        (SimOptions(bookmakers=("Admiral", "Bet365")), "choose from Admiral, Mozzart"),
        (SimOptions(bookmakers=("Admiral", "admiral")), "once"),
    ],
)
def test_impossible_wishes_are_the_users_mistake(options: SimOptions, sentence: str) -> None:
    with pytest.raises(UserMistake, match=sentence):
        chosen_skins(options)


def test_bookmakers_are_chosen_by_number_or_name() -> None:
    assert [s.name for s in chosen_skins(SimOptions(bookmakers=2))] == ["Admiral", "Mozzart"]
    assert [s.name for s in chosen_skins(SimOptions(bookmakers=("maxbet", "Soccer")))] == ["MaxBet", "Soccer"]
