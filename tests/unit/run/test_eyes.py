"""Eyes on painted pictures: what is dimmed, empty, unknown or not in place."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.known import PROFILES
from tests.unit.see.painting import NAMES

from aviator.core.clock import ManualClock
from aviator.core.errors import UserMistake
from aviator.core.types import Field, Frame, Phase, Rect
from aviator.run.eyes import ScreenEyes, undimmed
from aviator.see import regions
from aviator.see.ink import Image, parse_colour

WINDOW = Rect(30, 20, 640, 540)
SCREEN = Rect(0, 0, 800, 700)
LANDMARK = (4, 4, 96, 24)


class Screen:
    """A picture that can be looked at in parts."""

    def __init__(self) -> None:
        self.pixels = np.zeros((SCREEN.h, SCREEN.w, 4), np.uint8)
        self.looks = 0

    def grab(self, rect: Rect) -> Frame:
        self.looks += 1
        return Frame(self.pixels[rect.y : rect.bottom, rect.x : rect.right].copy(), rect, 0.0, 0.0)

    def put(self, box: tuple[int, int, int, int], pixels: Image | int, window: Rect = WINDOW) -> None:
        x, y, w, h = box
        self.pixels[window.y + y : window.y + y + h, window.x + x : window.x + x + w] = pixels

    def close(self) -> None:
        pass


def landmark() -> Image:
    return np.random.default_rng(1).integers(0, 255, (LANDMARK[3], LANDMARK[2]), np.uint8)


def profile_of(name: str) -> regions.Profile:
    profile = regions.load(PROFILES / f"{name}.toml")
    return replace(profile, anchor=regions.AnchorSpec(LANDMARK, picture=landmark()))


def screen_of(profile: regions.Profile, window: Rect = WINDOW) -> Screen:
    """The landmark, and empty fields."""
    screen = Screen()
    screen.put(LANDMARK, np.repeat(landmark()[:, :, None], 4, axis=2), window)
    for spec in profile.fields.values():
        r, g, b = parse_colour(spec.inks[0].colour)
        screen.put(spec.box, np.array((b, g, r, 255), np.uint8), window)
    return screen


Eyes = Callable[[regions.Profile, Screen], ScreenEyes]


@pytest.fixture
def eyes() -> Eyes:
    return lambda profile, screen: ScreenEyes(profile, WINDOW, SCREEN, ManualClock(), source=screen)


@pytest.mark.parametrize("name", NAMES)
def test_empty_fields_are_no_auto_cash_out_and_an_unread_amount(eyes: Eyes, name: str) -> None:
    profile = profile_of(name)
    view = eyes(profile, screen_of(profile)).look()
    assert view.in_place
    for panel in view.panels:
        assert (panel.amount, panel.auto_cash_out, panel.button) == (None, Decimal("0.00"), None)


def test_a_dash_is_empty_and_what_covers_a_field_is_not(eyes: Eyes) -> None:
    profile = profile_of("admiral")
    screen = screen_of(profile)
    x, y, w, _ = profile.fields[Field.AUTO_CASH_OUT_1].box
    middle = profile.fields[Field.AUTO_CASH_OUT_1].base - 5
    screen.put((x + w // 2 - 3, y + middle, 6, 1), 200)
    screen.put(profile.fields[Field.AUTO_CASH_OUT_2].box, 255)
    view = eyes(profile, screen).look()
    assert (view.panel(1).auto_cash_out, view.panel(2).auto_cash_out) == (Decimal("0.00"), None)


def test_a_window_that_moved_is_followed_and_meanwhile_nothing_is_read(eyes: Eyes) -> None:
    profile = profile_of("admiral")
    mine = eyes(profile, screen_of(profile, WINDOW.moved(70, 40)))
    place = mine.place(Field.BUTTON_1)
    view = mine.look()
    assert (view.in_place, view.phase, view.balance) == (False, Phase.UNKNOWN, None)
    assert mine.look().in_place
    assert mine.place(Field.BUTTON_1) == (place[0] + 70, place[1] + 40)


def test_a_window_that_is_gone_is_searched_everywhere_once_a_second_only(eyes: Eyes) -> None:
    profile = profile_of("admiral")
    screen, clock = Screen(), ManualClock()
    mine = ScreenEyes(profile, WINDOW, SCREEN, clock, source=screen)
    mine.look()
    first = screen.looks
    mine.look()
    assert screen.looks - first == first - 1
    clock.sleep(1.0)
    before = screen.looks
    mine.look()
    assert screen.looks - before == first


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("admiral", "20.00", "20"),
        ("admiral", "12.5", "12.50"),
        ("admiral", "1234.56", "1234.56"),
        ("mozzart", "12.50", "12,50"),
        ("mozzart", "1234", "1234"),
        ("balkanbet", "1.01", "1.01"),
    ],
)
def test_values_are_typed_as_the_site_takes_them(eyes: Eyes, name: str, value: str, text: str) -> None:
    profile = profile_of(name)
    mine = eyes(profile, screen_of(profile))
    assert mine.typed(Field.BET_AMOUNT_1, Decimal(value)) == text
    assert mine.typed(Field.AUTO_CASH_OUT_2, Decimal(value)) == text


def test_a_site_that_showed_no_decimals_yet_has_those_of_the_multiplier(eyes: Eyes) -> None:
    profile = profile_of("mozzart")
    spec = profile.fields[Field.BET_AMOUNT_1]
    plain = replace(spec, format=replace(spec.format, decimal=".", decimals=(0,)))
    profile = replace(profile, fields=profile.fields | {Field.BET_AMOUNT_1: plain})
    assert eyes(profile, screen_of(profile)).typed(Field.BET_AMOUNT_1, Decimal("12.5")) == "12,50"


def test_pale_text_is_brought_to_its_full_strength_and_nothing_else_is_touched() -> None:
    spec = profile_of("admiral").fields[Field.BET_AMOUNT_1]
    ink = spec.inks[0]
    ground = np.array((*parse_colour(ink.colour)[::-1], 255), np.float64)
    step = np.array((1, 1, 1, 0)) * ink.span
    coverage = np.random.default_rng(2).random((20, 80, 1)) ** 3
    full = np.clip(ground + coverage * step, 0, 255).astype(np.uint8)
    pale = np.clip(ground + 0.6 * coverage * step, 0, 255).astype(np.uint8)
    bare = np.broadcast_to(ground, full.shape).astype(np.uint8)
    assert undimmed(spec, full) is full
    assert undimmed(spec, bare) is bare
    difference = np.abs(ink.ink().of(undimmed(spec, pale)).astype(int) - ink.ink().of(full).astype(int))
    assert difference.max() <= 4


def test_a_profile_without_a_landmark_or_a_field_is_one_clear_sentence(eyes: Eyes) -> None:
    profile = profile_of("admiral")
    with pytest.raises(UserMistake, match="no landmark"):
        eyes(replace(profile, anchor=None), Screen())
    lacking = replace(profile, fields={f: s for f, s in profile.fields.items() if f is not Field.AUTO_CASH_OUT_1})
    mine = eyes(lacking, screen_of(lacking))
    with pytest.raises(UserMistake, match="does not know the auto cash out 1"):
        mine.place(Field.AUTO_CASH_OUT_1)
    assert mine.look().panel(1).auto_cash_out is None
