"""What pages say when they have stopped playing: the connection is lost, the session over, the visitor asleep. Pure.

In: lines of text off a page, as a recogniser of English letters read them. Out: what the first telling one means, and its words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_LONGEST = 60

STEMS: dict[str, tuple[str, ...]] = {
    "disconnected": (
        "connection lost", "connection is lost", "connection was lost", "lost connection", "connection error", "disconnect",
        "reconnect", "no connection", "no internet", "connection failed", "connection interrupted", "you are offline",
        "veza je prekin", "prekinuta veza", "prekid veze", "izgubljena veza", "nema veze", "nema internet", "povezivanj",
        "ponovno povez", "konekcij",
        "conexion perdida", "perdido la conexion", "sin conexion", "reconectando",
        "conexao perdida", "perdeu a conexao", "sem conexao", "reconectando",
        "connexion perdue", "connexion interrompue", "reconnexion",
        "verbindung verloren", "verbindung unterbrochen", "keine verbindung",
        "connessione persa", "connessione interrotta", "baglanti kesildi", "baglanti koptu", "conexiune pierduta",
        "utracono polaczenie",
    ),
    "logged out": (
        "session has ended", "session ended", "session expired", "session has expired", "session is over", "session timed out",
        "session timeout", "logged out", "signed out", "please log in", "log in again", "sign in again", "please sign in",
        "sesija je istekl", "sesij je istekl", "sesija istekl", "istekla sesij", "sesija je zavrs", "odjavljen",
        "niste prijavljen", "prijavite se ponovo", "morate se prijaviti",
        "sesion ha caducado", "sesion ha expirado", "sesion expirad", "sesion caducad", "inicie sesion", "inicia sesion",
        "sessao expir", "sessao encerrada", "sessao terminou", "faca login", "inicie sessao",
        "session a expire", "session expiree", "reconnectez-vous", "connectez-vous",
        "sitzung abgelaufen", "sitzung ist abgelaufen", "abgemeldet", "ausgeloggt",
        "sessione scaduta", "sessione e scaduta", "oturum suresi", "oturumunuz", "sesiunea a expirat", "sesja wygasla",
    ),
    "inactive": (
        "inactiv", "still here", "are you there", "still there", "been idle",
        "niste bili aktivni", "neaktiv", "jos sam ovde", "jeste li tu", "da li ste tu",
        "inativ", "sigues ahi", "ainda esta ai", "inaktiv", "toujours la", "inattiv", "nieaktywn",
    ),
}  # fmt: skip
"""What a page means by words with these stems, written in small letters and without marks on them; the first meaning wins."""


def meaning(lines: Iterable[str]) -> str:
    """`disconnected: the page says "..."` and the like; empty where no line says anything of that kind."""
    told = [(line, plain(line)) for line in lines]
    for what, stems in STEMS.items():
        for line, text in told:
            if any(stem in text for stem in stems):
                return f'{what}: the page says "{_short(line)}"'
    return ""


def plain(text: str) -> str:
    """Small letters without marks, one blank between words."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.replace("đ", "d").split())


def _short(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
