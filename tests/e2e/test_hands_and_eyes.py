"""Real hands and eyes at a simulated bookmaker's real window: what is typed arrives, what is seen is true."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.known import LANDMARKS, landmarked
from tests.replay.filming import playing

from aviator.act.hands_x11 import X11Hands
from aviator.cli.sim import Simulation
from aviator.core.bets import ButtonState, WindowView
from aviator.core.clock import SystemClock
from aviator.core.types import Field, Phase
from aviator.run.eyes import ScreenEyes
from aviator.run.keepsakes import Keepsakes
from aviator.see import regions
from aviator.see.capture import screen_rect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PATIENCE_S = 90.0
"""A round of 20,000x lasts a minute at twice the usual pace, and a bet that was not taken back lasts as long."""


@dataclass
class Table:
    """One bookmaker's window with hands and eyes on it, and the truth."""

    sim: Simulation
    hands: X11Hands
    eyes: ScreenEyes
    profile: regions.Profile
    ledger: Path
    slug: str

    def control(self, kind: str, **options: object) -> None:
        request = urllib.request.Request(
            f"{self.sim.control_url}/control/{self.slug}/{kind}",
            json.dumps(options).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request).close()

    def fill(self, field: Field, value: Decimal) -> None:
        self.hands.move(*self.eyes.place(field))
        self.hands.click()
        self.hands.key("ctrl+a")
        self.hands.write(self.eyes.typed(field, value))
        self.hands.key("tab")

    def insist(self, field: Field, value: Decimal, seen: Callable[[WindowView], bool]) -> None:
        """Type until it is seen: when trouble reaches the page is not known."""
        clock = SystemClock()
        deadline = clock.monotonic() + PATIENCE_S
        while not seen(view := self.eyes.look()):
            assert clock.monotonic() < deadline, view
            self.fill(field, value)
            clock.sleep(0.3)

    def press(self, field: Field) -> None:
        self.hands.move(*self.eyes.place(field))
        self.hands.click()

    def until(self, seen: Callable[[WindowView], bool]) -> WindowView:
        clock = SystemClock()
        deadline = clock.monotonic() + PATIENCE_S
        while not seen(view := self.eyes.look()):
            assert clock.monotonic() < deadline, view
            clock.sleep(0.02)
        return view

    def truth(self, kind: str) -> list[dict[str, str]]:
        lines = self.ledger.read_text(encoding="utf-8").splitlines(keepends=True)
        return [row for row in (json.loads(line) for line in lines if line.endswith("\n")) if row["type"] == kind]


@pytest.fixture
def table(data_dir: Path, request: pytest.FixtureRequest) -> Iterator[Table]:
    slug = request.param if hasattr(request, "param") else "admiral"
    with ExitStack() as stack:
        sim = stack.enter_context(playing(data_dir, slug, 2.0))
        hands = stack.enter_context(closing(X11Hands()))
        profile, kept = landmarked(slug, sim.windows[0].rect), Keepsakes(data_dir / "evidence")
        kept.begin("r1")
        eyes = ScreenEyes(profile, sim.windows[0].rect, screen_rect(0), SystemClock(), keepsakes=kept)
        stack.enter_context(closing(eyes))
        yield Table(sim, hands, eyes, profile, data_dir / "sim" / "ledger.jsonl", slug)


@pytest.mark.parametrize("table", LANDMARKS, indirect=True)
def test_a_bet_is_typed_read_back_pressed_and_paid_and_arrives_in_the_ledger(table: Table, data_dir: Path) -> None:
    stake, stop = Decimal("1234.50"), Decimal("1.75")
    before = table.until(lambda v: v.in_place and v.balance is not None)
    assert before.balance == 5000
    assert (before.panel(2).auto_cash_out, before.panel(2).button) == (Decimal("0.00"), ButtonState.BET)
    table.fill(Field.BET_AMOUNT_2, stake)
    table.fill(Field.AUTO_CASH_OUT_2, stop)
    table.until(lambda v: v.panel(2).amount == stake and v.panel(2).auto_cash_out == stop)
    table.until(lambda v: v.phase is Phase.PLAYING)
    table.until(lambda v: v.phase is Phase.BETTING)
    table.press(Field.BUTTON_2)
    table.until(lambda v: v.panel(2).button is ButtonState.CANCEL)
    paid = table.until(lambda v: v.balance == before.balance - stake)
    # The fields are locked now, and dimmed; they must be read nevertheless.
    assert (paid.panel(2).amount, paid.panel(2).auto_cash_out) == (stake, stop)
    table.until(lambda v: v.panel(2).button is ButtonState.CASH_OUT and v.phase is Phase.PLAYING)
    (bet,) = table.truth("bet")
    assert (bet["panel"], bet["stake"], bet["auto_cash_out"]) == (2, "1234.50", "1.75")
    kept = {path.name.split("-", 1)[1] for path in (data_dir / "evidence" / "r1").iterdir()}
    assert {"bet_amount_2.png", "auto_cash_out_2.png", "button_2.png", "balance.png"} <= kept


def test_a_moved_window_is_not_read_until_it_was_found_again(table: Table) -> None:
    table.until(lambda v: v.in_place)
    x, y = table.eyes.place(Field.BUTTON_1)
    table.control("move", dx=90, dy=60, seconds=60)
    moved = table.until(lambda v: not v.in_place)
    assert (moved.phase, moved.balance, moved.panel(1).amount) == (Phase.UNKNOWN, None, None)
    table.until(lambda v: v.in_place and v.panel(1).amount is not None)
    assert table.eyes.place(Field.BUTTON_1) == (x + 90, y + 60)


def test_what_lies_under_a_dialog_is_not_seen(table: Table) -> None:
    table.until(lambda v: v.panel(1).amount == 20)
    table.control("panel_popup", panel=1, seconds=60)
    covered = table.until(lambda v: v.panel(1).amount is None)
    assert covered.panel(1).button is None
    assert covered.panel(1).auto_cash_out is None
    assert covered.panel(2).amount == 50
    table.hands.move(*table.eyes.place(Field.BET_AMOUNT_1))
    table.control("heal")
    table.until(lambda v: v.panel(1).amount == 20)


def test_a_lost_character_and_a_changed_amount_are_seen_as_they_are(table: Table) -> None:
    table.control("deaf_key", every=3, seconds=60)
    table.until(lambda v: v.in_place)
    table.insist(Field.BET_AMOUNT_1, Decimal(12345), lambda v: v.panel(1).amount == 1245)
    table.control("heal")
    table.control("clamp", least="15.00", most="700.00", seconds=60)
    table.insist(Field.BET_AMOUNT_1, Decimal(900), lambda v: v.panel(1).amount == 700)


@pytest.mark.parametrize("table", LANDMARKS, indirect=True)
def test_a_button_whose_colours_were_not_learned_is_known_by_its_words(table: Table) -> None:
    only_bet = {f: replace(spec, centres={"bet": spec.centres["bet"]}) for f, spec in table.profile.buttons.items()}
    profile = replace(table.profile, buttons=only_bet)
    table.until(lambda v: v.phase is Phase.PLAYING)
    table.press(Field.BUTTON_1)
    with closing(ScreenEyes(profile, table.sim.windows[0].rect, screen_rect(0), SystemClock())) as table.eyes:
        table.until(lambda v: v.panel(1).button is ButtonState.CANCEL and v.panel(2).button is ButtonState.BET)
        table.until(lambda v: v.panel(1).button is ButtonState.CASH_OUT)
