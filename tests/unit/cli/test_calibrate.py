"""`aviator calibrate` as a user meets it: from screenshots to a profile that reads, and one sentence for each mistake."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
from tests.unit.calibrate.windows import Moment, Site, rounds

from aviator.cli.app import app, guarded
from aviator.cli.calibrate import _played
from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE
from aviator.core.types import Field
from aviator.see import regions

SITE = "meridian"
PHASES = {"flight": "PLAYING", "ended": "ENDED"}

Screenshots = tuple[list[Path], list[Moment]]


def called(*arguments: str | Path) -> int:
    return guarded(lambda: app([str(a) for a in arguments], standalone_mode=False, prog_name="aviator"))


@pytest.fixture
def screenshots(tmp_path: Path) -> Screenshots:
    """Three rounds of a site with commas as decimal marks, without the waits before them."""
    moments = [moment for moment in rounds(Random(8), 3, 1) if moment.phase != "waiting"]
    paths = [tmp_path / "screens" / f"{i}.png" for i in range(len(moments))]
    paths[0].parent.mkdir()
    site = Site(SITE)
    for path, moment in zip(paths, moments, strict=True):
        cv2.imwrite(str(path), site.picture(moment)[:, :, :3])
    return paths, moments


def test_screenshots_become_a_profile_that_reads(
    screenshots: Screenshots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, moments = screenshots
    own = tmp_path / "own"
    monkeypatch.setenv("AVIATOR_PROFILES", str(own))
    images = [part for path in paths for part in ("--image", path)]
    assert called("calibrate", "My Site", *images) == EXIT_OK
    said = capsys.readouterr()
    assert said.err == ""
    assert {path.name for path in own.iterdir()} == {"my site.toml", "my site.png", "my site-found.png"}
    profile = regions.load(own / "my site.toml")
    assert profile.window == (640, 540)
    assert {Field.SCORE, Field.BALANCE, Field.HISTORY} <= profile.fields.keys()
    assert profile.fields[Field.BALANCE].format.decimal == ","
    found = cv2.imread(str(own / "my site-found.png"))
    assert found is not None
    assert found.shape[0] >= 540
    assert "readings agree with the teacher." in said.out
    assert str(own / "my site-found.png") in said.out
    assert "The pictures do not show the time between two rounds" in said.out
    some = {f for f, spec in profile.fields.items() if len(profile.atlases[spec.font].digits) < 10}
    assert some
    assert all(str(f).replace("_", " ") + " (" in said.out.partition("Only some digits were seen yet in ")[2] for f in some)

    right = 0
    for path, moment in zip(paths, moments, strict=True):
        assert called("read", path, "--profile", "my site", "--json") == EXIT_OK
        answer = json.loads(capsys.readouterr().out)
        assert answer["phase"] == PHASES[moment.phase]
        shown = {f: Decimal(moment.values[f]) for f in (Field.SCORE, Field.BALANCE)}
        read = {f: Decimal(a["value"]) for f in shown if (a := answer["fields"][f])}
        assert read.items() <= shown.items()
        right += len(read)
    assert right >= 0.75 * 2 * len(paths), "so few pictures do not show every digit"


@pytest.fixture
def mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where no settings are, with pictures that are no game: one twice, one of another size; and something that is no folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("AVIATOR_PROFILES", str(tmp_path / "own"))
    grey = np.full((100, 150, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    cv2.imwrite(str(tmp_path / "small.png"), grey[:50])
    (tmp_path / "stills").mkdir()
    cv2.imwrite(str(tmp_path / "stills" / "1.png"), grey)
    (tmp_path / "file").touch()
    (tmp_path / "mine.toml").write_text('[[bookmakers]]\nname = "Mine"\nwindow = [0, 0, 99999, 540]\n')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["A/B"], "'A/B' cannot be a profile's name"),
        (["A"], "Tell where the window is, with --window"),
        (["A", "--window", "1,2,3"], "--window 1,2,3 is not X,Y,WIDTH,HEIGHT"),
        (["A", "--window", "0,0,0,540"], "is not X,Y,WIDTH,HEIGHT"),
        (["A", "--window", "left half"], "is not X,Y,WIDTH,HEIGHT"),
        (["A", "--cell", "XX"], "There is no cell XX: there are TL, TC"),
        (["A", "--pace", "0", "--window", "0,0,9,9"], "pace"),
        (["A", "-c", "../mine.toml"], "knows no bookmaker A"),
        (["A", "--image", "../missing.png"], "missing.png cannot be opened"),
        (["A", "--image", "../file"], "file cannot be read as a picture"),
        (["A", "--image", "../grey.png", "--into", "../file"], "The folder ../file cannot be made"),
        (["A", "--film", "../missing.mkv"], "There is no recording ../missing.mkv"),
        (["A", "--film", "../file"], "file cannot be read as a video"),
        (["A", "--film", "../mine.toml"], "mine.toml cannot be read as a video"),
        (["A", "--film", "."], "There is no picture in the folder"),
        (["A", "--film", "../stills"], "do not say how fast they follow one another"),
        (["A", "--film", "../stills", "--fps", "-1"], "fps"),
        (["A", "--film", "../stills", "--fps", "5", "--window", "100,0,80,60"], "is not inside the recording's 150x100 pixels"),
        (["A", "--film", "../stills", "--fps", "5", "--window", "-1,0,80,60"], "is not inside the recording's 150x100 pixels"),
        (["A", "--film", "../stills", "--fps", "5", "--window", "left half"], "is not X,Y,WIDTH,HEIGHT"),
        (["A", "--film", "../stills", "--fps", "5", "--into", "../file"], "The folder ../file cannot be made"),
        (["A", "--film", "../stills", "--hands"], "give --image, --film or --hands, but only one of them."),
        (["A", "--film", "../stills", "--image", "../grey.png"], "Give --image or --film, not both."),
        (["A", "--image", "../grey.png", "--hands"], "give --image, --film or --hands, but only one of them."),
    ],
)
def test_a_mistake_is_one_sentence(
    mistakes: Path, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("calibrate", *arguments) == EXIT_USER_MISTAKE
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (mistakes / "own").exists()


@pytest.mark.parametrize(
    ("images", "sentence"),
    [(["grey.png"], "No multiplier was seen on the board"), (["grey.png", "small.png"], "small.png has another size than")],
)
def test_pictures_that_cannot_be_learned_from(
    mistakes: Path, images: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [part for name in images for part in ("--image", mistakes / name)]
    assert called("calibrate", "A", *arguments) == EXIT_USER_MISTAKE
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) == 1
    assert list((mistakes / "own").iterdir()) == []


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("arguments", [["A", "--window", "1900,0,640,540"], ["Mine", "-c", "../mine.toml"]])
def test_a_window_off_the_screen(mistakes: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert called("calibrate", *arguments) == EXIT_USER_MISTAKE
    assert "does not lie on the screen." in capsys.readouterr().err
    assert not (mistakes / "own").exists()


class Typing(StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize(
    ("stdin", "sentence"),
    [(StringIO("yes\n"), "must be allowed by a person"), (Typing("y\n"), "Nothing was clicked, and nothing was learned.")],
)
def test_hands_are_used_only_on_a_typed_yes(
    mistakes: Path, stdin: StringIO, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", stdin)
    assert called("calibrate", "A", "--window", "0,0,640,540", "--hands") == EXIT_USER_MISTAKE
    assert sentence in capsys.readouterr().err
    assert not (mistakes / "own").exists()


def test_what_the_settings_play_is_rehearsed(tmp_path: Path) -> None:
    """The user may write the bookmaker's name in any case, and a bookmaker without plays has nothing to rehearse."""
    settings = tmp_path / "aviator.toml"
    settings.write_text(
        """
        [[bookmakers]]
        name = "Meridian"
        cell = "TL"
        [[bookmakers]]
        name = "Soccer"
        cell = "TC"
        [[plays]]
        bookmaker = "Meridian"
        panel = 2
        strategy = "fixed"
        parameters = { stake = 12.50, auto_cash_out = 1.50 }
        """,
        encoding="utf-8",
    )
    expected = {Field.BET_AMOUNT_2: (Decimal("12.50"),), Field.AUTO_CASH_OUT_2: (Decimal("1.50"),)}
    assert _played("meridian", settings) == expected
    assert _played("Soccer", settings) == {}
    assert _played("Meridian", tmp_path / "none.toml") == {}
