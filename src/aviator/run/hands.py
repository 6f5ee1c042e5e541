"""Betting, put together for a mode: hands and eyes real or pretended, limits, journal, kill switch, and the desk between them.

In: settings, what is followed, the record, the engine's voices. Out: a `Betting` that lives as long as the engine; None
where nothing is bet. This is the only place that asks what the mode is. Engine process, main thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from aviator.act.bet import Window
from aviator.act.controller import GuiController
from aviator.act.hands import real_hands
from aviator.act.journal import Clicked, Recovered, Remembered, told_in
from aviator.act.kill import KillSource, KillSwitch
from aviator.act.paper import PaperHands, PaperWindow
from aviator.act.telling import Listeners
from aviator.core.bets import Mode, Played
from aviator.core.clock import Clock
from aviator.core.config import LimitSettings, Settings, money_rates
from aviator.core.events import BetChanged, BettingBlocked, Event, Fact, GapFound, RoundEnded, ScreenRead
from aviator.core.hash_chain import Head
from aviator.core.ports import Hands
from aviator.core.types import BookmakerId, Rect
from aviator.decide.ledger import Ledger
from aviator.decide.limits import NOT_PLACED, ONE, Limits, Worth
from aviator.decide.strategies.registry import check
from aviator.record import bets as record
from aviator.record.integrity import limits_head
from aviator.record.queries import last_gaps, last_rounds
from aviator.record.safety import counted_bets
from aviator.record.store import Store
from aviator.run.bet_recovery import opened, recovered, settled_again, unanswered
from aviator.run.betting import REMEMBERED, BettingDesk, Voices
from aviator.run.consent import Held
from aviator.run.instance_lock import hands_lock
from aviator.run.jobs import Target
from aviator.run.keepsakes import Keepsakes
from aviator.run.killing import by_person, kill_answer, kill_switch
from aviator.run.limit_day import recorded_limit_day
from aviator.run.limits_history import BlockRecorder, moment, user_blocks
from aviator.run.mind import MindSpec
from aviator.run.play_check import check_plays, warn_of_plays
from aviator.run.shown_money import check_shown_money, shown_signs
from aviator.see import regions
from aviator.see.capture import screen_rect

log = logging.getLogger(__name__)

PATIENCE_S = 6.0
"""So long a credit may be late, or the balance another than it should be, before that is said."""
FINISH_S = 3.0
"""How long hands may take to finish or undo the bet they are at."""


@dataclass(frozen=True, slots=True)
class Kit:
    """Hands, and each bookmaker's window as they see it."""

    hands: Hands
    windows: Mapping[BookmakerId, Window]
    keepsakes: Mapping[BookmakerId, Keepsakes] = field(default_factory=dict)
    paper: Mapping[BookmakerId, PaperWindow] = field(default_factory=dict)

    def purse(self, picture: ScreenRead) -> Decimal | None:
        """The money at a bookmaker: what the screen shows, or what is only thought of."""
        window = self.paper.get(picture.bookmaker)
        return picture.balance if window is None else window.look().balance

    def witness(self, bet: BetChanged) -> None:
        """Keep what is seen from a bet's beginning to its end."""
        if (keepsakes := self.keepsakes.get(bet.bookmaker)) is not None:
            if bet.outcome is None:
                keepsakes.begin(bet.request_id)
            else:
                keepsakes.end()


class Betting:
    """What is started and stopped with the engine. `desk` is a handler of the bus."""

    def __init__(
        self,
        settings: Settings,
        desk: BettingDesk,
        controller: GuiController,
        kit: Kit,
        kill: KillSwitch,
        closers: ExitStack,
        remembered: Sequence[Remembered],
        limits: Callable[[], LimitSettings],
        held: Held | None = None,
    ) -> None:
        self.desk, self.kill, self.latencies = desk, kill, controller.latencies
        self._settings, self._controller, self._kit, self._closers = settings, controller, kit, closers
        self._remembered, self._limits, self._held = remembered, limits, held

    def start(self) -> None:
        """Take up what an earlier engine left open, and begin."""
        self._controller.start(self._remembered)

    def apply(self, event: Event) -> None:
        """A handler for the bus: windows on paper see what the desk is told."""
        if isinstance(event, Fact) and (window := self._kit.paper.get(event.bookmaker)) is not None:
            window.apply(event)
        self.desk.apply(event)

    def step(self) -> None:
        """Some times a second, on the main thread."""
        self.desk.step()

    def look(self) -> None:
        """Some times a second, on thread `desk`: limits may have been lowered, or the day of a raised one have passed."""
        self.desk.limit(self._limits())

    @property
    def limits_head(self) -> Head | None:
        """The newest entry of the user's limits history that is in force; None where it is not the user's money."""
        return self._held.head if self._held else None

    def mind(self, target: Target) -> MindSpec:
        """What the worker of `target`, which starts now, is to think with."""
        bets, played = self.desk.recent(target.bookmaker)
        plays = tuple(p for p in self._settings.plays if p.bookmaker == target.bookmaker)
        return MindSpec(
            bookmaker=target.bookmaker,
            index=[b.name for b in self._settings.bookmakers].index(target.bookmaker),
            pace=target.growth_s / 12,
            mode=self.desk.mode,
            plays=plays,
            bets=tuple(
                tuple(record.own_bet(b) for b in bets if b.panel == p.panel and b.strategy == p.strategy and not b.given_up)
                for p in plays
            ),
            rounds=played,
            keep_session=self._settings.bet.keep_sessions and not self._kit.paper,
        )

    @property
    def failure(self) -> BaseException | None:
        """What ended the thread of hands."""
        return self._controller.failure

    def stop(self) -> None:
        """The current bet is finished or undone, then hands let go of everything."""
        if not self._controller.stop(FINISH_S):
            log.error("hands did not come to an end; what they were at stands in the journal")
            return
        self._closers.close()

    def press_kill(self, source: KillSource) -> str:
        """The answer for whoever pressed it."""
        return kill_answer(self.kill, source)


@dataclass(slots=True)
class Minds:
    """What workers are given to think with, asked at each of their starts; nothing where nothing is bet, or in a recording."""

    betting: Betting | None = None

    def of(self, target: Target) -> MindSpec | None:
        return self.betting.mind(target) if self.betting and target.recording is None else None


def betting(
    settings: Settings, found: Sequence[Target], store: Store, voices: Voices, clock: Clock, play_money: bool = False
) -> Betting | None:
    """Betting as the settings want it; None in mode watch. `play_money`: nobody's word is needed.

    Raises `UserMistake` where live betting lacks the user's word, a profile that can be bet with, or a mouse.
    """
    mode = Mode(settings.bet.mode)
    if mode is Mode.WATCH:
        return None
    _try_plays(settings)
    followed = [t for t in found if t.recording is None]
    real_money = mode is Mode.LIVE and not play_money
    worths = _worths(settings, followed if real_money else ())
    held = Held(settings.data_dir, settings.limits, moment(clock), limits_head(store)) if real_money else None
    voices = replace(voices, tell=BlockRecorder(clock, voices.tell)) if real_money else voices

    def limits() -> LimitSettings:
        """Of money that is not the user's own the settings alone speak."""
        return held.look(moment(clock)) if held else settings.limits

    warn_of_plays(settings, limits())
    kill = kill_switch(settings.data_dir, clock)
    journal_path = settings.data_dir / "journal" / f"bets-{mode}.jsonl"
    journal = recovered(journal_path, partial(record.requested_bets, store))
    now, day = clock.now(), recorded_limit_day(store, settings.site, clock.now())
    past = _past(store, mode, followed, min(day.start(now), now - 3600))
    late = _late(store, {t.bookmaker for t in followed}, past, journal)
    past = [*({b.request_id: b for b in [*past, *late]}).values()]
    ledgers = {t.bookmaker: _ledger(t, past, journal.clicked, store) for t in followed}
    played = {t.bookmaker: _played(store, t.bookmaker) for t in followed}
    with ExitStack() as stack:
        kit = _live(settings, followed, clock, kill, stack) if mode is Mode.LIVE else _paper(settings, followed, clock)
        counted = Limits(limits(), day.start, lambda name: held.worth(name, worths(name)) if held else worths(name))
        for bet in (*counted_bets(store, mode), *late):
            counted.apply(bet, now)
        desk = BettingDesk(mode, counted, ledgers, kill, voices, clock, past, played, kit.purse)

        def tell(bet: BetChanged) -> None:
            kit.witness(bet)
            voices.tell(bet)

        controller = GuiController(
            kit.hands,
            kit.windows,
            stack.enter_context(closing(opened(journal_path))),
            Listeners(voices.tell, tell, desk.gate),
            desk.kept,
            mode=mode,
            clock=clock,
            kill=kill,
            yield_s=settings.bet.yield_s,
        )
        desk.attach(controller)
        for bet in late:
            voices.tell(bet)
        desk.restore(_blocks(store, now, mode, real_money))
        return Betting(settings, desk, controller, kit, kill, stack.pop_all(), [*journal.bets.values()], limits, held)
    raise AssertionError("an ExitStack swallows nothing")


def _try_plays(settings: Settings) -> None:
    """Raises `UserMistake` before anything is started: for a strategy that cannot be loaded, and a play that can never bet."""
    for play in settings.plays:
        check(play.strategy, play.parameters)
    check_plays(settings)


def _worths(settings: Settings, windows: Iterable[Target]) -> Callable[[BookmakerId], Worth]:
    """By the settings, and no window may contradict them.

    Raises `UserMistake` where different currencies would be added without rates.
    """
    check_shown_money(settings, shown_signs(settings, windows))
    rates = money_rates(settings)
    # A bookmaker that is no longer played at may have any currency: its winnings count for nothing beside others.
    other = Worth(ONE, Decimal(0)) if any(rate != 1 for rate in rates.values()) else Worth()
    known = {name: Worth(rate, rate) for name, rate in rates.items()}
    return lambda bookmaker: known.get(bookmaker, other)


def _blocks(store: Store, now: float, mode: Mode, real_money: bool) -> list[BettingBlocked]:
    """What blocked betting when the record ended, here or, of real money, in another data folder."""
    own = user_blocks(now, mode) if real_money else []
    return [*{(b.bookmaker, b.cause): b for b in (*own, *record.blocks_in_force(store, now, mode))}.values()]


def _past(store: Store, mode: Mode, found: Sequence[Target], since: float) -> list[BetChanged]:
    """The bets on record that still matter for strategies and the ledger: oldest first."""
    bets = {b.request_id: b for b in record.bets_since(store, since, mode)}
    for target in found:
        for panel in (1, 2):
            bets |= {b.request_id: b for b in record.recent_bets(store, target.bookmaker, panel, REMEMBERED, mode)}
    return sorted(bets.values(), key=lambda b: b.placed_at or b.requested_at or 0.0)


def _late(store: Store, names: Container[str], past: Iterable[BetChanged], journal: Recovered) -> list[BetChanged]:
    """Ends of these bookmakers' bets that the record lacks: the journal tells them, or knows of no beginning."""
    told = [bet for bet in told_in(journal) if bet.bookmaker in names]
    known = {b.request_id: b for b in record.requested_bets(store, [bet.request_id for bet in told])}
    return settled_again(told, known) + unanswered([bet for bet in past if bet.bookmaker in names], journal)


def _played(store: Store, bookmaker: BookmakerId) -> list[Played]:
    """The last rounds on record, oldest first, and what is known to lack between them."""
    rounds = [Played(r.multiplier, r.ended_at) for r in last_rounds(store, bookmaker, REMEMBERED)]
    since = min((r.ended_at for r in rounds), default=0.0)
    lacking = [Played(None, g.to_at) for g in last_gaps(store, REMEMBERED) if g.bookmaker == bookmaker and g.to_at >= since]
    return sorted([*rounds, *lacking], key=lambda p: p.ended_at)


def _live(settings: Settings, found: Sequence[Target], clock: Clock, kill: KillSwitch, stack: ExitStack) -> Kit:
    screen = screen_rect(0)
    stack.enter_context(hands_lock())
    hands = stack.enter_context(closing(real_hands()))
    by_person(kill, stack.enter_context(closing(real_hands())), clock, stack)
    evidence = settings.data_dir / "evidence" / "bets"
    keepsakes = {t.bookmaker: Keepsakes(evidence) for t in found}
    windows = {}
    for target in found:
        others = [t.window for t in found if t is not target]
        windows[target.bookmaker] = _window(target, others, screen, clock, keepsakes[target.bookmaker])
    return Kit(hands, windows, keepsakes)


def _paper(settings: Settings, found: Sequence[Target], clock: Clock) -> Kit:
    bankroll = Decimal(str(settings.bet.bankroll))
    paper = {t.bookmaker: PaperWindow(t.bookmaker, bankroll, clock) for t in found}
    windows = {t.bookmaker: Window(paper[t.bookmaker], partial(_pace, t)) for t in found}
    return Kit(PaperHands(paper.values()), windows, paper=paper)


def _ledger(target: Target, past: Sequence[BetChanged], clicks: Mapping[str, Clicked], store: Store) -> Ledger:
    """With the bets that were open when an earlier engine ended, and the rounds since; the journal knows the money before."""
    unsettled = [b for b in past if b.bookmaker == target.bookmaker and b.outcome not in NOT_PLACED and b.settled_at is None]
    clicked = [clicks[b.request_id] for b in unsettled if b.request_id in clicks]
    balance = min(clicked, key=lambda c: c.at).balance if clicked else None
    pace = _pace(target)
    ledger = Ledger(target.bookmaker, PATIENCE_S * max(1.0, pace), pace, balance)
    for bet in unsettled:
        ledger.apply(bet)
    for fact in _since(store, target.bookmaker) if unsettled else ():
        ledger.apply(fact)
    return ledger


def _since(store: Store, bookmaker: BookmakerId) -> list[Fact]:
    """The last rounds and gaps on record, oldest first, as they were told."""
    rounds: list[tuple[float, Fact]] = [
        (r.ended_at, RoundEnded(bookmaker, None, r.ended_at, r.multiplier, None, None, None, r.source, 1.0))
        for r in last_rounds(store, bookmaker, REMEMBERED)
    ]
    lacking: list[tuple[float, Fact]] = [
        (g.to_at, GapFound(bookmaker, g.from_at, g.to_at, g.rounds_missing, g.reason))
        for g in last_gaps(store, REMEMBERED)
        if g.bookmaker == bookmaker
    ]
    return [fact for _, fact in sorted([*rounds, *lacking], key=lambda pair: pair[0])]


def _pace(target: Target) -> float:
    return target.growth_s / 12


def _window(target: Target, others: Sequence[Rect], screen: Rect, clock: Clock, keepsakes: Keepsakes) -> Window:
    from aviator.run.eyes import ScreenEyes  # takes memory that an engine which does not bet need not have

    eyes = ScreenEyes(regions.load(target.profile), target.window, screen, clock, others=others, keepsakes=keepsakes)
    return Window(eyes, partial(_pace, target))
