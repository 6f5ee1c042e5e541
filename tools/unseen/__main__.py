"""Pages that the product has never seen: each is learned as a user would learn it, watched, and compared with the truth.

A FOLDER holds recordings, FOLDER/NAME/screen.mkv; each is learned from and replayed, DIR/NAME gets trace.jsonl and aviator.db.
A seed is a page of `aviator sim --skins random`; six at a time are learned and watched live. One JSON line for each page goes
to standard output, progress to standard error. Exit 1 when a round is wrong or extra, or a page that can be followed lacks one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich.console import Console
from tools.unseen.films import judge_film
from tools.unseen.pages import judge_pages
from tools.unseen.result import PageResult, is_good
from tools.unseen.tabulate import table_of

from aviator.core.errors import EXIT_CRASH, EXIT_OK, AviatorError, UserMistake
from aviator.run.signals import StopSwitch, stop_on_signals

AT_ONCE = 6

console = Console(stderr=True, highlight=False)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Ends with exit code 2 where something is wrong with them."""
    parser = argparse.ArgumentParser(
        prog="./dev unseen", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="recordings: FOLDER/NAME/screen.mkv")
    parser.add_argument("--seeds", metavar="A-B", help="generated pages, such as 1-36 or 7")
    parser.add_argument("--out", type=Path, metavar="DIR", help="a fresh folder for everything; else unseen-data/<time>")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long pages are watched (default %(default)g)")
    parser.add_argument("--speed", type=float, default=4.0, help="divides every duration of the game (default %(default)g)")
    parser.add_argument("--tabulate", type=Path, metavar="FILE", help="only count the failures in such JSON lines by design")
    parsed = parser.parse_args(given)
    parsed.numbers = _numbers(parser, parsed.seeds) if parsed.seeds else []
    for folder in parsed.folders:
        if not any(folder.glob("*/screen.mkv")):
            parser.error(f"there is no recording {folder}/NAME/screen.mkv")
    if not (parsed.folders or parsed.numbers or parsed.tabulate):
        parser.error("name a folder of recordings or --seeds A-B")
    if parsed.seconds <= 0 or parsed.speed <= 0:
        parser.error("--seconds and --speed must be above 0")
    return parsed


def _numbers(parser: argparse.ArgumentParser, seeds: str) -> list[int]:
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", seeds)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        parser.error(f"--seeds is {seeds!r}, allowed: a number, or two such as 1-36, the second not below the first")
    return list(range(first, last + 1))


def main() -> int:
    """The exit code."""
    given = arguments()
    try:
        if given.tabulate:
            print(table_of(given.tabulate))
            return EXIT_OK
        out = (given.out or Path("unseen-data") / time.strftime("%Y%m%d-%H%M%S")).absolute()
        out.mkdir(parents=True, exist_ok=True)
        good = True
        with stop_on_signals(StopSwitch()) as switch:
            for result in _results(given, out, switch):
                good = good and is_good(result)
                print(json.dumps(result), flush=True)
    except typer.Abort:
        console.print("Stopped before the end.", style="yellow")
        return EXIT_CRASH
    except (UserMistake, AviatorError) as error:
        console.print(str(error), style="red", soft_wrap=True)
        return error.exit_code
    return EXIT_OK if good else EXIT_CRASH


def _results(given: argparse.Namespace, out: Path, switch: StopSwitch) -> Iterator[PageResult]:
    for folder in given.folders:
        for film in sorted(folder.glob("*/screen.mkv")):
            yield judge_film(film, out / film.parent.name, console)
    for first in range(0, len(given.numbers), AT_ONCE):
        seeds = given.numbers[first : first + AT_ONCE]
        yield from judge_pages(seeds, out / f"seeds-{seeds[0]}-{seeds[-1]}", given.seconds, given.speed, switch, console)


if __name__ == "__main__":
    sys.exit(main())
