"""Which text is which field, on drawn screens."""

from decimal import Decimal

import numpy as np
import pytest
from tests.unit.calibrate.drawn import GREEN, ORANGE, RED, Page, game

from aviator.calibrate import overlay
from aviator.calibrate.screen import interpret
from aviator.core.types import Field, Phase


def values(page: Page) -> dict[Field, Decimal | None]:
    return {f: found.value for f, found in interpret(page.lines, page.picture).fields.items()}


def test_a_whole_screen_in_flight() -> None:
    page = game()
    page.write("5.37x", 560, 240, 60, (255, 255, 255))
    screen = interpret(page.lines, page.picture)
    assert {f: found.value for f, found in screen.fields.items()} == {
        Field.SCORE: Decimal("5.37"),
        Field.BALANCE: Decimal("1204.50"),
        Field.PLAYERS: Decimal(355),
        Field.TOTAL_WIN: Decimal("4074.05"),
        Field.BET_AMOUNT_1: Decimal("10.00"),
        Field.BET_AMOUNT_2: Decimal("25.00"),
    }
    assert screen.fields[Field.PLAYERS].total == 732
    assert [h.text for h in screen.history] == ["1.24x", "3.10x", "1.00x", "17.45x", "2.22x", "1.08x"]
    assert {f: b.state for f, b in screen.buttons.items()} == {Field.BUTTON_1: "bet", Field.BUTTON_2: "bet"}
    assert screen.phase is Phase.PLAYING
    assert screen.board is not None
    x, y, w, h = screen.board
    assert x <= 560
    assert y <= 240
    assert x + w >= 700
    assert 300 <= y + h <= 500


def test_boxes_lie_around_the_ink() -> None:
    page = game()
    x, y = 560, 240
    page.write("5.37x", x, y, 60, (255, 255, 255))
    found = interpret(page.lines, page.picture).fields[Field.SCORE]
    white = np.argwhere((page.picture == 255).all(axis=2))
    (top, left), (low, right) = white.min(axis=0), white.max(axis=0)
    assert abs(found.box[0] - left) <= 3
    assert abs(found.box[0] + found.box[2] - 1 - right) <= 3
    assert abs(found.box[1] - top) <= 3
    assert abs(found.box[1] + found.box[3] - 1 - low) <= 3
    assert found.core[2] < found.box[2]


@pytest.mark.parametrize(
    ("message", "colour", "phase"),
    [("FLEW AWAY!", (255, 255, 255), Phase.ENDED), ("", (40, 30, 230), Phase.ENDED), ("", (250, 250, 250), Phase.PLAYING)],
)
def test_words_and_red_tell_the_end(message: str, colour: tuple[int, int, int], phase: Phase) -> None:
    page = game()
    if message:
        page.write(message, 560, 180, 24)
    page.write("5.37x", 560, 240, 60, colour)
    assert interpret(page.lines, page.picture).phase is phase


def test_waiting_has_no_score() -> None:
    page = game()
    page.write("WAITING FOR NEXT ROUND", 480, 260, 24)
    screen = interpret(page.lines, page.picture)
    assert screen.phase is Phase.BETTING
    assert Field.SCORE not in screen.fields


def test_a_cash_out_button_means_flight_whatever_the_colour() -> None:
    page = game()
    page.write("5.37x", 560, 240, 60, (40, 30, 230))
    page.lines = [ln for ln in page.lines if ln.text not in {"BET", "10.00 USD"} or ln.box[0] > 600]
    page.button("CASH OUT", (450, 500, 170, 80), ORANGE, "53.70 USD")
    screen = interpret(page.lines, page.picture)
    assert screen.buttons[Field.BUTTON_1].state == "cash_out"
    assert screen.phase is Phase.PLAYING


@pytest.mark.parametrize(
    ("word", "colour", "state"),
    [
        ("ULOZI", GREEN, "bet"),
        ("OTMEHA", RED, "cancel"),
        ("兑现", ORANGE, "cash_out"),
        ("WWW", ORANGE, "cash_out"),
        ("WWW", RED, "cancel"),
    ],
)
def test_a_button_tells_by_word_else_by_colour(word: str, colour: tuple[int, int, int], state: str) -> None:
    page = Page(500, 300)
    page.write("25.00", 60, 120, 15)
    page.button(word, (200, 90, 180, 90), colour, "25.00 USD")
    screen = interpret(page.lines, page.picture)
    assert screen.buttons[Field.BUTTON_1].state == state
    x, y, w, h = screen.buttons[Field.BUTTON_1].box
    assert abs(x - 200) <= 4
    assert abs(y - 90) <= 4
    assert abs(w - 180) <= 6
    assert abs(h - 90) <= 6


def test_a_toast_s_multiplier_is_not_the_score() -> None:
    page = game()
    page.write("5.37x", 560, 240, 60, (255, 255, 255))
    page.write("2.10x", 700, 110, 30)
    page.write("21.00 USD", 800, 110, 30)
    assert values(page)[Field.SCORE] == Decimal("5.37")


def test_neither_clock_nor_bonus_is_a_score() -> None:
    page = Page()
    page.write("21:45", 300, 200, 90)
    page.write("2.00x bonus", 320, 420, 30)
    screen = interpret(page.lines, page.picture)
    assert screen.empty
    assert screen.phase is None


def test_a_table_of_bets_is_no_history() -> None:
    page = Page()
    for i, (factor, stake, won) in enumerate([("1.20x", "5.00", "6.00"), ("1.35x", "10.00", "13.50"), ("2.10x", "2.00", "4.20")]):
        y = 200 + 30 * i
        page.write(f"d***{i}", 40, y)
        page.write(stake, 140, y)
        page.write(factor, 230, y)
        page.write(won, 310, y)
    assert not interpret(page.lines, page.picture).history


def test_odds_are_no_history() -> None:
    page = Page()
    for i in range(6):
        page.write("Partizan - Zvezda", 20, 100 + 40 * i)
        for j, odds in enumerate(("1.85", "3.40", "4.20", "1.22", "1.31", "1.90")):
            page.write(odds, 300 + 90 * j, 100 + 40 * i)
    assert interpret(page.lines, page.picture).empty


def test_a_choice_of_multipliers_is_no_history() -> None:
    page = Page()
    for j, choice in enumerate(("1x", "2x", "5x", "10x")):
        page.write(choice, 300 + 90 * j, 100)
    assert not interpret(page.lines, page.picture).history


def test_history_in_rows_and_in_a_column() -> None:
    rows, column = Page(), Page()
    for i in range(12):
        rows.write(f"{1 + i * i / 7:.2f}x", 100 + 120 * (i % 6), 100 + 50 * (i // 6), 18)
        column.write(f"{1 + i * i / 7:.2f}x", 50, 60 + 30 * i, 13)
    for page in (rows, column):
        found = interpret(page.lines, page.picture).history
        assert [h.text for h in found] == [f"{1 + i * i / 7:.2f}x" for i in range(12)]


def test_a_value_cut_by_the_picture_is_left_out() -> None:
    page = Page(620, 60)
    for i, value in enumerate(("1.24", "3.10", "1.00", "17.45", "2.22", "1.08")):
        page.write(value, 20 + 90 * i, 20, 16)
    page.write("5.6", 580, 20, 16)
    assert [h.text for h in interpret(page.lines, page.picture).history] == ["1.24", "3.10", "1.00", "17.45", "2.22", "1.08"]


def test_the_newest_is_where_the_round_that_ended_appears() -> None:
    page = game(("1.24x", "3.10x", "1.00x", "17.45x", "2.22x", "5.37x"))
    page.write("5.37x", 560, 240, 60, (40, 30, 230))
    assert interpret(page.lines, page.picture).newest == "right"


def test_players_go_before_bets() -> None:
    page = game()
    page.lines = [ln for ln in page.lines if "Bets" not in ln.text]
    page.write("Bets 26", 20, 120)
    page.write("796 online", 20, 150)
    assert values(page)[Field.PLAYERS] == 796


def test_auto_cash_out_stands_beside_its_label() -> None:
    page = game()
    page.write("Auto cash out", 305, 612, 12)
    page.write("2.50", 420, 612, 13)
    found = values(page)
    assert found[Field.AUTO_CASH_OUT_1] == Decimal("2.50")
    assert found[Field.BET_AMOUNT_1] == Decimal("10.00")


def test_a_table_of_prices_is_nothing() -> None:
    page = Page()
    page.write("Computer parts", 30, 30, 24)
    for i, (name, price) in enumerate([("Keyboard", "€49.90"), ("Mouse", "€19.99"), ("Cable", "€3.50"), ("Monitor", "€219.00")]):
        page.write(name, 30, 100 + 40 * i)
        page.write("2", 200, 100 + 40 * i)
        page.write(price, 300, 100 + 40 * i)
    assert interpret(page.lines, page.picture).empty


def test_a_page_to_bet_on_football_is_no_crash_game() -> None:
    page = Page()
    for i in range(6):
        page.write("Partizan - Zvezda", 20, 60 + 70 * i)
        for j, odds in enumerate(("1.85", "3.40", "4.20")):
            page.write(odds, 40 + 120 * j, 90 + 70 * i)
    page.button("PLACE BET", (20, 500, 260, 80), ORANGE)
    assert interpret(page.lines, page.picture).empty


def test_the_weather_is_no_history() -> None:
    page = Page()
    for i, degrees in enumerate(("11.9°", "6.4°", "2.2°", "17.2°", "19.8°", "12.7°")):
        page.write(degrees, 40 + 110 * i, 100, 18)
    page.write("17.25", 40, 300, 50)
    assert interpret(page.lines, page.picture).empty


def test_an_empty_picture_is_nothing() -> None:
    assert interpret([], Page().picture).empty


def test_labels_leave_the_values_free() -> None:
    page = game()
    page.write("5.37x", 560, 240, 60, (255, 255, 255))
    screen = interpret(page.lines, page.picture)
    drawn = overlay.draw(page.picture, screen)
    assert drawn.shape == (page.picture.shape[0] * 2, page.picture.shape[1] * 2, 3)
    plain = np.asarray(page.picture.repeat(2, axis=0).repeat(2, axis=1), np.int16)
    for found in (*screen.fields.values(), *screen.history):
        x, y, w, h = (2 * v for v in found.core)
        inside = np.abs(drawn[y : y + h, x : x + w].astype(np.int16) - plain[y : y + h, x : x + w]).max(axis=2)
        assert (inside < 120).mean() > 0.9, found.text


@pytest.mark.parametrize("written", ["x{}", "{} x", "{}X", "{}"])
def test_multipliers_are_written_in_many_ways(written: str) -> None:
    page = game(tuple(written.format(v) for v in ("1.24", "3.10", "1.00", "17.45", "2.22", "1.08")))
    page.write(written.format("5.37"), 560, 240, 60, (255, 255, 255))
    screen = interpret(page.lines, page.picture)
    assert screen.fields[Field.SCORE].value == Decimal("5.37")
    assert [str(h.value) for h in screen.history] == ["1.24", "3.10", "1.00", "17.45", "2.22", "1.08"]


def test_words_about_bets_may_stand_beside_a_strip_without_an_x() -> None:
    page = game(("1.24", "3.10", "1.00", "17.45", "2.22", "1.08"))
    page.write("All Bets", 190, 50, 13)
    assert len(interpret(page.lines, page.picture).history) == 6


def test_a_bare_balance_above_the_strip_is_no_part_of_it() -> None:
    page = Page(540, 900)
    page.write("Aviator", 20, 20, 18)
    page.write("1,204.50", 430, 20, 13, (40, 200, 60))
    for i, value in enumerate(("1.24x", "3.10x", "1.00x", "17.45x", "2.22x", "1.08x")):
        page.write(value, 14 + 84 * i, 60, 12)
    page.write("5.37x", 190, 240, 50, (255, 255, 255))
    screen = interpret(page.lines, page.picture)
    assert screen.fields[Field.BALANCE].value == Decimal("1204.50")
    assert len(screen.history) == 6


def test_seconds_till_the_next_round_are_no_score() -> None:
    page = game()
    page.write("NEXT ROUND IN", 520, 180, 22)
    page.write("4.27", 560, 240, 60)
    screen = interpret(page.lines, page.picture)
    assert Field.SCORE not in screen.fields
    assert screen.phase is Phase.BETTING


@pytest.mark.parametrize("text", ["https://www.example-bet.com/casino/crash?id=48213", "24/7 support", "10 of 20", "1.2K online"])
def test_numbers_that_count_no_players(text: str) -> None:
    page = game()
    page.lines = [ln for ln in page.lines if "/" not in ln.text]
    page.write("Aviator - play online", 20, 106, 12)
    page.write(text, 20, 130, 13)
    assert Field.PLAYERS not in values(page)


@pytest.mark.parametrize(
    ("text", "players"), [("355 of 732 bets", 355), ("1,234/2,345", 1234), ("Total bets: 355", 355), ("Wachezaji 732", 732)]
)
def test_players_are_written_in_many_ways(text: str, players: int) -> None:
    page = game()
    page.lines = [ln for ln in page.lines if "/" not in ln.text]
    page.write(text, 20, 130, 13)
    assert values(page)[Field.PLAYERS] == players


@pytest.mark.parametrize(
    ("text", "value"),
    [("Balance 734", "734"), ("Saldo: R$ 1.000,00", "1000.00"), ("₹1,23,456.78", "123456.78"), ("12.4K", None), ("60 FPS", None)],
)
def test_money_is_written_in_many_ways(text: str, value: str | None) -> None:
    page = game()
    page.lines = [ln for ln in page.lines if not (ln.text.endswith("USD") and ln.box[1] < 40) and ln.text != "Balance"]
    page.write(text, 780, 12)
    assert values(page).get(Field.BALANCE) == (None if value is None else Decimal(value))


def test_buttons_below_one_another_go_from_the_top_down() -> None:
    page = Page(540, 900)
    page.button("CASH OUT", (200, 500, 302, 80), ORANGE, "53.70 USD")
    page.button("WEKA DAU", (198, 660, 300, 80), GREEN)
    screen = interpret(page.lines, page.picture)
    assert [screen.buttons[f].state for f in (Field.BUTTON_1, Field.BUTTON_2)] == ["cash_out", "bet"]


def test_a_spot_taken_for_a_digit_does_not_hide_the_score() -> None:
    page = Page(692, 390)
    page.write("1.17X", 319, 264, 19)
    page.write("1", 279, 220, 25, confidence=0.67)
    assert values(page)[Field.SCORE] == Decimal("1.17")


@pytest.mark.parametrize("entry", ["Apostas Esportivas", "Pariuri sportive", "Scommesse sportive", "Spor bahisleri"])
def test_a_menu_entry_is_no_caption_of_the_balance(entry: str) -> None:
    page = game()
    page.lines = [ln for ln in page.lines if not (ln.text.endswith("USD") and ln.box[1] < 40) and ln.text != "Balance"]
    page.write(entry, 620, 12)
    page.write("R$ 1.204,50", 840, 12)
    assert values(page)[Field.BALANCE] == Decimal("1204.50")
