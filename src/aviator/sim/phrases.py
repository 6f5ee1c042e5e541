"""What generated pages say at a round's end and before the next, by language. Data only.

"en-terse" and "en-space" are English pages whose words are in no list of phrases.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """`ended` stands at a round's end, `busted` before its multiplier, `waiting` before the next round.

    `players` and `stake` head columns and fields; `bet`, `cancel`, `cash_out` label the button.
    """

    ended: str
    busted: str
    waiting: str
    players: str
    stake: str
    bet: str
    cancel: str
    cash_out: str


PHRASES: dict[str, Phrases] = {
    "en": Phrases(
        "FLEW AWAY!",
        "Busted @",
        "WAITING FOR NEXT ROUND",
        "Players",
        "Bet amount",
        "BET",
        "CANCEL",
        "CASH OUT",
    ),
    "en-terse": Phrases(
        "GONE",
        "Over:",
        "NEXT GAME IN",
        "Online",
        "Amount",
        "Go",
        "Stop",
        "Take",
    ),
    "en-space": Phrases(
        "SIGNAL LOST",
        "Lost at",
        "SYSTEM CHECK",
        "Crew",
        "Fuel",
        "LAUNCH",
        "ABORT",
        "EJECT",
    ),
    "sr": Phrases(
        "ODLETEO!",
        "Pukao na",
        "ČEKA SE SLEDEĆA RUNDA",
        "Igrači",
        "Ulog",
        "ULOŽI",
        "OTKAŽI",
        "ISPLATA",
    ),
    "ru": Phrases(
        "УЛЕТЕЛ!",
        "Краш на",
        "ОЖИДАЕМ НОВЫЙ РАУНД",
        "Игроки",
        "Ставка",
        "СТАВКА",
        "ОТМЕНА",
        "ВЫВЕСТИ",
    ),
    "pt": Phrases(
        "VOOU PARA LONGE!",
        "Crashou em",
        "Começando em",
        "Jogadores",
        "Valor",
        "APOSTAR",
        "CANCELAR",
        "RETIRAR",
    ),
    "es": Phrases(
        "¡EXPLOTÓ!",
        "Cayó en",
        "Próxima ronda en",
        "Jugadores",
        "Importe",
        "APOSTAR",
        "CANCELAR",
        "COBRAR",
    ),
    "de": Phrases(
        "ABGEFLOGEN!",
        "Absturz bei",
        "Warten auf die nächste Runde",
        "Spieler",
        "Einsatz",
        "SETZEN",
        "ABBRUCH",
        "AUSZAHLEN",
    ),
    "fr": Phrases(
        "ENVOLÉ !",
        "Perdu à",
        "Prochaine manche",
        "Joueurs",
        "Mise",
        "MISER",
        "ANNULER",
        "ENCAISSER",
    ),
    "tr": Phrases(
        "UÇTU GİTTİ!",
        "Patladı:",
        "Sonraki tur bekleniyor",
        "Oyuncu",
        "Bahis",
        "BAHİS",
        "İPTAL",
        "ÇEKİM",
    ),
    "it": Phrases(
        "VOLATO VIA!",
        "Caduto a",
        "In attesa del prossimo giro",
        "Giocatori",
        "Puntata",
        "PUNTA",
        "ANNULLA",
        "INCASSA",
    ),
    "pl": Phrases(
        "ODLECIAŁ!",
        "Rozbity przy",
        "Czekamy na następną rundę",
        "Gracze",
        "Stawka",
        "POSTAW",
        "ANULUJ",
        "WYPŁAĆ",
    ),
    "ka": Phrases(
        "გაფრინდა!",
        "ჩამოვარდა",
        "ველოდებით შემდეგ რაუნდს",
        "მოთამაშე",
        "ფსონი",
        "ფსონი",
        "გაუქმება",
        "გატანა",
    ),
    "el": Phrases(
        "ΠΕΤΑΞΕ!",
        "Έπεσε στο",
        "Αναμονή επόμενου γύρου",
        "Παίκτες",
        "Ποσό",
        "ΠΟΝΤΑΡΙΣΜΑ",
        "ΑΚΥΡΩΣΗ",
        "ΕΞΑΡΓΥΡΩΣΗ",
    ),
    "ro": Phrases(
        "A ZBURAT!",
        "Prăbușit la",
        "Se așteaptă runda următoare",
        "Jucători",
        "Miză",
        "PARIAZĂ",
        "ANULEAZĂ",
        "ÎNCASEAZĂ",
    ),
    "uk": Phrases(
        "ВІДЛЕТІВ!",
        "Впав на",
        "Чекаємо наступний раунд",
        "Гравці",
        "Ставка",
        "СТАВКА",
        "СКАСУВАТИ",
        "ЗАБРАТИ",
    ),
}
