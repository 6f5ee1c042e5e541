"""Hands use a real page while it is learned: what they show it, what they find on it, and that they leave it as it was."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from tests.e2e.test_hands_and_eyes import Table
from tests.known import PROFILES, landmarked
from tests.replay.filming import playing

from aviator.act.hands_x11 import X11Hands
from aviator.calibrate.page import Fingers, Page, cut
from aviator.calibrate.panels import auto_captions
from aviator.calibrate.rehearsal import SPREAD, _line, _text, field_beside
from aviator.calibrate.takeback import TIMES, TakeBack
from aviator.calibrate.teacher import Teacher
from aviator.calibrate.tokens import tokens
from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import Field, Rect
from aviator.run.eyes import ScreenEyes
from aviator.see import regions
from aviator.see.capture import ScreenSource, screen_rect
from aviator.see.ink import Image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SPEED = 2.0
PATIENCE_S = 120.0


@dataclass
class Notebook:
    """Takes pictures as a calibration does."""

    looks: list[Image] = field(default_factory=list)
    studied: list[Image] = field(default_factory=list)

    def show(self, picture: Image, at: float, fields: Iterable[Field]) -> None:
        self.looks.append(picture.copy())

    def study(self, picture: Image, at: float) -> None:
        self.studied.append(picture.copy())


@dataclass
class Stage:
    table: Table
    page: Page
    notebook: Notebook

    def take_back(self) -> TakeBack:
        return TakeBack(self.notebook, self.page, self.table.profile, 1 / SPEED, ".", Decimal(5000))  # type: ignore[arg-type]


@pytest.fixture
def stage(data_dir: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        sim = stack.enter_context(playing(data_dir, "admiral", SPEED))
        hands = stack.enter_context(closing(X11Hands()))
        profile, window, clock = landmarked("admiral", sim.windows[0].rect), sim.windows[0].rect, SystemClock()
        source = stack.enter_context(closing(ScreenSource(clock)))
        eyes = stack.enter_context(closing(ScreenEyes(profile, window, screen_rect(0), clock)))
        table = Table(sim, hands, eyes, profile, data_dir / "sim" / "ledger.jsonl", "admiral")
        page = Page(window, source, Fingers(hands), clock)
        (x, y, w, h) = box = profile.anchor.box
        page.know_by(box, page.frame().pixels[y : y + h, x : x + w])
        yield Stage(table, page, Notebook())


def until_done(one: TakeBack) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE_S
    while not one.step():
        assert clock.monotonic() < deadline
        clock.sleep(0.05)


def test_bets_are_taken_back_and_show_other_balances(stage: Stage) -> None:
    one = stage.take_back()
    until_done(one)
    one.study()
    assert one.turned == [Field.BUTTON_1, Field.BUTTON_2]
    bets, cancels = stage.table.truth("bet"), stage.table.truth("cancel")
    assert len(bets) == len(cancels) == 2 * TIMES
    assert max(Decimal(bet["stake"]) for bet in bets) < 50
    assert cancels[-1]["balance"] == "5000.00"
    assert stage.table.truth("settle") == []
    seen = {balance(stage, picture) for picture in stage.notebook.looks}
    assert len(seen) > TIMES
    for number, picture in enumerate(stage.notebook.studied, 1):
        assert button(stage, Field(f"button_{number}"), picture) == "cancel"


def balance(stage: Stage, picture: Image) -> Decimal | None:
    eyes = stage.table.eyes
    x, y, w, h = stage.table.profile.fields[Field.BALANCE].box
    reading = eyes._reader.read_field(Field.BALANCE, picture[y : y + h, x : x + w], 0.0)
    return reading.value if reading else None


def button(stage: Stage, field: Field, picture: Image) -> str | None:
    x, y, w, h = stage.table.profile.buttons[field].box
    reading = stage.table.eyes._reader.read_field(field, picture[y : y + h, x : x + w], 0.0)
    return reading.text if reading else None


def test_a_page_that_does_not_react_is_left_alone(stage: Stage) -> None:
    stage.table.control("deaf_button", seconds=600)
    one = stage.take_back()
    until_done(one)
    assert one.turned == []
    assert stage.table.truth("bet") == []


def test_a_slow_page_gives_back_what_it_took(stage: Stage) -> None:
    stage.table.control("slow_accept", ms=900, seconds=600)
    one = stage.take_back()
    until_done(one)
    stage.table.control("heal")
    stage.table.until(lambda v: all(panel.button == "bet" for panel in v.panels))
    stage.table.until(lambda v: v.balance is not None)
    # What was not taken back in time has flown, and was cashed out.
    open_bets = len(stage.table.truth("bet")) - len(stage.table.truth("cancel")) - len(stage.table.truth("settle"))
    assert open_bets == 0


def test_taking_back_does_not_wait_until_a_notice_has_gone(stage: Stage) -> None:
    one = stage.take_back()
    clock, box = SystemClock(), stage.table.profile.buttons[Field.BUTTON_1].box
    # A landmark that cannot be seen while the bet stands.
    stage.page.know_by(box, cut(stage.page.settled([box]).pixels, box))
    deadline = clock.monotonic() + PATIENCE_S
    while not one.turned:
        one.step()
        assert clock.monotonic() < deadline
        clock.sleep(0.05)
    stage.table.until(lambda v: v.panel(1).button == "bet")
    assert stage.table.truth("bet") == []


def test_nothing_is_clicked_once_somebody_else_used_the_mouse(stage: Stage) -> None:
    one = stage.take_back()
    with closing(X11Hands()) as person:
        person.move(5, 500)
    with pytest.raises(UserMistake, match="Somebody used the mouse"):
        until_done(one)
    assert stage.table.truth("bet") == []


def test_empty_auto_cash_out_fields_are_found_beside_their_captions(data_dir: Path) -> None:
    teacher = Teacher()
    with playing(data_dir, "6", 1.0) as sim, closing(ScreenSource(SystemClock())) as source:
        for window in sim.windows:
            picture = source.grab(window.rect).pixels[:, :, :3].copy()
            lines = teacher.lines(picture)
            profile = regions.load(PROFILES / f"{window.skin}.toml")
            boxes = [profile.buttons[b].box for b in (Field.BUTTON_1, Field.BUTTON_2)]
            for caption, auto in zip(
                auto_captions(lines, boxes, tokens(lines, picture)), (Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2), strict=True
            ):
                assert caption is not None, (window.skin, auto)
                found = field_beside(picture, caption)
                known = Rect(*profile.fields[auto].box)
                assert found is not None, (window.skin, auto)
                x, y, w, h = found
                assert known.contains(Rect(x + w // 2, y + h // 2, 1, 1)), (window.skin, auto)


@pytest.mark.parametrize("field", [Field.BET_AMOUNT_1, Field.AUTO_CASH_OUT_2])
def test_what_is_typed_shows_every_digit_many_times(field: Field) -> None:
    texts = [f"{Decimal(_text(field, i)):.2f}" for i in range(SPREAD)]
    assert min("".join(texts).count(digit) for digit in "0123456789") >= 6
    least = Decimal(10) if field is Field.BET_AMOUNT_1 else Decimal("1.01")
    assert min(map(Decimal, texts)) >= least
    assert len(set(texts)) == SPREAD


def test_what_will_be_played_is_typed_again_and_again_and_never_twice_in_a_row() -> None:
    """A drawing seen once is not believed; and a field that does not change shows nothing new."""
    for played in ((Decimal("2.20"),), (Decimal(10), Decimal("12.50"), Decimal(200))):
        lines = [_line(Field.BET_AMOUNT_1, i, played) for i in range(SPREAD + 6 * len(played))]
        assert min(lines[SPREAD:].count(f"{value:f}") for value in played) == 3
        assert all(a != b for a, b in pairwise(lines))
        assert lines[:SPREAD] == [_text(Field.BET_AMOUNT_1, i) for i in range(SPREAD)]
