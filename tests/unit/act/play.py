"""A bettor at simulated windows: orders, hands and a program that may be killed and started again; and the site's judgement."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.unit.act.page import Desk, Died
from tests.unit.act.panel import BETTING_S, START, Site, Taken

from aviator.act.bet import Window
from aviator.act.controller import GuiController
from aviator.act.journal import Journal, read_journal
from aviator.act.kill import KillSwitch
from aviator.act.telling import Listeners
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import Clock, ManualClock, steady
from aviator.core.events import BetChanged, BetStepTaken
from aviator.core.types import BookmakerId

FINAL = (Outcome.PLACED, Outcome.ROLLED_BACK, Outcome.REFUSED, Outcome.EXPIRED)


@dataclass
class Play:
    """Sites, one desk, and the program at it; `told` and `steps` outlive the program, as a database does."""

    folder: Path
    sites: list[Site]
    told: list[tuple[float, BetChanged]] = field(default_factory=list)
    steps: list[BetStepTaken] = field(default_factory=list)
    orders: list[BetOrder] = field(default_factory=list)
    kept: list[tuple[str, bool]] = field(default_factory=list)
    veto: str | None = None
    on_gate: Callable[[], object] = lambda: None
    on_bet: Callable[[BetChanged], None] = lambda _: None
    on_step: Callable[[BetStepTaken], None] = lambda _: None
    steady: bool = False
    """Does the program go by a steady clock, as an engine does, or by one that steps?"""

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        self.desk = Desk(self.sites, self.clock)
        self.own_clock: Clock = steady(self.clock) if self.steady else self.clock
        self.kill = KillSwitch(self.own_clock)
        self.deaths = 0
        self.start()

    # --- the program ---

    def start(self) -> None:
        """As after a kill: all that is known is in the journal."""
        path = self.folder / "bets.jsonl"
        remembered = read_journal(path).values()
        self.journal = Journal(path)
        windows = {self.name(i): Window(page, lambda s=page.site: s.pace) for i, page in enumerate(self.desk.pages)}
        listeners = Listeners(self._step, self._bet, self._gate)
        self.hands = GuiController(
            self.desk,
            windows,
            self.journal,
            listeners,
            lambda request, done: self.kept.append((request, done)),
            mode=Mode.LIVE,
            clock=self.own_clock,
            kill=self.kill,
        )
        self.windows = windows
        self.hands.resume(remembered)

    def die(self) -> None:
        self.deaths += 1
        self.desk.fuse = None
        self.journal.close()
        self.start()

    def run(self, seconds: float) -> None:
        """Let the program work for so long; where it dies, it is started again a moment later."""
        until = self.clock.monotonic() + seconds
        while self.clock.monotonic() < until:
            try:
                worked = self.hands.step()
            except Died:
                self.clock.sleep(0.4)
                self.die()
                continue
            if not worked:
                self.clock.sleep(0.05)
        for site in self.sites:
            site.advance(self.clock.elapsed())

    def close(self) -> None:
        self.journal.close()

    def _step(self, step: BetStepTaken) -> None:
        self.desk.burn()
        self.steps.append(step)
        self.on_step(step)

    def _gate(self, _: BetOrder) -> str | None:
        self.on_gate()
        return self.veto

    def _bet(self, bet: BetChanged) -> None:
        self.told.append((self.clock.elapsed(), bet))
        self.on_bet(bet)
        self.desk.burn()

    # --- the bettor ---

    @staticmethod
    def name(index: int) -> BookmakerId:
        return BookmakerId(f"site{index}")

    def order(self, panel: int = 1, stake: str = "30.00", auto: str | None = "2.00", index: int = 0) -> BetOrder:
        """A wish for the betting time that is on now."""
        site = self.sites[index]
        site.advance(self.clock.elapsed())
        name = self.name(index)
        wall = self.own_clock.now() - self.clock.elapsed()
        order = BetOrder(
            f"{name}-{panel}-{len(self.orders)}",
            name,
            panel,
            Decimal(stake),
            None if auto is None else Decimal(auto),
            site.betting_at + wall,
            site.betting_at + wall + BETTING_S * site.pace,
            "test",
        )
        self.orders.append(order)
        assert self.hands.submit(order, self.own_clock.now())
        return order

    # --- what became of it ---

    def changes(self, order: BetOrder) -> list[BetChanged]:
        return [bet for _, bet in self.told if bet.request_id == order.request_id]

    def outcome(self, order: BetOrder) -> Outcome | None:
        changes = self.changes(order)
        return changes[-1].outcome if changes else None

    def story(self, order: BetOrder) -> str:
        """For a failure's message."""
        lines = [
            f"{s.at - START:8.3f} {s.step} {s.intent} | {s.result} | {s.detail}"
            for s in self.steps
            if s.request_id == order.request_id and s.result
        ]
        lines += [f"{at - START:8.3f} TOLD {b.outcome} {b.reason}" for at, b in self.told if b.request_id == order.request_id]
        return "\n".join(lines)

    def stands(self, index: int = 0) -> list[Taken]:
        """What the site took and nobody took back."""
        return [bet for bet in self.sites[index].taken if not bet.cancelled]
