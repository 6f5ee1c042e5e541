"""Files that somebody made to do harm, or that are none: one sentence, exit code 2, at once, and with little memory."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.known import PROFILES
from tests.unit.cli.test_commands import called

from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE
from aviator.see.picture import MAX_PIXELS, MAX_SIDE

MAX_MB, MAX_CPU_S = 1000, 5.0
LONG = "n" * 300


def png(width: int, height: int, row: bytes = b"", rows: int = 0, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG whose header tells one size and whose data may have another."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def mistake(capfd: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence that a command answers with."""
    assert called(*map(str, arguments)) == EXIT_USER_MISTAKE
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert "unexpected" not in said.err
    return said.err


SMALL = png(64, 48, bytes(65), 48)
PICTURES: dict[str, bytes | Callable[[Path], object]] = {
    "above 2^30 pixels": png(1 << 16, 1 << 15),
    "2^31 x 2^31": png((1 << 31) - 1, (1 << 31) - 1),
    "no size": png(0, 0),
    "1x1": png(1, 1, bytes(2), 1),
    "1x100000": png(1, 100_000, bytes(2), 100_000),
    "100000x1": png(100_000, 1, bytes(100_001), 1),
    "bomb": png(30_016, 30_016, bytes(1 + 30_016 // 8), 30_016, depth=1),
    "one side": png(MAX_SIDE + 1, 16),
    "one pixel too many": png(MAX_SIDE, MAX_PIXELS // MAX_SIDE + 1),
    "cut off": SMALL[: len(SMALL) // 2],
    "only a header": SMALL[:33],
    "bad filter": png(64, 48, b"\t" + bytes(64), 48),
    "bad checksum": SMALL[:-20] + b"????" + SMALL[-16:],
    "text": b"hello",
    "script": b"#!/bin/sh\n",
    "folder": Path.mkdir,
    "pipe": os.mkfifo if sys.platform != "win32" else Path.mkdir,
}


@pytest.mark.parametrize("profile", [(), ("--profile", str(PROFILES / "admiral.toml"))], ids=["fields", "profile"])
@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.timeout(20)
def test_what_is_no_usual_picture(kind: str, profile: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, content = tmp_path / "picture.png", PICTURES[kind]
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    assert "picture.png" in mistake(capfd, "read", path, *profile)


@pytest.mark.parametrize("name", [LONG, f"{LONG}.png", "a\0b.png", "x/" * 3000, "", "."])
def test_what_can_be_no_name_of_a_picture(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    mistake(capfd, "read", name)
    mistake(capfd, "calibrate", "A", "--image", name)


def test_a_picture_under_a_wrong_name_is_what_it_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("picture.jpg", "picture.txt", "picture"):
        (tmp_path / name).write_bytes(SMALL)
        assert "is for a window of" in mistake(capfd, "read", tmp_path / name, "--profile", PROFILES / "admiral.toml")


def largest(depth: int) -> bytes:
    """The largest picture that is read: RGBA, black and transparent."""
    return png(MAX_SIDE, MAX_PIXELS // MAX_SIDE, bytes(1 + MAX_SIDE * depth // 2), MAX_PIXELS // MAX_SIDE, depth, 6)


MEASURED = """
import atexit, re, runpy, time
from pathlib import Path
atexit.register(lambda: print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], time.process_time()))
runpy.run_module("aviator", run_name="__main__", alter_sys=False)
"""
"""`aviator`, which at its end prints the most memory that it had, in KiB, and its processor time in seconds. What rusage says of
memory includes the process that started it."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux counts it")
@pytest.mark.parametrize("kind", ["bomb", "8 bits", "16 bits", "float"])
def test_no_picture_takes_much_memory_or_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    if kind == "float":
        path = path.with_suffix(".tiff")
        cv2.imwrite(str(path), np.zeros((4096, 4096, 4), np.float32))
    else:
        bomb = kind == "bomb"
        path.write_bytes(png(30_016, 30_016, bytes(30_017), 30_016) if bomb else largest(int(kind.removesuffix(" bits"))))
    command = [sys.executable, "-c", MEASURED, "read", str(path), "--profile", str(PROFILES / "admiral.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (EXIT_USER_MISTAKE, 1), done.stderr
    most_kib, cpu_s = map(float, done.stdout.split())
    assert most_kib / 1024 < MAX_MB
    assert cpu_s < MAX_CPU_S


SETTINGS = {
    "deep list": "a = " + "[" * 100_000,
    "deep table": "a = " + "{b=" * 20_000,
    "deep keys": "a" + ".a" * 100_000 + " = 1",
    "long number": f"[read]\nhz = {'9' * 5000}",
    "long hex number": f"[read]\nhz = 0x{'f' * 50_000}",
    "long exponent": f"[read]\nhz = 1e{'9' * 5000}",
    "nan": "[read]\nhz = nan",
    "beyond 64 bits": "[metrics]\nport = 9223372036854775808",
    "impossible date": "a = 2025-99-99",
    "NUL in a path": 'data_dir = "a\\u0000b"',
    "NUL in a profile": '[[bookmakers]]\nname = "A"\nprofile = "a\\u0000b"',
    "NUL in a database": '[record]\ndatabase = "sqlite:///a\\u0000b"',
    "long path": f'data_dir = "{LONG}"',
    "long profile": f'[[bookmakers]]\nname = "A"\nprofile = "{LONG}.toml"',
    "long name": f'[[bookmakers]]\nname = "{LONG}"',
    "long database": f'[record]\ndatabase = "sqlite:///{LONG}"',
    "no UTF-8": b"\xff\xfe",
    "NUL": b"\0" * 100,
    "too large": b"#" * 3_000_000,
}

SHOWN = ("long path", "long database")
"""What `aviator config` shows as it is, whether or not it can be used."""


@pytest.mark.parametrize("command", ["run", "config", "stats", "rounds", "bets", "status", "logs"])
@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.timeout(20)
def test_hostile_settings(kind: str, command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, content = tmp_path / "aviator.toml", SETTINGS[kind]
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if command == "config" and kind in SHOWN:
        assert called("config", "-c", str(path)) == EXIT_OK
        return
    mistake(capfd, command, "-c", path)
    assert {p.name for p in tmp_path.iterdir()} <= {"aviator.toml", "aviator-data"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_settings_or_a_profile(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipe, picture = tmp_path / "pipe.toml", tmp_path / "picture.png"
    os.mkfifo(pipe)
    picture.write_bytes(SMALL)
    for arguments in (["run", "-c", pipe], ["config", "-c", pipe], ["read", picture, "--profile", pipe], ["replay", pipe]):
        assert "pipe.toml" in mistake(capfd, *arguments, *(["--profile", "a"] if arguments[0] == "replay" else []))


@pytest.mark.parametrize("kind", ["deep list", "deep table", "long number", "impossible date", "no UTF-8", "NUL", "too large"])
@pytest.mark.timeout(20)
def test_hostile_profiles(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    picture, path, content = tmp_path / "picture.png", tmp_path / "a.toml", SETTINGS[kind]
    picture.write_bytes(SMALL)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert "a.toml" in mistake(capfd, "read", picture, "--profile", path)
