"""`aviator accept|kill` and the start of live betting, as a user meets them."""

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from aviator.cli.app import app, guarded
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE
from aviator.record.store import open_store
from aviator.run.consent import read_consent
from aviator.run.limits_history import history_file

SETTINGS = """
data_dir = "data"
[limits]
stake = {stake}
[[bookmakers]]
name = "Admiral"
cell = "TL"
"""
PLAY = """
[[plays]]
bookmaker = "Admiral"
strategy = "fixed"
parameters = { stake = 10 }
"""


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", Terminal(text))


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "aviator.toml"
    path.write_text(SETTINGS.format(stake=5))
    return path


def called(*arguments: str) -> int:
    return guarded(lambda: app(list(arguments), standalone_mode=False, prog_name="aviator"))


def test_who_types_the_word_has_accepted_and_sees_what(settings, types, capsys) -> None:
    types("I CONFIRM\n")
    assert called("accept", "-c", str(settings)) == EXIT_OK
    said = capsys.readouterr().out
    assert "3 % of its stake" in said
    assert "stake" in said
    consent = read_consent()
    assert consent.complete
    assert consent.accepted[-1].of("").stake == 5.0
    assert history_file().exists()
    assert not (settings.parent / "data").exists()


@pytest.mark.parametrize("word", ["", "yes", "i confirm"])
def test_any_other_word_changes_nothing(settings, types, capsys, word) -> None:
    types(word + "\n")
    assert called("accept", "-c", str(settings)) == EXIT_USER_MISTAKE
    assert not history_file().exists()
    assert "Nothing was confirmed" in capsys.readouterr().err


def test_a_raised_limit_is_said_to_wait(settings, types, capsys) -> None:
    types("I CONFIRM\n")
    called("accept", "-c", str(settings))
    settings.write_text(SETTINGS.format(stake=50))
    types("I CONFIRM\n")
    assert called("accept", "-c", str(settings)) == EXIT_OK
    assert "In 24 hours: the new stake." in capsys.readouterr().out


def test_a_program_cannot_accept(settings, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("I CONFIRM\n"))
    assert called("accept", "-c", str(settings)) == EXIT_USER_MISTAKE
    assert "by a person" in capsys.readouterr().err


def test_live_betting_begins_only_with_something_to_bet_the_word_and_arming(settings, types, monkeypatch, capsys) -> None:
    run = ("run", "-c", str(settings), "--bet", "live")
    assert called(*run) == EXIT_USER_MISTAKE
    assert "[[plays]]" in capsys.readouterr().err
    settings.write_text(SETTINGS.format(stake=10) + PLAY)
    assert called(*run) == EXIT_USER_MISTAKE
    assert "aviator accept" in capsys.readouterr().err
    types("I CONFIRM\n")
    called("accept", "-c", str(settings))
    monkeypatch.setattr(sys, "stdin", StringIO(""))
    assert called(*run) == EXIT_USER_MISTAKE
    assert "--arm" in capsys.readouterr().err
    types("yes\n")
    assert called(*run) == EXIT_USER_MISTAKE
    assert "Not armed" in capsys.readouterr().err


def test_a_mode_that_is_none(settings, capsys) -> None:
    assert called("run", "-c", str(settings), "--bet", "gamble") == EXIT_USER_MISTAKE
    assert "watch, paper, live" in capsys.readouterr().err


def test_an_acceptance_that_is_removed_before_the_next_run_is_missed(settings, types, capsys) -> None:
    types("I CONFIRM\n")
    called("accept", "-c", str(settings))
    data = settings.parent / "data"
    open_store(f"sqlite:///{data}/aviator.db").close()
    types("I CONFIRM\n")
    assert called("accept", "-c", str(settings)) == EXIT_OK
    assert called("audit", "--verify", "-c", str(settings)) == EXIT_OK
    history_file().write_bytes(b"".join(history_file().read_bytes().splitlines(keepends=True)[:-1]))
    assert called("audit", "--verify", "-c", str(settings)) == EXIT_CRASH
    assert "lacks entry 2" in capsys.readouterr().out


def test_a_database_that_takes_nothing_does_not_keep_from_accepting(settings, types) -> None:
    (settings.parent / "data").mkdir()
    (settings.parent / "data" / "aviator.db").write_text("this is no database at all, and longer than its header")
    types("I CONFIRM\n")
    assert called("accept", "-c", str(settings)) == EXIT_OK
    assert read_consent().complete
