"""The words on the pages, in English and Serbian. Runs in the `sim` process; pages get them as JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """Every word a page shows; `{}` in `toast` and `promo` is filled in with a sum."""

    flew_away: str
    waiting: str
    bet: str
    cancel: str
    cash_out: str
    queued: str
    tab_bet: str
    tab_auto: str
    auto_bet: str
    auto_cash_out: str
    players: str
    total_win: str
    balance: str
    player: str
    stake: str
    win: str
    promo: str
    toast: str
    cookies: str
    inactive: str
    still_here: str
    connection_lost: str
    logged_out: str
    log_in: str
    low_balance: str


ENGLISH = Texts(
    flew_away="FLEW AWAY!",
    waiting="WAITING FOR NEXT ROUND",
    bet="BET",
    cancel="CANCEL",
    cash_out="CASH OUT",
    queued="Waiting for next round",
    tab_bet="Bet",
    tab_auto="Auto",
    auto_bet="Auto bet",
    auto_cash_out="Auto cash out",
    players="Players",
    total_win="Total win",
    balance="Balance",
    player="Player",
    stake="Bet",
    win="Win",
    promo="FREE BETS · every Friday",
    toast="{name} has won {sum}",
    cookies="We use cookies to keep you signed in.",
    inactive="You have been inactive for a while.",
    still_here="I AM STILL HERE",
    connection_lost="Connection lost. Reconnecting…",
    logged_out="Your session has ended.",
    log_in="LOG IN",
    low_balance="Not enough money on your account",
)

SERBIAN = Texts(
    flew_away="ODLETEO!",
    waiting="ČEKA SE SLEDEĆA RUNDA",
    bet="ULOŽI",
    cancel="OTKAŽI",
    cash_out="ISPLATA",
    queued="Čeka sledeću rundu",
    tab_bet="Ulog",
    tab_auto="Auto",
    auto_bet="Auto ulog",
    auto_cash_out="Auto isplata",
    players="Igrači",
    total_win="Ukupan dobitak",
    balance="Stanje",
    player="Igrač",
    stake="Ulog",
    win="Dobitak",
    promo="BESPLATNE OPKLADE · petkom",
    toast="{name} je osvojio {sum}",
    cookies="Koristimo kolačiće da biste ostali prijavljeni.",
    inactive="Neko vreme niste bili aktivni.",
    still_here="JOŠ SAM OVDE",
    connection_lost="Veza je prekinuta. Povezivanje…",
    logged_out="Vaša sesija je istekla.",
    log_in="PRIJAVA",
    low_balance="Nemate dovoljno sredstava",
)
