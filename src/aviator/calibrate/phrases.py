"""The words of crash games in nine languages, found in text that was read by a recogniser that knows no Cyrillic.

In: text as read (`CTABKA`, `ULOžı`, `YNETEN!`). Out: which concepts it names. Letters that look alike are folded into one, so
that СТАВКА, CTABKA and ctabka are the same; short of that, a share of wrong letters is allowed that grows with the length.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

PHRASES: dict[str, str] = {
    "ended": (
        "flew away|flew off|crashed|crashed at|busted|bust|round over|round ended|odleteo|odletio|avion je odleteo"
        "|улетел|улетел!|краш|voou para longe|voou longe|voou|se fue|se ha ido|volo lejos|exploto|本轮结束|飞走了"
        "|球飞了|已飞走|坠毁|爆炸|s'est envole|envole|uctu|uçtu|uçup gitti|weggeflogen|abgesturzt|abgestürzt"
        "|kraj runde"
    ),
    "waiting": (
        "waiting for next round|waiting for the next round|next round in|next round|starting in|round starts in"
        "|place your bets|bets are open|čeka se sledeća runda|čekanje sledeće runde|sledeća runda|ожидаем новый раунд"
        "|ожидание|ожидание раунда|следующий раунд|прием ставок|делайте ставки|aguardando próxima rodada|aguardando"
        "|próxima rodada|esperando la próxima ronda|próxima ronda|esperando|等待下一局|等待下一轮|等待|即将开始"
        "|下注中|en attente du prochain tour|prochain tour|sonraki tur bekleniyor|sonraki tur|sonraki el"
        "|warten auf die nächste runde|nächste runde|preparing round|loading next round"
    ),
    "flying": "飞行中|飞行中及时套现|running|cash out before|in flight|в полете|летит|voando|volando|uçuyor|en vol",
    "bet": (
        "bet|place bet|bet now|start|uloži|ulozi|kladi se|opkladi se|ставка|поставить|сделать ставку|apostar|aposta"
        "|apuesta|下注|投注|parier|miser|bahis yap|bahis|setzen|wetten|einsatz|下注下一轮|bet next round"
        "|bet (next round)|игра|играть|join|place bet next round"
    ),
    "cancel": (
        "cancel|cancel bet|otkaži|poništi|отмена|отменить|cancelar|取消|annuler|iptal|abbrechen|stornieren|waiting cancel"
    ),
    "cash_out": (
        "cash out|cashout|isplata|isplati|вывести|забрать|вывод|кэшаут|retirar|sacar|encerrar|cobrar|兑现|套现|提现"
        "|encaisser|retirer|nakit çek|bozdur|auszahlen|auszahlung|take|collect|eject"
    ),
    "auto_cash_out": (
        "auto cash out|auto cashout|auto-cashout|auto isplata|автовывод|авто вывод|авто-вывод|автокэшаут|auto saque"
        "|saque automático|auto retirar|retiro automático|auto retiro|自动兑现|自动套现|自动提现|encaissement auto"
        "|retrait auto|otomatik bozdurma|otomatik nakit|auto-auszahlung|cash out at|auto stop|target multiplier"
    ),
    "balance": (
        "balance|stanje|saldo|баланс|счет|余额|bakiye|solde|guthaben|kontostand|wallet|my balance|credits|credit"
        "|funds|kredit|available|disponible|carteira|на счету"
    ),
    "total_win": (
        "total win|total winnings|total won|win total|ukupan dobitak|ukupni dobitak|общий выигрыш|сумма выигрыша"
        "|выигрыш|всего выиграно|ganho total|total ganho|ganancia total|ganho|总赢|总奖金|本局总赢|gain total|gains"
        "|toplam kazanç|gesamtgewinn|dobitak|winnings"
    ),
    "players": (
        "players|player count|online|users|playing now|igrači|igrača|igraca|igraju|игроки|игроков|игрока|онлайн"
        "|jogadores|jugadores|en línea|在线|玩家|在线玩家|人在线|joueurs|en ligne|oyuncular|oyuncu|çevrimiçi|spieler"
        "|кол-во игроков"
    ),
    "bets": (
        "bets|total bets|number of bets|opklade|opklada|ставок|ставки|кол-во ставок|apostas|apuestas|注|总注数"
        "|本局总注数|paris|mises|bahisler|einsätze|wetten|all bets|sve opklade|все ставки|todas"
    ),
    "stake": (
        "bet amount|amount|stake|iznos|сумма|сумма ставки|valor|monto|投注额|金额|montant|mise|tutar|betrag|stake amount|bet sum"
    ),
    "other_money": (
        "win|bet|won|prize|jackpot|bonus|free bets|dobitak|ulog|выигрыш|ставка|сумма ставок|бонус|prêmio|premio"
        "|aposta|bono|赢|投注|奖池|奖金|gain|mise|pari|kazanç|bahis|gewinn|einsatz|max win|max bet|min bet|payout"
        "|profit|total bets|price|total"
    ),
    "game": (
        "aviator|aviatrix|jetx|jet x|crash|crash game|spaceman|lucky jet|luckyjet|zeppelin|rocketman|rocket x|flyx"
        "|high flyer|cash or crash|pilot"
    ),
    "offline": (
        "connection lost|reconnecting|disconnected|veza je prekinuta|соединение потеряно|conexão perdida"
        "|session has ended|sesija je istekla"
    ),
}

_ALIKE = str.maketrans(
    {"Ш": "W", "Щ": "W"}
    | dict(zip("АВЕКМНОРСТУХЗИЛПГДЖФЦЧЭЮЯБЫЬЪЈЉЊЋЂŁØÐĐ0185", "ABEKMHOPCTYX3NNNRDXOU43ORBBBBJNHHDLODDOIBS", strict=True))
    | {"Ш": "W", "Щ": "W"}
)
"""The recogniser knows no Cyrillic and answers with what looks like it."""


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Capitals without accents, blanks and punctuation; Cyrillic as its Latin look-alikes."""
    plain = unicodedata.normalize("NFD", text.replace("ı", "i").replace("ž", "z")).upper().replace("İ", "I")
    letters = (c for c in plain.translate(_ALIKE) if c.isalnum() and not unicodedata.combining(c))
    return "".join(letters).upper()


_FOLDED = {concept: tuple(dict.fromkeys(fold(p) for p in phrases.split("|"))) for concept, phrases in PHRASES.items()}


@lru_cache(maxsize=16384)
def says(text: str, concept: str) -> bool:
    """Is `text`, numbers and currency apart, one of the phrases for `concept`, give or take a few letters?"""
    words = fold("".join(c for c in text if not c.isdigit()))
    return bool(words) and any(_near(words, phrase) for phrase in _FOLDED[concept])


@lru_cache(maxsize=16384)
def mentions(text: str, concept: str) -> bool:
    """Does one of the phrases for `concept` occur in `text`, or make up most of it?"""
    words = fold(text)
    return any((_long(p) and p in words) or _near(words, p) for p in _FOLDED[concept])


def _long(phrase: str) -> bool:
    return len(phrase) >= (2 if any(c > "\u2e80" for c in phrase) else 4)


def _near(words: str, phrase: str) -> bool:
    allowed = min(len(phrase), len(words)) // 4
    if words == phrase:
        return True
    return bool(allowed) and abs(len(words) - len(phrase)) <= allowed and distance(words, phrase) <= allowed


def distance(a: str, b: str) -> int:
    """Levenshtein: how many letters must be put in, left out or changed to make `b` of `a`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
