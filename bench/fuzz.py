"""What AVIATOR makes of 10,000 damaged or hostile inputs: settings, profiles, spools, journals, rounds files, pictures, requests.

`./dev bench fuzz [--seed S] [--count N]`. In: a seed. Out: one JSON object with the number of inputs of each kind and what
failed. Some go through whole commands, see `fuzz_commands`. A failure is an exception other than `AviatorError` (which is one
sentence for the user), more than 5 s for one input, or a file written outside the folder of the run; its input is kept in a
folder that the last line names.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import random
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from bench.fuzz_commands import Kind, command_kinds, seed_journal
from prometheus_client import CollectorRegistry

from aviator.core.config import BookmakerSettings, PlaySettings, Settings, load, template
from aviator.core.errors import AviatorError

SEED, COUNT = 1, 10_000
MAX_S = 5.0
PROFILES = Path(__file__).parents[1] / "tests" / "profiles"
_VALUES = (
    b"", b"0", b"-1", b"1e999", b"nan", b"inf", b"9223372036854775808", b"-9223372036854775809", b"0x" + b"f" * 5000,
    b"1" * 5000,
    b'"\\u0000"', b'"' + b"a" * 300 + b'"', b"[" * 2000, b"{a=" * 500, b"[]", b"{}", b"true", b'""', b'"[red]\\u001b[2J"',
    b"1979-05-27", b"\xff\xfe", b"\0", b"\r", b"'''", b"=", b"../outside", b'"../outside"', b"1_0", b"1,5", b";", b"\t",
)  # fmt: skip
"""What is put in the place of a part of an input."""


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """`seed` with one to four parts changed, removed, repeated, cut off or replaced by a hostile value."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice((1, 1, 4, 20, 200)))
        match chance.randrange(7):
            case 0:
                data[at:to] = chance.choice(_VALUES)
            case 1:
                del data[at:to]
            case 2:
                data[at:at] = data[at:to]
            case 3 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 4 if chance.random() < 0.3:
                del data[at:]
            case 5:
                data[at:to] = chance.randbytes(to - at)
            case _:
                data = _replaced_value(data, chance)
    return bytes(data)


def _replaced_value(data: bytearray, chance: random.Random) -> bytearray:
    """The value of one `key = value` or of one cell, replaced."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    key, sign, _ = lines[at].partition(b"=" if b"=" in lines[at] else b",")
    lines[at] = key + sign + b" " + chance.choice(_VALUES)
    return bytearray(b"\n".join(lines))


def settings_kind(_: Path) -> Kind:
    bookmakers = tuple(BookmakerSettings(name, cell=cell) for name, cell in (("Admiral", "TL"), ("Mozzart", "TC")))
    plays = (PlaySettings("Admiral", parameters={"stake": 20, "auto_stop": 2.0}),)
    return Kind("settings", 25, ".toml", [template(Settings(bookmakers=bookmakers, plays=plays)).encode()], load)


def profile_kind(folder: Path) -> Kind:
    from aviator.see.reader import MultiRegionReader
    from aviator.see.regions import load as load_profile

    seeds = {path: path.read_bytes() for path in sorted(PROFILES.glob("*.toml"))}
    sheets = {data: path.with_suffix(".png") for path, data in seeds.items()}

    def read(path: Path) -> None:
        source = min(sheets, key=lambda seed: abs(len(seed) - path.stat().st_size))
        shutil.copyfile(sheets[source], path.with_suffix(".png"))
        MultiRegionReader(load_profile(path), (0, 0))

    del folder
    return Kind("profiles", 15, ".toml", list(seeds.values()), read)


def spool_kind(folder: Path) -> Kind:
    from aviator.core.clock import SystemClock
    from aviator.core.events import RgbSampled, RoundEnded, SnapshotTaken
    from aviator.core.types import BookmakerId, Source
    from aviator.record.committer import Committer
    from aviator.record.ingest import ingest
    from aviator.record.store import open_store
    from aviator.wire.codec import Parcel
    from aviator.wire.spool import write_spool

    name, number = BookmakerId("A"), lambda text: __import__("decimal").Decimal(text)
    facts = (
        RoundEnded(name, 1.7e9, 1.7e9 + 5, number("1.51"), 91, 100, number("4074.05"), Source.LIVE, 0.9),
        SnapshotTaken(name, 1.7e9, 1.7e9 + 5, number("1.51"), 91, None),
        RgbSampled(name, 1.7e9, "phase", 128.0, 153.0, 172.0, 11.0, 12.0, 13.0),
    )
    write_spool(folder / "seed.spool", [Parcel(1.7e9, tuple((i, f) for i, f in enumerate(facts * 3, 1)))])
    store = open_store(f"sqlite:///{folder / 'spools.db'}")
    committer = Committer(store, "local", SystemClock(), lambda: False)
    return Kind("spools", 15, ".spool", [(folder / "seed.spool").read_bytes()], lambda path: ingest(path, committer.commit))


def journal_kind(folder: Path) -> Kind:
    from aviator.act.journal import recover, told_in
    from aviator.act.journal_check import journal_faults
    from aviator.run.bet_recovery import unanswered

    def read(path: Path) -> None:
        journal = recover(path)
        unanswered([], journal)
        told_in(journal)
        journal_faults(path)

    return Kind("journals", 10, ".jsonl", [seed_journal(folder / "seed.journal")], read)


def rounds_kind(_: Path) -> Kind:
    from aviator.record.rounds_file import read_rounds

    seeds = [
        b"multiplier,ended_at\n" + b"".join(b"%d.%02d,%d\n" % (i % 9 + 1, i, 1_700_000_000 + 20 * i) for i in range(60)),
        b"id;vreme;koeficijent\n" + b"".join(b"%d;2025-10-08 10:%02d:00;%d,%02d\n" % (i, i, i % 9 + 1, i) for i in range(60)),
        b"".join(b'{"id": %d, "multiplier": %d.%02d}\n' % (i, i % 9 + 1, i) for i in range(60)),
        b"1.51\n2.20\n1,000.00\n" * 20,
    ]
    return Kind("rounds files", 15, ".csv", seeds, read_rounds)


def picture_kind(_: Path) -> Kind:
    from aviator.cli.read import load_picture

    picture = np.random.default_rng(1).integers(0, 255, (24, 32, 3), np.uint8)
    seeds = [cv2.imencode(f".{kind}", picture)[1].tobytes() for kind in ("png", "jpg", "webp", "bmp", "tiff")]
    return Kind("pictures", 10, ".png", seeds, load_picture)


def request_kind(port: int) -> Kind:
    seeds = [
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
        b"POST /kill HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nX-Aviator: kill\r\nContent-Length: 0\r\n\r\n",
        b"GET /metrics?name[]=a HTTP/1.0\r\nHost: [::1]\r\nAccept-Encoding: gzip\r\n\r\n",
    ]

    def read(path: Path) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=MAX_S) as connection:
            try:
                connection.sendall(path.read_bytes()[:60_000])
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass
            except (ConnectionError, BrokenPipeError):
                return  # hung up on: an answer, too

    return Kind("requests", 10, ".http", seeds, read)


@contextmanager
def kinds(folder: Path) -> Iterator[list[Kind]]:
    from aviator.serve.server import MetricsServer

    server = MetricsServer(CollectorRegistry(), 0, {"/kill": lambda: "Betting is stopped."})
    server.start()
    try:
        makers = (settings_kind, profile_kind, spool_kind, journal_kind, rounds_kind, picture_kind)
        with command_kinds(folder) as commands:
            yield [*(make(folder) for make in makers), request_kind(server.port or 0), *commands]
    finally:
        server.stop()


def fuzz(seed: int, count: int, keep: Path) -> dict[str, Any]:
    """The figures; failing inputs are written to `keep`."""
    logging.disable(logging.CRITICAL)
    chance = random.Random(seed)
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    failures: list[dict[str, Any]] = []
    slowest_s = 0.0
    with tempfile.TemporaryDirectory(prefix="aviator-fuzz-") as place:
        folder = Path(place) / "inside"
        folder.mkdir()
        with kinds(folder) as every:
            for number in range(count):
                kind = chance.choices(every, [k.share for k in every])[0]
                data = mutated(chance.choice(kind.seeds), chance)
                path = folder / f"input{kind.suffix}"
                path.write_bytes(data)
                tried[kind.name] += 1
                began, fault = time.perf_counter(), ""
                faulthandler.dump_traceback_later(12 * MAX_S, exit=True)
                try:
                    kind.read(path)
                except AviatorError as error:
                    refused[kind.name] += 1
                    fault = "" if len(str(error)) < 5000 else "a message of more than 5,000 characters"
                except Exception as error:  # noqa: BLE001 - what a user would see as an unexpected error
                    fault = f"{type(error).__name__}: {error}"[:300]
                finally:
                    faulthandler.cancel_dump_traceback_later()
                took_s = time.perf_counter() - began
                slowest_s = max(slowest_s, took_s)
                if took_s > MAX_S:
                    fault = fault or f"it took {took_s:.1f} s"
                if outside := [p.name for p in Path(place).iterdir() if p != folder]:
                    fault = f"it wrote {outside[0]} outside its folder"
                if fault:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{number}-{kind.name.replace(' ', '-')}{kind.suffix}").write_bytes(data)
                    failures.append({"kind": kind.name, "number": number, "fault": fault})
    logging.disable(logging.NOTSET)
    return {
        "seed": seed, "inputs": sum(tried.values()), "tried": dict(tried), "refused": dict(refused),
        "slowest_s": round(slowest_s, 3), "failed": len(failures), "failures": failures[:20],
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench fuzz")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="folder for inputs that fail")
    options = parser.parse_args(arguments)
    figures = fuzz(options.seed, options.count, options.keep / str(options.seed))
    print(json.dumps({"bench": "fuzz", **figures}), flush=True)
    return bool(figures["failed"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
