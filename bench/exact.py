"""How exactly windows are read that were learned by the product itself: values read, read wrong, left unread.

Each simulated window is learned by its teacher from pictures of poses, as a stranger is: no label is used. Then other poses are
read, with multipliers as the game draws them, sums and balances of every size, over rays and curves, dimmed where fields are
locked; in every fourth round of pictures a toast or an advert lies over the page. What the page says of itself is the truth. A
value that something lies over cannot be read: the share of values read is of the pictures that nothing lies over, wrong ones are
counted on all.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.error import HTTPError

from bench.posed import TEXTS, Photograph, photographs, post

from aviator.calibrate.session import Calibration
from aviator.calibrate.teacher import Teacher
from aviator.cli.sim import Simulation, simulation
from aviator.core.types import Field, Frame, Method
from aviator.run.signals import StopSwitch
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Profile
from aviator.see.tesseract import Tesseract

READS = 100_000
LEARNED_FROM = 160
POSES = 60
"""A round of the bench takes so many pictures of every window."""
AWKWARD = ("toast", "advert")
AWKWARD_S = 60
EVERY = 4


class Account:
    """Compares readings with the truth; one for all windows."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.unread: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, skin: str, field: Field, want: Decimal | None, got: Decimal | None, *, plain: bool) -> None:
        with self._lock:
            self.counts["reads"] += 1
            if got is not None and got != want:
                self.wrong.append(f"{skin} {field}: {want} read as {got}")
            if plain and want is not None:
                self.counts["plain"] += 1
                self.counts["plain_read"] += got == want
                self.unread[f"{skin} {field}"] += got is None


def learned(sim: Simulation) -> dict[str, Profile]:
    """Every window, learned from pictures alone."""
    teacher = Teacher()
    calibrations = {w.skin: Calibration(w.skin, teacher) for w in sim.windows}
    for seed, work in ((1, Calibration.find), (2, Calibration.label)):
        clock: Counter[str] = Counter()

        def show(skin: str, photograph: Photograph, clock: Counter[str] = clock, seed: int = seed) -> None:
            clock[skin] += 1
            calibrations[skin].look(photograph.pixels, 1000.0 * seed + clock[skin])

        photographs(sim, LEARNED_FROM if seed == 2 else LEARNED_FROM // 4, seed, show)
        for calibration in calibrations.values():
            work(calibration)
    return {skin: calibration.learn().profile for skin, calibration in calibrations.items()}


def compare(skin: str, profile: Profile, photograph: Photograph, account: Account, tesseract: Tesseract, *, plain: bool) -> None:
    """Read one picture as a worker does that never saw the window before."""
    strip = photograph.labels[Field.HISTORY]
    if Field.HISTORY in profile.fields:
        # Poses do not move on as rounds do, which is how the newest end is learned.
        told = replace(profile.fields[Field.HISTORY], newest=strip["newest"])
        profile = replace(profile, fields=profile.fields | {Field.HISTORY: told})
    reader = MultiRegionReader(profile, (0, 0), tesseract)
    rect = reader.rect
    look = reader.read(Frame(photograph.pixels[rect.y : rect.bottom, rect.x : rect.right].copy(), rect, 0.0, 0.0))
    for field in TEXTS:
        if field in profile.fields:
            account.note(skin, field, photograph.value(field), look.value(field), plain=plain)
            reading = look.readings.get(field)
            account.counts["by_tesseract"] += bool(reading and reading.method is Method.TESSERACT)
    whole, read = photograph.history(), look.strip.values if look.strip else ()
    # The oldest may be cut, and is never read.
    for i, want in enumerate(whole[:-1]):
        account.note(skin, Field.HISTORY, want, read[i] if i < len(read) else None, plain=plain)


def read_poses(sim: Simulation, profiles: dict[str, Profile], account: Account) -> None:
    """Rounds of pictures until there are enough reads; in every fourth something lies over the page."""
    tesseracts = {skin: Tesseract() for skin in profiles}
    rng = Random(9)
    seed = 100
    while account.counts["reads"] < READS:
        seed += 1
        awkward = seed % EVERY == 0
        if awkward:
            for window in sim.windows:
                with suppress(HTTPError):
                    post(f"{sim.control_url}/control/{window.skin}/{rng.choice(AWKWARD)}", {"seconds": AWKWARD_S})
        photographs(
            sim,
            POSES,
            seed,
            lambda skin, p, plain=not awkward: compare(skin, profiles[skin], p, account, tesseracts[skin], plain=plain),  # type: ignore[misc]
            natural=True,
        )
        if awkward:
            for window in sim.windows:
                post(f"{sim.control_url}/control/{window.skin}/heal", {})


def bench() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        ledger, log = Path(name) / "ledger.jsonl", Path(name) / "sim.log"
        with simulation(bookmakers="6", speed=1, seed=1, ledger=ledger, log=log, hidden=True, stop=StopSwitch()) as sim:
            os.environ["DISPLAY"] = sim.display or os.environ.get("DISPLAY", "")
            profiles = learned(sim)
            account = Account()
            read_poses(sim, profiles, account)
    counts = account.counts
    return {
        "reads": counts["reads"],
        "wrong": len(account.wrong),
        "examples": account.wrong[:10],
        "share_read": round(counts["plain_read"] / max(1, counts["plain"]), 4),
        "unread": dict(account.unread.most_common(12)),
        "by_tesseract": counts["by_tesseract"],
        "fields": {skin: sorted(str(f) for f in profile.fields) for skin, profile in profiles.items()},
    }
