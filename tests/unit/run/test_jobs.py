"""Settings against the screen: what cannot be followed is said before anything starts."""

from pathlib import Path

import pytest

from aviator.core.config import BookmakerSettings, ScreenSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.types import Rect
from aviator.run import jobs
from aviator.run.jobs import file_name, targets
from aviator.run.state import SharedGameState


@pytest.fixture
def any_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "find_profile", lambda name, _: Path(f"{name}.toml"))


def following(*bookmakers: BookmakerSettings) -> Settings:
    return Settings(data_dir=Path("D"), bookmakers=bookmakers)


@pytest.mark.usefixtures("display", "any_profile")
def test_enabled_bookmakers_are_found_on_the_screen() -> None:
    settings = following(BookmakerSettings("A b", cell="BR"), BookmakerSettings("off", cell="TL", enabled=False))
    (found,) = targets(settings)
    assert (found.window, found.profile) == (Rect(1280, 540, 640, 540), Path("a b.toml"))
    made = jobs.job(found, settings, SharedGameState([found.bookmaker])).settings()
    assert made.log_file == Path("D/logs/see-a-b.log")


@pytest.mark.usefixtures("display", "any_profile")
@pytest.mark.parametrize("window", [(1900, 0, 640, 540), (-1, 0, 10, 10), (0, 541, 640, 540)])
def test_a_window_off_the_screen(window: tuple[int, ...]) -> None:
    with pytest.raises(UserMistake, match=r"window of A .* does not lie on the screen"):
        targets(following(BookmakerSettings("A", window=window)))


@pytest.mark.usefixtures("display")
def test_an_unknown_bookmaker_needs_a_profile() -> None:
    with pytest.raises(UserMistake, match="profile 'nobody'"):
        targets(following(BookmakerSettings("Nobody", cell="TL")))


@pytest.mark.usefixtures("display")
def test_a_monitor_that_is_not_there() -> None:
    settings = Settings(screen=ScreenSettings(monitor=9), bookmakers=(BookmakerSettings("A", cell="TL"),))
    with pytest.raises(UserMistake, match=r"screen.monitor is 9"):
        targets(settings)


def test_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(UserMistake, match="no display"):
        targets(following(BookmakerSettings("A", cell="TL")))


@pytest.mark.parametrize(
    ("name", "expected"), [("Admiral", "admiral"), ("Bet 3/65!", "bet-3-65"), ("..", "bookmaker"), ("Лото", "лото")]
)
def test_any_name_makes_a_file_name(name: str, expected: str) -> None:
    assert file_name(name) == expected
