"""What goes wrong while somebody bets, as a page and the ledger see it."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.unit.sim.test_server import FakePage, with_sim

from aviator.sim.main import Ready


async def trouble(http: aiohttp.ClientSession, kind: str, **options: object) -> None:
    async with http.post(f"/control/admiral/{kind}", json=options) as answer:
        assert answer.status == 200, await answer.text()


def button(page: FakePage) -> str:
    return str(page.shown.get("panel_1", {}).get("button"))


def amount(page: FakePage) -> str:
    return str(page.shown.get("panel_1", {}).get("amount"))


def test_a_deaf_button_takes_no_bet_until_it_heals(tmp_path: Path) -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await trouble(http, "deaf_button", seconds=60)
            await page.send(type="press", panel=1)
            await page.send(type="amount", panel=1, text="35")  # heard after the press
            await page.until(lambda p: amount(p) == "35.00")
            assert button(page) == "bet"
            await trouble(http, "heal")
            await page.send(type="press", panel=1)
            await page.until(lambda p: button(p) == "cancel")

    with_sim(talk, hold=True, bookmakers=("Admiral",))


def test_a_slow_press_comes_after_what_was_done_later_and_even_after_the_cure() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await trouble(http, "slow_accept", ms=300, seconds=60)
            await page.send(type="press", panel=1)
            await page.send(type="amount", panel=1, text="35")
            await page.until(lambda p: amount(p) == "35.00")
            assert button(page) == "bet"
            await trouble(http, "heal")
            await page.until(lambda p: button(p) == "cancel")
            assert amount(page) == "35.00"

    with_sim(talk, hold=True, bookmakers=("Admiral",))


def test_amounts_are_changed_to_lie_within_bounds() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await trouble(http, "clamp", least="15", most=200, seconds=60)
            for typed, taken in (("12", "15.00"), ("900", "200.00"), ("30", "30.00")):
                await page.send(type="amount", panel=1, text=typed)
                await page.until(lambda p, taken=taken: amount(p) == taken)
            await trouble(http, "heal")
            await page.send(type="amount", panel=1, text="12")
            await page.until(lambda p: amount(p) == "12.00")

    with_sim(talk, hold=True, bookmakers=("Admiral",))


def test_a_debit_shows_on_the_page_later_than_in_the_truth(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"

    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await trouble(http, "late_balance", ms=400, seconds=60)
            await page.send(type="press", panel=1)
            await page.until(lambda p: button(p) == "cancel")
            async with http.post("/start"):
                pass
            await page.until(lambda p: p.shown["phase"] == "betting")
            assert page.shown["balance"] == "5,000.00 RSD"
            await page.until(lambda p: p.shown["balance"] == "4,980.00 RSD")
            truth = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
            assert [line["balance"] for line in truth if line["type"] == "bet"] == ["4980.00"]

    with_sim(talk, hold=True, ledger=ledger, bookmakers=("Admiral",))


def test_the_page_is_told_of_lost_characters_and_of_a_dialog_that_a_click_dismisses() -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.ws_connect("/ws/admiral") as socket:
            page = FakePage(socket)
            await page.until(lambda p: p.shown.get("deaf_key") == 0 and p.shown["panel_popup"] is None)
            await trouble(http, "deaf_key", every=2, seconds=60)
            await page.until(lambda p: p.shown["deaf_key"] == 2)
            await trouble(http, "panel_popup", panel=2, seconds=60)
            await page.until(lambda p: p.shown["panel_popup"] == 2)
            await page.send(type="dismiss", panel=2)
            await page.until(lambda p: p.shown["panel_popup"] is None)
            await trouble(http, "heal")
            await page.until(lambda p: p.shown["deaf_key"] == 0)

    with_sim(talk, hold=True, bookmakers=("Admiral",))


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        ("deaf_key", {"every": 0}, "every must be 1 or more"),
        ("clamp", {"least": "much"}, "least and most must be amounts"),
        ("panel_popup", {"panel": 3}, "panel must be 1 or 2"),
        ("slow_accept", {"ms": "long"}, "bad option"),
    ],
)
def test_a_wrong_option_is_answered_with_a_sentence(kind: str, options: dict[str, Any], sentence: str) -> None:
    async def talk(http: aiohttp.ClientSession, ready: Ready) -> None:
        async with http.post(f"/control/admiral/{kind}", json=options) as answer:
            assert answer.status == 400
            assert sentence in (await answer.json())["error"]

    with_sim(talk, hold=True, bookmakers=("Admiral",))
