"""The commands as a user meets them: exit codes, and one sentence for each mistake."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.known import PROFILES

from aviator.cli.app import app, guarded
from aviator.core.config import load
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE
from aviator.see.regions import AnchorSpec, save
from aviator.see.regions import load as load_profile


def called(*arguments: str) -> int:
    return guarded(lambda: app(list(arguments), standalone_mode=False, prog_name="aviator"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        [],
        ["demo", "--bet", "gamble"],
        ["demo", "--bet", "live", "--on-screen"],
        ["accept", "-c", "nowhere.toml"],
        ["demo", "--speed", "0"],
        ["demo", "--speed", "fast"],
        ["demo", "--no-such-option"],
        ["run", "-c", "nowhere.toml"],
        ["stats", "--data-dir", "nowhere"],
        ["export", "rounds", "--data-dir", "nowhere"],
        ["verify", "--data-dir", "nowhere"],
        ["stats", "-c", "nowhere.toml"],
        ["bets", "--data-dir", "nowhere"],
        ["bets", "--last", "0", "--data-dir", "nowhere"],
        ["audit"],
        ["audit", "7", "--data-dir", "nowhere"],
        ["stats", "--file", "nowhere.csv"],
        ["replay", "nowhere.mp4", "--profile", "admiral"],
        ["replay", ".", "--profile", "admiral", "--fps", "20"],
        ["replay", "nowhere.mp4", "--profile", "admiral", "--window", "1,2,3"],
        ["replay", "nowhere.mp4", "--profile", "admiral", "--start", "noon"],
        ["replay", "nowhere.mp4"],
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert called(*arguments) == EXIT_USER_MISTAKE
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_init_writes_settings_that_load(tmp_path: Path) -> None:
    path = tmp_path / "aviator.toml"
    assert called("init", str(path)) == EXIT_OK
    assert len(load(path).bookmakers) == 6
    assert called("init", str(path)) == EXIT_USER_MISTAKE
    assert called("init", str(path), "--force") == EXIT_OK


def test_run_without_a_bookmaker_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "aviator.toml"
    path.write_text("")
    assert called("run", "-c", str(path)) == EXIT_USER_MISTAKE
    assert "No bookmaker is enabled" in capsys.readouterr().err


def test_a_demo_never_goes_on_with_an_old_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "aviator.db").touch()
    assert called("demo", "--data-dir", str(tmp_path)) == EXIT_USER_MISTAKE
    assert "earlier demo" in capsys.readouterr().err


def test_the_unexpected_is_one_sentence_and_a_traceback_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from aviator.run.logs import failures

    def fail() -> None:
        raise ZeroDivisionError("by zero")

    before = failures.set(tmp_path / "errors.log")
    try:
        assert guarded(fail) == EXIT_CRASH
    finally:
        failures.reset(before)
    said = capsys.readouterr().err
    assert str(tmp_path / "errors.log") in said
    assert "Traceback" not in said
    assert "ZeroDivisionError: by zero" in (tmp_path / "errors.log").read_text()


def test_the_unexpected_on_a_full_disk_is_told_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from aviator.run.logs import failures

    def fail() -> None:
        raise ZeroDivisionError("by zero")

    (tmp_path / "a file").touch()
    before = failures.set(tmp_path / "a file" / "errors.log")
    try:
        assert guarded(fail) == EXIT_CRASH
    finally:
        failures.reset(before)
    said = capsys.readouterr().err
    assert "could not even be written" in said
    assert "ZeroDivisionError: by zero" in said


def test_doctor_answers_every_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    called("doctor")
    said = capsys.readouterr().out
    for word in (
        "Python", "Tesseract", "browser", "profiles", "settings", "disk", "memory", "metrics", "no run yet", "database", "spool"
    ):  # fmt: skip
        assert word in said


def test_doctor_names_the_users_profiles_and_misses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a profile nothing is broken: there is something to learn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVIATOR_PROFILES", str(PROFILES))
    called("doctor")
    assert f"✓ profiles in {PROFILES}: admiral, balkanbet, " in capsys.readouterr().out
    monkeypatch.setenv("AVIATOR_PROFILES", str(tmp_path / "none"))
    called("doctor")
    assert f"– no profiles in {tmp_path / 'none'} yet: `aviator calibrate NAME` learns" in capsys.readouterr().out


@pytest.fixture
def doctored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file of six bookmakers, and their profiles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVIATOR_PROFILES", str(PROFILES))
    called("init")
    return tmp_path / "aviator.toml"


@pytest.mark.usefixtures("display")
def test_doctor_fails_for_two_bookmakers_in_one_cell(doctored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    doctored.write_text(doctored.read_text(encoding="utf-8").replace('cell = "TC"', 'cell = "TL"'), encoding="utf-8")
    capsys.readouterr()
    assert called("doctor") == EXIT_CRASH
    said = capsys.readouterr().out
    assert "✗ The windows of Admiral and Mozzart overlap" in said
    assert "Everything that matters" not in said
    assert called("run") == EXIT_USER_MISTAKE
    assert "overlap" in capsys.readouterr().err


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize(
    ("windows", "said"),
    [
        (((0, 0, 640, 540), (600, 500, 640, 540)), "he windows of Admiral and Mozzart overlap (40x40 at 600, 500)"),
        (((0, 0, 640, 540), (1600, 0, 640, 540)), "50.0% of the window of Mozzart (640x540 at 1600, 0) does not lie"),
        (((-64, 0, 640, 540), (700, 0, 640, 540)), "10.0% of the window of Admiral (640x540 at -64, 0) does not lie"),
        (((0, 0, 640, 540), (0, 3000, 640, 540)), "he window of Mozzart (640x540 at 0, 3000) does not lie on the screen"),
    ],
)
def test_windows_that_overlap_or_leave_the_monitors_are_found_by_doctor_and_at_start(
    windows: tuple[tuple[int, ...], ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVIATOR_PROFILES", str(PROFILES))
    names = zip(("Admiral", "Mozzart"), windows, strict=True)
    text = "".join(f'[[bookmakers]]\nname = "{name}"\nwindow = {list(window)}\n' for name, window in names)
    Path("aviator.toml").write_text(text, encoding="utf-8")
    assert called("doctor") == EXIT_CRASH
    answer = capsys.readouterr().out
    assert said in answer
    assert "Everything that matters" not in answer
    assert called("run") == EXIT_USER_MISTAKE
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("display")
def test_doctor_fails_for_windows_that_do_not_look_as_learned(
    doctored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVIATOR_PROFILES", str(doctored.parent / "learned"))
    picture = np.random.default_rng(1).integers(0, 255, (20, 60), np.uint8)
    for name in ("admiral", "mozzart", "balkanbet", "soccer", "meridian", "maxbet"):
        profile = load_profile(PROFILES / f"{name}.toml")
        save(replace(profile, anchor=AnchorSpec((10, 10, 60, 20), picture=picture)), doctored.parent / "learned" / f"{name}.toml")
    capsys.readouterr()
    assert called("doctor") == EXIT_CRASH
    said = capsys.readouterr().out
    assert "✗ Not as learned: Admiral, Mozzart, BalkanBet" in said
    assert "`aviator calibrate meridian`" in said
    assert "Everything that matters" not in said


@pytest.mark.usefixtures("display")
def test_doctor_names_every_missing_profile_once(
    doctored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVIATOR_PROFILES", str(doctored.parent / "none"))
    capsys.readouterr()
    assert called("doctor") == EXIT_CRASH
    said = capsys.readouterr().out
    for name in ("admiral", "mozzart", "balkanbet", "soccer", "meridian", "maxbet"):
        assert said.count(f"`aviator calibrate {name}`") == 1
    assert said.count("none yet") == 1


def test_doctor_says_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    called("init")
    monkeypatch.setenv("DISPLAY", ":987")
    capsys.readouterr()
    assert called("doctor") == EXIT_CRASH
    said = [line[2:] for line in capsys.readouterr().out.splitlines()]
    assert len(said) == len(set(said))
