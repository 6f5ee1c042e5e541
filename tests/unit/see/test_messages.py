import pytest

from aviator.see.messages import STEMS, meaning, plain


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Connection lost. Reconnecting...", "disconnected"),
        ("Veza je prekinuta. Povezivanje…", "disconnected"),
        ("Conexão perdida", "disconnected"),
        ("Your session has ended.", "logged out"),
        ("Vaša sesija je istekla.", "logged out"),
        ("Su sesión ha caducado", "logged out"),
        ("You have been inactive for a while.", "inactive"),
        ("Neko vreme niste bili aktivni.", "inactive"),
    ],
)
def test_what_pages_say(line: str, what: str):
    assert meaning(["12,567.20", line, "BET"]) == f'{what}: the page says "{line}"'


@pytest.mark.parametrize(
    "line", ["WAITING FOR NEXT ROUND", "FLEW AWAY!", "k***7 has won 12.34", "BESPLATNE OPKLADE", "Bet Auto", ""]
)
def test_what_pages_say_while_they_play_means_nothing(line: str):
    assert meaning([line]) == ""


def test_a_lost_connection_counts_more_than_a_log_in_button():
    assert meaning(["Please log in again", "No connection"]).startswith("disconnected")


def test_long_lines_are_cut():
    assert len(meaning(["connection lost " * 20])) < 110


def test_stems_are_written_as_lines_are_compared():
    assert all(stem == plain(stem) for stems in STEMS.values() for stem in stems)
