"""Settings against the screen: what cannot be followed is said before anything starts."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.known import PROFILES

from aviator.core.config import BookmakerSettings, ReadSettings, ScreenSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.files import file_name
from aviator.core.types import Rect
from aviator.run import jobs
from aviator.run.jobs import targets
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


@pytest.mark.usefixtures("display", "any_profile")
def test_two_windows_in_one_place_are_refused_at_start() -> None:
    with pytest.raises(UserMistake, match=r"windows of A and B overlap \(640x540 at 0, 0\)"):
        targets(following(BookmakerSettings("A", cell="TL"), BookmakerSettings("B", cell="TL")))
    with pytest.raises(UserMistake, match=r"windows of A and B overlap \(1x540 at 639, 0\)"):
        targets(following(BookmakerSettings("A", cell="TL"), BookmakerSettings("B", window=(639, 0, 640, 540))))
    targets(following(BookmakerSettings("A", cell="TL"), BookmakerSettings("B", cell="TL", enabled=False)))


@pytest.mark.usefixtures("display", "any_profile")
def test_a_window_between_monitors_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rectangle around all monitors holds it, but no monitor shows it."""
    monkeypatch.setattr(jobs, "monitor_rects", lambda: (Rect(0, 0, 1920, 1080), Rect(1920, 0, 1280, 1024)))
    with pytest.raises(UserMistake, match=r"^1\.8% of the window of A"):
        targets(following(BookmakerSettings("A", window=(1920, 490, 1280, 544))))


@pytest.mark.usefixtures("display")
def test_every_missing_profile_is_named_once() -> None:
    settings = following(*(BookmakerSettings(name, cell=cell) for name, cell in (("No", "TL"), ("Admiral", "TC"), ("Nil", "TR"))))
    with pytest.raises(UserMistake) as caught:
        targets(settings)
    assert str(caught.value).count("There are no profiles 'no', 'nil' in") == 1
    assert "`aviator calibrate no`, `aviator calibrate nil`" in str(caught.value)
    assert "admiral`" not in str(caught.value)


def test_two_bookmakers_never_share_a_log() -> None:
    with pytest.raises(UserMistake, match="'Max Bet' and 'max-bet' would share their log"):
        targets(following(BookmakerSettings("Max Bet", cell="TL"), BookmakerSettings("max-bet", cell="TR")))


@pytest.mark.usefixtures("display")
def test_an_unknown_bookmaker_needs_a_profile() -> None:
    with pytest.raises(UserMistake, match="profile 'nobody'"):
        targets(following(BookmakerSettings("Nobody", cell="TL")))


@pytest.mark.usefixtures("display")
def test_a_monitor_that_is_not_there() -> None:
    settings = Settings(screen=ScreenSettings(monitor=9), bookmakers=(BookmakerSettings("A", cell="TL"),))
    with pytest.raises(UserMistake, match=r"screen.monitor is 9"):
        targets(settings)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A folder of one picture, as large as the windows of a known profile."""
    (tmp_path / "film").mkdir()
    cv2.imwrite(str(tmp_path / "film" / "1.png"), np.zeros((540, 640, 3), np.uint8))
    return tmp_path / "film"


def recorded(film: Path, **keys: object) -> BookmakerSettings:
    return BookmakerSettings("Admiral", source=str(film), **({"fps": 20.0} | keys))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def own_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The known profiles are the user's, so that a bookmaker's name finds his."""
    monkeypatch.setenv("AVIATOR_PROFILES", str(PROFILES))


def test_a_recording_needs_no_display(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    settings = following(recorded(film, start="2025-10-08 10:40:58+00:00"))
    (found,) = targets(settings)
    assert (found.window, found.profile.name) == (Rect(0, 0, 640, 540), "admiral.toml")
    assert found.recording
    assert (found.recording.fps, found.recording.start_at) == (20, 1759920058)
    job = jobs.job(found, replace(settings, read=ReadSettings(hz=60)), SharedGameState([found.bookmaker]))
    assert job.row.restart.crashes == 1
    assert (job.settings().recording, job.settings().hz) == (found.recording, 20)
    (by_file,) = targets(following(recorded(film, profile=str(found.profile))))
    assert by_file.profile == found.profile


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"fps": 0.0}, "tell their fps"),
        ({"window": (1, 0, 640, 540)}, r"window of Admiral .* does not lie in the pictures of .*640x540"),
        ({"window": (0, 0, 320, 270)}, "admiral is for windows of 640x540 pixels, but Admiral's is 320x270"),
        ({"profile": "nowhere.toml"}, "profile nowhere.toml cannot be used"),
    ],
)
def test_a_recording_that_cannot_be_followed(film: Path, keys: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserMistake, match=sentence):
        targets(following(recorded(film, **keys)))


def test_a_recording_is_not_recorded_on_top_of_its_own_time(film: Path) -> None:
    found = targets(following(recorded(film, start="2025-10-08 10:40:58+00:00")))
    before, later = (Decimal("1.50"), 1759920057.0), (Decimal("2.00"), 1759920058.0)
    jobs.refuse_repeats(found, {found[0].bookmaker: [before]})
    jobs.refuse_repeats(found, {found[0].bookmaker: []})
    with pytest.raises(UserMistake, match="holds rounds of Admiral from the time of"):
        jobs.refuse_repeats(found, {found[0].bookmaker: [later, before]})


def test_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(UserMistake, match="no display"):
        targets(following(BookmakerSettings("A", cell="TL")))


@pytest.mark.parametrize(
    ("name", "expected"), [("Admiral", "admiral"), ("Bet 3/65!", "bet-3-65"), ("..", "bookmaker"), ("Лото", "лото")]
)
def test_any_name_makes_a_file_name(name: str, expected: str) -> None:
    assert file_name(name) == expected
