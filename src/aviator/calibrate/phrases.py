"""The words of crash games in two dozen languages, found in text that was read by a recogniser that knows no Cyrillic.

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
        "|球飞了|已飞走|坠毁|爆炸|s'est envole|envole|uctu|uçtu|uçup gitti|weggeflogen|abgesturzt|abgestürzt|kraj runde"
        "|it flew away|round has ended|plane crashed|odletelo|kraj igre|раунд завершен|раунд окончен|разбился|полетів!"
        "|полетів|відлетів|раунд завершено|отлетя|отлетя!|излетя|край на рунда|voou embora|foi embora|rodada encerrada"
        "|rodada terminada|fim da rodada|se fue volando|voló lejos|se ha ido volando|ronda terminada|ronda finalizada"
        "|se estrelló|il s'est envolé|tour terminé|manche terminée|davongeflogen|ist weggeflogen|runde beendet"
        "|uçtu gitti|uçak uçtu|tur bitti|a zburat|și-a luat zborul|s-a prăbușit|odleciał|samolot odleciał"
        "|runda zakończona|volato via|è volato via|odletěl|uletěl|elrepült|elszállt|imeruka|imepaa|imeondoka"
        "|ndege imeondoka|terbang jauh|telah terbang|đã bay|đã bay đi|bay mất|uchib ketdi|flög iväg"
        "|crashou|explodiu|explotó|a explosé|explodiert|esploso|eksplodował|patladı|взорвался"
    ),
    "waiting": (
        "waiting for next round|waiting for the next round|next round in|next round|starting in|round starts in"
        "|place your bets|bets are open|čeka se sledeća runda|čekanje sledeće runde|sledeća runda|ожидаем новый раунд"
        "|ожидание|ожидание раунда|следующий раунд|прием ставок|делайте ставки|aguardando próxima rodada|aguardando"
        "|próxima rodada|esperando la próxima ronda|próxima ronda|esperando|等待下一局|等待下一轮|等待|即将开始|下注中"
        "|en attente du prochain tour|prochain tour|sonraki tur bekleniyor|sonraki tur|sonraki el"
        "|warten auf die nächste runde|nächste runde|preparing round|loading next round|wait for the next round"
        "|waiting for new round|waiting for bets|round starting in|game starts in|betting is open|make your bets"
        "|čeka se naredna runda|naredna runda|čekanje sljedeće runde|sljedeća runda|ждем новый раунд"
        "|ожидание нового раунда|ожидание следующего раунда|до начала раунда|очікуємо новий раунд"
        "|очікування наступного раунду|чекаємо на наступний раунд|наступний раунд|очікування"
        "|изчакване на следващия рунд|следващ рунд|следващия рунд|изчакване|aguardando a próxima rodada"
        "|esperando a próxima rodada|esperando pela próxima rodada|aguarde a próxima rodada|à espera da próxima ronda"
        "|façam suas apostas|esperando la siguiente ronda|siguiente ronda|hagan sus apuestas"
        "|en attente du prochain round|en attente de la prochaine manche|prochaine manche|prochaine partie"
        "|faites vos jeux|warte auf die nächste runde|warten auf nächste runde|sonraki turu bekliyor"
        "|sonraki turu bekleyin|bir sonraki tur bekleniyor|yeni tur bekleniyor|sonraki raunt"
        "|se așteaptă runda următoare|așteptăm runda următoare|runda următoare|următoarea rundă"
        "|oczekiwanie na następną rundę|następna runda|kolejna runda|in attesa del prossimo round"
        "|in attesa del prossimo turno|prossimo round|prossimo turno|čekání na další kolo|další kolo|ďalšie kolo"
        "|várakozás a következő körre|következő kör|inasubiri raundi inayofuata|inasubiri raundi ijayo"
        "|raundi inayofuata|raundi ijayo|mzunguko ujao|weka dau lako|menunggu ronde berikutnya|ronde berikutnya"
        "|putaran berikutnya|chờ vòng tiếp theo|vòng tiếp theo|keyingi raund|väntar på nästa omgång|nästa omgång"
        "|next game in|next game starts in|new game in|next flight in|começando em|começa em|próximo jogo em"
        "|empieza en|comienza en|próximo juego|prochain jeu|nächstes spiel|sonraki oyun|следующая игра"
    ),
    "flying": (
        "飞行中|飞行中及时套现|running|cash out before|in flight|в полете|летит|voando|uçuyor|летим"
        "|летить|в полет|en vuelo|em voo|im flug|uçuşta|în zbor|w locie"
    ),
    "bet": (
        "bet|place bet|bet now|start|uloži|ulozi|kladi se|opkladi se|ставка|поставить|сделать ставку|apostar|aposta"
        "|apuesta|下注|投注|parier|miser|bahis yap|bahis|setzen|wetten|einsatz|下注下一轮|bet next round"
        "|bet (next round)|игра|играть|join|place bet next round|make a bet|place a bet|wager|uplati|igraj"
        "|зробити ставку|поставити|заложи|залог|направи залог|fazer aposta|jogar|apostar agora|hacer apuesta|jugar|pari"
        "|jouer|placer un pari|wette|wette platzieren|bahis oyna|bahis koy|pariază|pariu|plasează pariul|zakład|postaw"
        "|obstaw|postaw zakład|scommetti|scommessa|punta|puntata|vsadit|sázka|vsadiť|stávka|tét|fogadás|weka dau|beti"
        "|weka beti|dau|taruhan|pasang taruhan|cược|đặt cược|satsa"
    ),
    "cancel": (
        "cancel|cancel bet|otkaži|poništi|отмена|отменить|cancelar|取消|annuler|iptal|abbrechen|stornieren"
        "|waiting cancel|odustani|otkaži opkladu|отменить ставку|скасувати|скасувати ставку|відміна|відмінити|откажи"
        "|отказ|отмени|отказване|cancelar aposta|cancelar apuesta|annuler le pari|iptal et|bahsi iptal et|vazgeç"
        "|wette stornieren|anulează|anulare|anuluj|annulla|zrušit|zrušiť|mégse|ghairi|sitisha|futa|batal|batalkan|hủy"
        "|hủy cược|bekor qilish|avbryt"
    ),
    "cash_out": (
        "cash out|cashout|isplata|isplati|вывести|забрать|вывод|кэшаут|retirar|sacar|encerrar|cobrar|兑现|套现|提现"
        "|encaisser|retirer|nakit çek|bozdur|auszahlen|auszahlung|take|collect|eject|isplati se|podigni|получить"
        "|забрать выигрыш|вывести выигрыш|вивести|забрати|зняти|отримати|отримати виграш|изтегли|осребри|resgatar"
        "|levantar|receber|encaissement|auszahlen lassen|nakde çevir|para çek|nakit al|încasează|încasare|retrage"
        "|wypłać|wypłata|odbierz|incassa|preleva|riscuoti|vybrat|výběr|vyplatit|kifizetés|toa pesa|chukua pesa|chukua"
        "|cairkan|rút tiền|yechib olish|ta ut"
    ),
    "auto_cash_out": (
        "auto cash out|auto cashout|auto-cashout|auto isplata|автовывод|авто вывод|авто-вывод|автокэшаут|auto saque"
        "|saque automático|auto retirar|retiro automático|auto retiro|自动兑现|自动套现|自动提现|encaissement auto"
        "|retrait auto|otomatik bozdurma|otomatik nakit|auto-auszahlung|cash out at|auto stop|target multiplier"
        "|auto withdraw|auto take|auto collect|automatska isplata|автоматический вывод|автоматический кэшаут"
        "|автоматичний вивід|автовивід|автокешаут|автоматично теглене|авто теглене|saque auto|auto cobro"
        "|cobro automático|retirada automática|resgate automático|encaissement automatique|retrait automatique"
        "|auto encaissement|automatische auszahlung|auto auszahlung|otomatik nakde çevir|otomatik nakit çekme"
        "|otomatik para çek|auto încasare|încasare automată|retragere automată|automatyczna wypłata|auto wypłata"
        "|incasso automatico|prelievo automatico|automatický výběr|automatikus kifizetés|toa pesa kiotomatiki"
        "|kutoa kiotomatiki|rút tiền tự động"
    ),
    "balance": (
        "balance|stanje|saldo|баланс|счет|余额|bakiye|solde|guthaben|kontostand|wallet|my balance|credits|credit|funds"
        "|kredit|available|disponible|carteira|на счету|account balance|my wallet|stanje na računu|raspoloživo"
        "|мой баланс|рахунок|залишок|сметка|наличност|cartera|billetera|portefeuille|verfügbar|bakiyem|bakiyeniz|cüzdan"
        "|sold|soldul|sold curent|sold disponibil|stan konta|środki|zůstatek|zostatok|egyenleg|salio|salio lako|số dư"
        "|balans"
    ),
    "total_win": (
        "total win|total winnings|total won|win total|ukupan dobitak|ukupni dobitak|общий выигрыш|сумма выигрыша"
        "|выигрыш|всего выиграно|ganho total|total ganho|ganancia total|ganho|总赢|总奖金|本局总赢|gain total|gains"
        "|toplam kazanç|gesamtgewinn|dobitak|winnings|total payout|total cashed out|ukupna isplata|общая сумма выигрыша"
        "|загальний виграш|сума виграшу|виграш|обща печалба|печалба|ganhos|ganhos totais|total de ganhos|ganancias"
        "|ganancias totales|total de ganancias|gains totaux|total des gains|gesamtgewinne|toplam kazançlar|câștig total"
        "|câștiguri|suma wygranych|wygrana|vincita|vincita totale|vincite totali|výhra|celková výhra|nyeremény|ushindi"
        "|jumla ya ushindi|tổng thắng"
    ),
    "players": (
        "players|player count|online|users|playing now|igrači|igrača|igraca|igraju|игроки|игроков|игрока|онлайн"
        "|jogadores|jugadores|en línea|在线|玩家|在线玩家|人在线|joueurs|en ligne|oyuncular|oyuncu|çevrimiçi|spieler"
        "|кол-во игроков|players online|active players|participants|bettors|участники|участников|гравці|гравців|играчи"
        "|играча|jogadores online|apostadores|participantes|mitspieler|aktif oyuncular|oyuncu sayısı|jucători"
        "|jucatorilor|participanți|gracze|graczy|giocatori|hráči|hráčů|játékosok|játékos|wachezaji|mtandaoni|pemain"
        "|người chơi|spelare"
    ),
    "bets": (
        "bets|total bets|number of bets|opklade|opklada|ставок|ставки|кол-во ставок|apostas|apuestas|注|总注数"
        "|本局总注数|paris|mises|bahisler|einsätze|wetten|all bets|sve opklade|все ставки|todas|bets placed|live bets"
        "|broj opklada|усі ставки|всі ставки|всичко залози|залози|всички залози|todas as apostas|total de apostas"
        "|todas las apuestas|total apuestas|tous les paris|total des paris|alle einsätze|alle wetten|tüm bahisler"
        "|toplam bahis|pariuri|toate pariurile|total pariuri|zakłady|wszystkie zakłady|scommesse|tutte le scommesse"
        "|puntate|sázky|všechny sázky|stávky|tétek|összes tét|dau zote|madau|jumla ya dau|semua taruhan|tất cả cược"
        "|tổng cược"
    ),
    "stake": (
        "bet amount|amount|stake|iznos|сумма|сумма ставки|valor|monto|投注额|金额|montant|mise|tutar|betrag"
        "|stake amount|bet sum|iznos uloga|сума|сума ставки|сума на залога|valor da aposta|monto de apuesta|importe"
        "|cantidad|montant du pari|einsatzhöhe|bahis tutarı|miktar|suma|miza|kwota|stawka|importo|částka|összeg|kiasi"
        "|số tiền"
    ),
    "other_money": (
        "win|bet|won|prize|jackpot|bonus|free bets|dobitak|ulog|выигрыш|ставка|сумма ставок|бонус|prêmio|premio|aposta"
        "|bono|赢|投注|奖池|奖金|gain|mise|pari|kazanç|bahis|gewinn|einsatz|max win|max bet|min bet|payout|profit"
        "|total bets|price|total|виграш|печалба|залог|pariu|premiu|câștig|wygrana|vincita|puntata|výhra|sázka|nyeremény"
        "|tét|ushindi|dau|min stake|max stake|max payout"
    ),
    "game": (
        "aviator|aviatrix|jetx|jet x|crash|crash game|spaceman|lucky jet|luckyjet|zeppelin|rocketman|rocket x|flyx"
        "|high flyer|cash or crash|pilot|авиатор|crash x|rocket queen|space xy|skyliner"
    ),
    "offline": (
        "connection lost|reconnecting|disconnected|veza je prekinuta|соединение потеряно|conexão perdida"
        "|session has ended|sesija je istekla"
    ),
}

_ALIKE = str.maketrans(
    {"Ш": "W", "Щ": "W", "І": "I", "Ї": "I", "Є": "E", "Ґ": "R"}
    | dict(zip("АВЕКМНОРСТУХЗИЛПГДЖФЦЧЭЮЯБЫЬЪЈЉЊЋЂŁØÐĐ0185", "ABEKMHOPCTYX3NNNRDXOU43ORBBBBJNHHDLODDOIBS", strict=True))
)
"""The recogniser knows no Cyrillic and answers with what looks like it."""


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Capitals without accents, blanks and punctuation; Cyrillic as its Latin look-alikes."""
    plain = unicodedata.normalize("NFD", text.replace("ı", "i").replace("ž", "z")).upper().replace("İ", "I")
    letters = (c for c in plain.translate(_ALIKE) if c.isalnum() and not unicodedata.combining(c))
    return "".join(letters).upper()


_FOLDED = {concept: tuple(dict.fromkeys(fold(p) for p in phrases.split("|"))) for concept, phrases in PHRASES.items()}
_ALL = frozenset(phrase for phrases in _FOLDED.values() for phrase in phrases)
_EXACT = frozenset({"SOLD", "PARI", "BETI", "FUTA", "SUMA", "MIZA", "CRASHOU"})
"""One letter makes a common word of another kind of these: gold, part, bets, date, a cash-out button cut at its end."""


@lru_cache(maxsize=16384)
def says(text: str, concept: str) -> bool:
    """Is `text`, numbers and currency apart, one of the phrases for `concept`, give or take a few letters?"""
    words = fold("".join(c for c in text if not c.isdigit()))
    return bool(words) and (fold(text) in _FOLDED[concept] or _named(words, concept))  # ОТКАЗ is read as OTKA3


@lru_cache(maxsize=16384)
def mentions(text: str, concept: str) -> bool:
    """Does one of the phrases for `concept` occur in `text`, or make up most of it?"""
    words = fold(text)
    return any(_long(p) and p in words for p in _FOLDED[concept]) or _named(words, concept)


def share(text: str, concept: str) -> float:
    """How much of `text` the longest phrase for the concept makes up that occurs in it; 1 where it is one, misread."""
    words = fold(text)
    if _named(words, concept):
        return 1.0
    return max((len(p) for p in _FOLDED[concept] if _long(p) and p in words), default=0) / max(1, len(words))


def _named(words: str, concept: str) -> bool:
    """Are these a phrase for the concept, or a misread one? STAKE is no misread TAKE, for it is a phrase itself."""
    if words in _FOLDED[concept]:
        return True
    return words not in _ALL and any(_near(words, phrase) for phrase in _FOLDED[concept])


def _long(phrase: str) -> bool:
    return len(phrase) >= (2 if any(c > "\u2e80" for c in phrase) else 4)


def _near(words: str, phrase: str) -> bool:
    allowed = 0 if phrase in _EXACT else min(len(phrase), len(words)) // 4
    return words == phrase or (bool(allowed) and abs(len(words) - len(phrase)) <= allowed and distance(words, phrase) <= allowed)


def distance(a: str, b: str) -> int:
    """Levenshtein: how many letters must be put in, left out or changed to make `b` of `a`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
