"""Betting, put together for a mode: hands and eyes real or pretended, limits, journal, kill switch, and the desk between them.

In: settings, what is followed, the record, the engine's voices. Out: a `Betting` that lives as long as the engine; None
where nothing is bet. This is the only place that asks what the mode is. Engine process, main thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from aviator.act.bet import Window
from aviator.act.controller import GuiController
from aviator.act.hands import real_hands
from aviator.act.journal import Remembered
from aviator.act.kill import KillSource, KillSwitch
from aviator.act.paper import PaperHands, PaperWindow
from aviator.act.telling import Listeners
from aviator.core.bets import Mode
from aviator.core.clock import Clock
from aviator.core.config import LimitSettings, Settings, money_rates
from aviator.core.events import BetChanged, Event, Fact, ScreenRead
from aviator.core.hash_chain import Head
from aviator.core.ports import Hands
from aviator.core.types import BookmakerId, Rect
from aviator.decide.limits import ONE, Limits, Worth
from aviator.decide.strategies.registry import check
from aviator.record import bets as record
from aviator.record.integrity import recorded_head
from aviator.record.row_chain import BETS, LIMITS
from aviator.record.safety import counted_bets
from aviator.record.store import Store
from aviator.run.bet_recovery import opened, recovered
from aviator.run.betting import BettingDesk, Voices
from aviator.run.consent import Held
from aviator.run.instance_lock import hands_lock
from aviator.run.jobs import Target
from aviator.run.keepsakes import Keepsakes
from aviator.run.killing import by_person, kill_answer, kill_switch
from aviator.run.limit_day import recorded_limit_day
from aviator.run.limits_history import moment
from aviator.run.mind import MindSpec
from aviator.run.past_bets import last_played, late_bets, ledger_of, past_bets
from aviator.run.play_check import check_plays, warn_of_plays
from aviator.run.shown_money import check_shown_money, shown_signs
from aviator.run.user_bets import UserBets
from aviator.run.user_blocks import UserBlocks, merged
from aviator.see import regions
from aviator.see.capture import screen_rect

log = logging.getLogger(__name__)

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

    def tell(self, told: Callable[[Fact], None], bet: BetChanged) -> None:
        """Keep what is seen from a bet's beginning to its end, and pass on what became of it."""
        if (keepsakes := self.keepsakes.get(bet.bookmaker)) is not None:
            if bet.outcome is None:
                keepsakes.begin(bet.request_id)
            else:
                keepsakes.end()
        told(bet)


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
        shared: UserBets | None = None,
    ) -> None:
        self.desk, self.kill, self.latencies = desk, kill, controller.latencies
        self._settings, self._controller, self._kit, self._closers = settings, controller, kit, closers
        self._remembered, self._limits, self._held, self._shared = remembered, limits, held, shared

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
        self.desk.look()

    @property
    def heads(self) -> dict[str, Head]:
        """The newest entries of the user's histories; nothing where it is not the user's money."""
        return {LIMITS: self._held.head, BETS: self._shared.head} if self._held and self._shared else {}

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
        self.desk.look()
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
    held = Held(settings.data_dir, settings.limits, moment(clock), recorded_head(store, LIMITS)) if real_money else None

    worth = _accepted_worths(worths, held) if held else worths
    shared = UserBets(clock, settings.data_dir, worth, {b.name: b.currency for b in settings.bookmakers}) if held else None
    own_blocks = UserBlocks(clock, voices.tell, settings.data_dir, [t.bookmaker for t in followed]) if real_money else None
    voices = replace(voices, tell=own_blocks) if own_blocks else voices

    def limits() -> LimitSettings:
        """Of money that is not the user's own the settings alone speak."""
        return held.look(moment(clock)) if held else settings.limits

    warn_of_plays(settings, limits())
    kill = kill_switch(settings.data_dir, clock)
    journal_path = settings.data_dir / "journal" / f"bets-{mode}.jsonl"
    journal = recovered(journal_path, partial(record.requested_bets, store))
    now, day = clock.now(), recorded_limit_day(store, settings.site, clock.now())
    day = shared.begin(day, recorded_head(store, BETS)) if shared else day
    since = min(day.start(now), now - 3600)
    past = past_bets(store, mode, followed, since)
    late = late_bets(store, {t.bookmaker for t in followed}, past, journal)
    past = [*({b.request_id: b for b in [*past, *late]}).values()]
    ledgers = {t.bookmaker: ledger_of(t, past, journal.clicked, store, now) for t in followed}
    played = {name: last_played(store, name) for name in ledgers}
    counting = [*counted_bets(store, mode), *late]
    if shared:
        shared.compare(counting, partial(record.requested_bets, store), since)
    with ExitStack() as stack:
        kit = _live(settings, followed, clock, kill, stack) if mode is Mode.LIVE else _paper(settings, followed, clock)
        counted = Limits(limits(), day.start, worth)
        for bet in counting:
            counted.apply(bet, now)
        desk = BettingDesk(mode, counted, ledgers, kill, voices, clock, past, played, kit.purse, shared, own_blocks)
        journal_file = stack.enter_context(closing(opened(journal_path)))
        listeners, yield_s = Listeners(voices.tell, partial(kit.tell, voices.tell), desk.gate), settings.bet.yield_s
        controller = GuiController(
            kit.hands, kit.windows, journal_file, listeners, desk.kept, mode=mode, clock=clock, kill=kill, yield_s=yield_s
        )
        desk.attach(controller)
        for bet in late:
            voices.tell(bet)
        told = own_blocks.own(now, mode) if own_blocks else []
        desk.restore(merged([*told, *record.blocks_in_force(store, now, mode)]))
        return Betting(settings, desk, controller, kit, kill, stack.pop_all(), [*journal.bets.values()], limits, held, shared)
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


def _accepted_worths(worths: Callable[[BookmakerId], Worth], held: Held) -> Callable[[BookmakerId], Worth]:
    return lambda bookmaker: held.worth(bookmaker, worths(bookmaker))


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


def _pace(target: Target) -> float:
    return target.growth_s / 12


def _window(target: Target, others: Sequence[Rect], screen: Rect, clock: Clock, keepsakes: Keepsakes) -> Window:
    from aviator.run.eyes import ScreenEyes  # takes memory that an engine which does not bet need not have

    eyes = ScreenEyes(regions.load(target.profile), target.window, screen, clock, others=others, keepsakes=keepsakes)
    return Window(eyes, partial(_pace, target))
