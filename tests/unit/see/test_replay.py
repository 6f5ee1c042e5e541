"""Recordings as a source of frames: the right frame at the right time, none twice, none skipped; broken ones in one sentence."""

import json
import os
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np
import pytest

from aviator.core.errors import EXIT_OVER, EXIT_USER_MISTAKE, RecordingOver, UserMistake
from aviator.core.types import Field, Frame, Method, Phase, Reading, Rect
from aviator.see.look import Look, Strip
from aviator.see.pacing import Pacer
from aviator.see.phase import Sight
from aviator.see.replay import Recording, RecordingDamaged, ReplaySource, Trace, examine

SIZE = (48, 32)
START = 1_700_000_000.25
ALL = Rect(0, 0, *SIZE)
COUNT = 12


def picture(number: int) -> np.ndarray:
    """Blue tells the frame's number, green the column, red the row."""
    frame = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
    frame[:, :, 0] = 10 * number
    frame[:, :, 1], frame[:, :, 2] = np.arange(SIZE[0])[None], np.arange(SIZE[1])[:, None]
    return frame


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Numbered without leading zeros: 10 comes after 9."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(COUNT):
        cv2.imwrite(str(folder / f"frame {number}.png"), picture(number))
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Lossless, 30 frames a second."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 30, SIZE)
    for number in range(COUNT):
        writer.write(picture(number))
    writer.release()
    return path


@pytest.fixture(params=["folder", "video"])
def recording(request: pytest.FixtureRequest) -> Recording:
    return examine(request.getfixturevalue(request.param), 30 if request.param == "folder" else 0, START)


def number_of(frame: Frame) -> int:
    return int(frame.pixels[0, 0, 0]) // 10


def played(recording: Recording, hz: float, rect: Rect = ALL) -> tuple[list[Frame], RecordingOver]:
    """All frames that a worker would see, and how it ended."""
    source = ReplaySource(recording)
    pacer, frames = Pacer(hz, source.clock), []
    try:
        while True:
            frames.append(source.grab(rect))
            assert source.index == number_of(frames[-1])
            pacer.wait()
    except RecordingOver as end:
        assert pacer.skipped == 0
        return frames, end
    finally:
        source.close()


def test_what_there_is_to_replay(recording: Recording) -> None:
    assert (recording.fps, recording.start_at, recording.size, recording.frames) == (30, START, SIZE, COUNT)
    assert recording.seconds == pytest.approx(0.4)


def test_each_frame_once_at_its_own_time(recording: Recording) -> None:
    frames, end = played(recording, 30)
    assert (str(end), end.exit_code) == ("The recording is over.", EXIT_OVER)
    assert [number_of(frame) for frame in frames] == list(range(COUNT))
    assert [frame.at for frame in frames] == [START + i / 30 for i in range(COUNT)]
    assert [frame.tick for frame in frames] == [i / 30 for i in range(COUNT)]


@pytest.mark.parametrize(("hz", "expected"), [(15, [0, 2, 4, 6, 8, 10]), (10, [0, 3, 6, 9]), (20, [0, 1, 3, 4, 6, 7, 9, 10])])
def test_at_a_lower_rate_frames_are_left_out_evenly(recording: Recording, hz: float, expected: list[int]) -> None:
    frames, _ = played(recording, hz)
    assert [number_of(frame) for frame in frames] == expected
    assert [frame.at for frame in frames] == [START + i / 30 for i in expected]


def test_only_the_asked_rectangle_as_bgra(recording: Recording) -> None:
    rect = Rect(5, 7, 20, 11)
    frame = played(recording, 30, rect)[0][3]
    assert frame.rect == rect
    assert frame.pixels.shape == (11, 20, 4)
    assert frame.pixels.flags["C_CONTIGUOUS"]
    expected = picture(3)[7:18, 5:25]
    assert np.abs(frame.pixels[:, :, :3].astype(int) - expected).max() <= 2
    assert (frame.pixels[:, :, 3] == 255).all()


def test_a_rate_that_is_no_round_number_stays_in_step_for_hours(folder: Path) -> None:
    """59.9988 frames a second, as screen recorders write: through an hour and a half of them no frame twice, none left out."""

    class Endless:
        def picture(self, index: int) -> np.ndarray:
            return blank

        def close(self) -> None: ...

    blank = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    fps = 60 * 49999 / 50000
    source = ReplaySource(Recording(folder, fps, START, SIZE, 1))
    source._reel = Endless()
    pacer = Pacer(fps, source.clock)
    one = Rect(0, 0, 1, 1)
    for expected in range(300_000):
        source.grab(one)
        assert source.index == expected
        pacer.wait()


def test_the_files_date_tells_when_it_began(folder: Path, video: Path) -> None:
    os.utime(video, (0, START))
    os.utime(folder / "frame 0.png", (0, START))
    assert examine(video).start_at == pytest.approx(START - COUNT / 30)
    assert examine(folder, 30).start_at == START


def no_such(path: Path) -> None: ...


def empty_file(path: Path) -> None:
    path.touch()


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(5000))


def empty_folder(path: Path) -> None:
    path.mkdir()


def broken_picture(path: Path) -> None:
    path.mkdir()
    (path / "0.png").write_bytes(b"\x89PNG no more")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (no_such, "There is no recording .*film.mp4"),
        (empty_file, "film.mp4 cannot be read as a video"),
        (noise, "film.mp4 cannot be read as a video"),
        (empty_folder, "There is no picture in the folder .*film.mp4"),
        (broken_picture, "0.png cannot be read as a picture"),
    ],
)
def test_nothing_to_replay(make, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    make(path)
    with pytest.raises(UserMistake, match=sentence):
        examine(path, 30)


def test_a_folder_needs_its_frame_rate(folder: Path) -> None:
    with pytest.raises(UserMistake, match="tell their fps"):
        examine(folder)


def test_a_video_that_breaks_off(video: Path) -> None:
    """What could be read counts; that the rest is missing is said."""
    recording = examine(video)
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    frames, end = played(recording, 30)
    assert 0 < len(frames) < COUNT
    assert str(end).endswith(f"breaks off after {len(frames)} of 12 frames.")
    assert end.exit_code == EXIT_USER_MISTAKE


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.write_bytes(b"x"), "frame 5.png cannot be read as a picture"),
        (lambda path: cv2.imwrite(str(path), picture(5)[:20]), "Frame 5 of .* is 48x20, but the first one is 48x32"),
    ],
)
def test_a_folder_with_a_picture_that_does_not_fit(folder: Path, spoil, sentence: str) -> None:
    recording = examine(folder, 30)
    spoil(folder / "frame 5.png")
    source = ReplaySource(recording)
    for _ in range(5):
        source.grab(ALL)
        source.clock.sleep(1 / 30)
    with pytest.raises(RecordingDamaged, match=sentence):
        source.grab(ALL)


def test_a_region_outside_the_pictures(recording: Recording) -> None:
    source = ReplaySource(recording)
    with pytest.raises(UserMistake, match="outside the recording's 48x32 pixels"):
        source.grab(Rect(40, 0, 9, 32))
    source.close()


def test_the_trace_says_what_each_look_made_of_its_frame(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    source = ReplaySource(examine(folder, 30, START))
    trace = Trace(path, source)
    source.grab(ALL)
    trace.note(Look(START, Sight.NOTHING, None, 0.0, None, {}), Phase.UNKNOWN)
    source.clock.sleep(4 / 30)
    at = source.grab(ALL).at
    readings = {
        Field.SCORE: Reading(Field.SCORE, Decimal("1.35"), "1.35x", 0.99, Method.GLYPHS, at),
        Field.BALANCE: Reading(Field.BALANCE, Decimal("58800.22"), "58800.22 RUB", 0.9, Method.TESSERACT, at),
        Field.PLAYERS: Reading(Field.PLAYERS, Decimal(355), "355/732", 0.99, Method.GLYPHS, at, Decimal(732)),
        Field.TOTAL_WIN: Reading(Field.TOTAL_WIN, None, None, 0.5, Method.NONE, at),
    }
    strip = Strip((Decimal("1.68"), Decimal("2.67")), clear=True, settled=True, confidence=0.99)
    trace.note(Look(at, Sight.FLYING, Decimal("1.35"), 0.99, strip, readings), Phase.PLAYING)
    trace.close()
    first, second = map(json.loads, path.read_text().splitlines())
    nothing = dict.fromkeys(("score", "balance", "players"))
    assert first == {"frame": 0, "at": START, "phase": "UNKNOWN", **nothing, "history": [], "methods": {}}
    assert second == {
        "frame": 4, "at": pytest.approx(START + 4 / 30), "phase": "PLAYING", "score": "1.35", "balance": "58800.22",
        "players": "355/732", "history": ["1.68", "2.67"],
        "methods": {"score": "glyphs", "balance": "tesseract", "players": "glyphs", "total_win": "none"},
    }  # fmt: skip


def test_trying_whether_a_trace_can_be_written_keeps_what_is_in_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text("earlier\n")
    examine(folder, 30, trace=tmp_path / "trace.jsonl")
    assert (tmp_path / "trace.jsonl").read_text() == "earlier\n"
    with pytest.raises(UserMistake, match="cannot be written"):
        examine(folder, 30, trace=tmp_path / "nowhere" / "trace.jsonl")
