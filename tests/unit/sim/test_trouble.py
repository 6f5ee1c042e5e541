"""Trouble with windows, against a window that may be gone."""

import asyncio

import pytest

from aviator.core.clock import ManualClock
from aviator.sim.devtools import DevToolsError
from aviator.sim.ledger import Ledger
from aviator.sim.site import Site
from aviator.sim.skins import SKINS_BY_NAME
from aviator.sim.tiles import Tile
from aviator.sim.trouble import BadTroubleError, TroubleMaker, Victim


class FakeWindow:
    """Remembers where it was put; obeys no more once it is `gone`."""

    def __init__(self) -> None:
        self.tile = Tile(640, 0, 640, 540)
        self.places: list[Tile] = []
        self.gone = False

    async def place(self, tile: Tile) -> None:
        if self.gone:
            raise DevToolsError("no such window")
        self.places.append(tile)


def maker(window: FakeWindow) -> TroubleMaker:
    site = Site(SKINS_BY_NAME["Admiral"], seed=1, speed=1.0, clock=ManualClock(), ledger=Ledger(None))
    return TroubleMaker({"admiral": Victim(site, window)})


def test_a_moved_window_comes_back_when_healed() -> None:
    async def play() -> None:
        window = FakeWindow()
        trouble = maker(window)
        await trouble.make("admiral", "move", {"dx": 7, "dy": 5, "seconds": 60})
        assert window.places == [Tile(647, 5, 640, 540)]
        await trouble.heal("admiral", "freeze")
        assert len(window.places) == 1
        await trouble.heal("admiral")
        assert window.places[1:] == [window.tile]

    asyncio.run(play())


def test_the_same_trouble_again_replaces_the_first() -> None:
    async def play() -> None:
        window = FakeWindow()
        trouble = maker(window)
        for dx in (10, 20):
            await trouble.make("admiral", "move", {"dx": dx, "dy": 0, "seconds": 60})
        await trouble.close()
        assert [tile.x for tile in window.places] == [650, 640, 660, 640]

    asyncio.run(play())


def test_a_window_that_is_gone_cannot_be_troubled_and_needs_no_cure() -> None:
    async def play() -> None:
        window = FakeWindow()
        trouble = maker(window)
        await trouble.make("admiral", "move", {"seconds": 60})
        window.gone = True
        await trouble.heal("admiral")
        with pytest.raises(BadTroubleError, match="does not obey"):
            await trouble.make("admiral", "move", {})

    asyncio.run(play())
