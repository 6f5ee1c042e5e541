"""`aviator read` as a user meets it: pictures of every kind, with the recogniser that runs in earnest."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.known import PROFILES
from tests.unit.calibrate.drawn import game

from aviator.cli.app import app, guarded
from aviator.cli.read import NOTHING, load_picture
from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE
from aviator.see import regions


def called(*arguments: str) -> int:
    return guarded(lambda: app(["read", *arguments], standalone_mode=False, prog_name="aviator"))


@pytest.fixture(scope="module")
def screenshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = game()
    page.write("5.37x", 560, 240, 60, (255, 255, 255))
    path = tmp_path_factory.mktemp("screens") / "game.png"
    cv2.imwrite(str(path), page.picture)
    return path


def test_a_screenshot_is_read_without_any_settings(screenshot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marked = tmp_path / "marked.png"
    assert called(str(screenshot), "--json", "--picture", str(marked)) == EXIT_OK
    said = capsys.readouterr()
    answer: dict[str, Any] = json.loads(said.out)
    assert said.err == ""
    assert answer["phase"] == "PLAYING"
    fields = answer["fields"]
    assert {k: v["value"] for k, v in fields.items() if isinstance(v, dict) and "value" in v} == {
        "score": "5.37",
        "balance": "1204.50",
        "players": "355",
        "total_win": "4074.05",
        "bet_amount_1": "10.00",
        "bet_amount_2": "25.00",
    }
    assert fields["players"]["total"] == "732"
    assert fields["score"]["text"] == "5.37x"
    assert fields["score"]["method"] == "teacher"
    assert 0.5 < fields["score"]["confidence"] <= 1
    x, y, w, h = fields["score"]["box"]
    assert (x, y) == (pytest.approx(562, abs=6), pytest.approx(240, abs=6))
    assert w > 3 * h / 2
    assert [v["value"] for v in fields["history"]] == ["1.24", "3.10", "1.00", "17.45", "2.22", "1.08"]
    assert fields["button_1"]["state"] == "bet"
    assert fields["auto_cash_out_1"] is None
    picture = cv2.imread(str(marked))
    assert picture is not None
    assert picture.shape == (1280, 2000, 3)


def test_without_json_a_person_can_read_it(screenshot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(str(screenshot)) == EXIT_OK
    said = capsys.readouterr().out
    assert "5.37x" in said
    assert "1,204.50 USD" in said
    assert "playing" in said


def test_a_picture_of_no_game_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (9, 12, 3), np.uint8)
    path = tmp_path / "photo.jpg"
    cv2.imwrite(str(path), cv2.resize(noise, (480, 360), interpolation=cv2.INTER_CUBIC))
    assert called(str(path), "--json") == EXIT_OK
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert answer["phase"] is None
    assert not any(answer["fields"].values())
    assert said.err.strip() == NOTHING


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.png", None),
        ("empty.png", b""),
        ("broken.png", b"\x89PNG\r\n\x1a\nnonsense"),
        ("text.jpg", b"hello"),
        ("clip.gif", b"GI"),
    ],
)
def test_what_is_no_picture_is_a_mistake(
    name: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert called(str(path), "--json") == EXIT_USER_MISTAKE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert name in said.err


def test_a_folder_is_a_mistake_too(tmp_path: Path) -> None:
    assert called(str(tmp_path)) == EXIT_USER_MISTAKE


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_usual_format_is_read(suffix: str, channels: int, tmp_path: Path) -> None:
    if channels == 4 and suffix in {".jpg", ".bmp"}:
        channels = 3
    shade = np.full((40, 60, channels), 200, np.uint8)
    path = tmp_path / f"picture{suffix}"
    cv2.imwrite(str(path), shade if channels > 1 else shade[:, :, 0])
    picture = load_picture(path)
    assert picture.shape == (40, 60, 3)
    assert np.abs(picture.astype(int) - 200).max() <= 4 or channels == 4


def test_transparent_parts_are_black_and_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    clear = np.full((16, 16, 4), 200, np.uint8)
    clear[:2, :, 3] = 0
    clear[2:, :, 3] = 255
    cv2.imwrite(str(tmp_path / "clear.png"), clear)
    picture = load_picture(tmp_path / "clear.png")
    assert (picture[:2] == 0).all()
    assert (picture[2:] == 200).all()
    deep = np.zeros((16, 16), np.uint16)
    deep[0, 0] = 65535
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    assert load_picture(tmp_path / "deep.png")[0, 0].tolist() == [255, 255, 255]


def test_a_profile_reads_as_a_worker_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    admiral = PROFILES / "admiral.toml"
    width, height = regions.load(admiral).window
    path = tmp_path / "window.png"
    cv2.imwrite(str(path), np.zeros((height, width, 3), np.uint8))
    assert called(str(path), "--profile", str(admiral), "--json") == EXIT_OK
    answer = json.loads(capsys.readouterr().out)
    assert answer["fields"]["score"] is None
    assert called(str(path), "--profile", "nobody", "--json") == EXIT_USER_MISTAKE
    cv2.imwrite(str(path), np.zeros((height + 1, width, 3), np.uint8))
    assert called(str(path), "--profile", str(admiral), "--json") == EXIT_USER_MISTAKE
    assert f"{width}x{height + 1}" in capsys.readouterr().err
