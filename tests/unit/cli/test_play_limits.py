"""Plays that exceed the limits, as `doctor`, `accept` and `run` name them."""

import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from aviator.cli.app import app, guarded
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE

SETTINGS = """
data_dir = "data"
[bet]
mode = "paper"
[[bookmakers]]
name = "Admiral"
cell = "TL"
[[plays]]
bookmaker = "Admiral"
strategy = "ladder"
parameters = {{ amounts = {amounts}, auto_stops = [2.20, 2.20, 2.50] }}
"""
EXCEEDS = "stakes up to 40, and limits.stake is 20"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], str]:
    def written(amounts: str) -> str:
        path = tmp_path / "aviator.toml"
        path.write_text(SETTINGS.format(amounts=amounts), encoding="utf-8")
        return str(path)

    return written


def called(*arguments: str) -> int:
    return guarded(lambda: app(list(arguments), standalone_mode=False, prog_name="aviator"))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_doctor_marks_plays_that_exceed_the_limits(settings, capsys) -> None:
    assert called("doctor", "-c", settings("[10, 20, 40]")) == EXIT_CRASH
    line = next(line for line in capsys.readouterr().out.splitlines() if EXCEEDS in line)
    assert line.startswith("✗ plays[1] (ladder at 'Admiral', panel 1)")
    called("doctor", "-c", settings("[5, 10, 20]"))
    assert "✓ 1 play can bet within the limits" in capsys.readouterr().out


def test_accept_names_them_before_the_word(settings, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("I CONFIRM\n"))
    assert called("accept", "-c", settings("[10, 20, 40]")) == EXIT_OK
    said = flat(capsys.readouterr().out)
    assert 0 < said.index("Your plays do not fit these limits") < said.index(EXCEEDS) < said.index("Type I CONFIRM")


def test_run_does_not_start_where_a_play_never_bets(settings, capsys, tmp_path) -> None:
    assert called("run", "-c", settings("[40, 10, 20]")) == EXIT_USER_MISTAKE
    assert "begins with a stake of 40, and limits.stake is 20, so it never bets" in flat(capsys.readouterr().err)
    assert not (tmp_path / "data").exists()


def test_run_warns_of_a_play_that_stops_betting(settings, capsys) -> None:
    called("run", "-c", settings("[10, 20, 40]"), "--seconds", "1")  # there is no profile, so that nothing starts
    assert EXCEEDS in flat(capsys.readouterr().out)


def test_run_says_nothing_of_it_where_nothing_is_bet(settings, capsys) -> None:
    called("run", "-c", settings("[40, 10, 20]"), "--bet", "watch")
    assert "limits.stake" not in "".join(capsys.readouterr())


def test_limits_that_are_not_in_force_yet_count_at_accept_and_at_a_live_start(settings, monkeypatch, capsys) -> None:
    """Related: a raised limit holds a day later, and until then a play may not bet."""
    path = Path(settings("[10, 20, 40]"))
    text = path.read_text(encoding="utf-8")
    raised = text + "[limits]\nstake = 40\n"
    for written in (text, raised):
        path.write_text(written, encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", Terminal("I CONFIRM\n"))
        capsys.readouterr()
        called("accept", "-c", str(path))
    said = flat(capsys.readouterr().out)
    assert "Your plays do not fit" not in said
    assert f"Until then: plays[1] (ladder at 'Admiral', panel 1) {EXCEEDS}" in said
    called("run", "-c", str(path), "--bet", "live", "--arm")
    assert EXCEEDS in flat(capsys.readouterr().out)


def test_readme_says_so() -> None:
    readme = flat((Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8"))
    assert "`aviator doctor` and `aviator accept` name plays of the built-in strategies whose stakes cannot stay within" in readme
    assert "it does not start where a play could not place even its first bet" in readme
    assert "stand below the live table, in `aviator status` and in the closing lines of a run" in readme


def test_an_own_strategy_that_hangs_is_named_before_anything_is_done(settings, monkeypatch, capsys, tmp_path) -> None:
    path = Path(settings("[10]"))
    (tmp_path / "mine.py").write_text("while True: pass")
    text = path.read_text().replace('"ladder"', '"mine.py"').replace(", auto_stops = [2.20, 2.20, 2.50]", "")
    path.write_text(text)
    assert called("doctor", "-c", str(path)) == EXIT_CRASH
    assert "mine.py cannot be loaded: its import took longer than" in flat(capsys.readouterr().out)
    monkeypatch.setattr(sys, "stdin", Terminal("I CONFIRM\n"))
    assert called("accept", "-c", str(path)) == EXIT_USER_MISTAKE
    assert "its import took longer than" in flat(capsys.readouterr().err)
