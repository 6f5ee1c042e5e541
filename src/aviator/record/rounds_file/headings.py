"""The words of headings, normalized, in the languages in which files of rounds are found."""

# ruff: noqa: SIM905 - one word to a literal would need 150 lines

MULTIPLIER_STEMS = tuple(
    """
    multipl crash bust coef coeff koef mnoz множ коэф коеф кэф carpan katsay moltiplic szorzo
    vermenigvuldig nasob kerroin multiplik
    """.split()
)
"""A word that begins so means the multiplier."""
GENERAL = frozenset(
    """
    cota cote cuota deger ergebnis factor faktor kurs kvota odd odds oran outcome payout point
    quota quote rate ratio result resultado resultat rezultat rezultati risultato score sonuc
    valeur valor valore value vrednost vrijednost wartosc wert wynik x вредност значение итог
    квота резултат результат
    """.split()
)
"""Headings that may mean the multiplier where no other one says so."""
TIME_WORDS = tuple(
    """
    ended_at end_time ended endtime end crashed_at crash_time finished_at kraj ende fin fim
    timestamp time_stamp datetime date_time created_at recorded_at ts at zeitstempel horodatage
    time vreme vrijeme време время час zeit uhrzeit hora horario heure saat zaman czas ora
    orario date datum датум дата fecha data tarih unix unixtime epoch datum_i_vreme дата_и_время
    data_hora data_e_hora fecha_hora fecha_y_hora tarih_saat date_heure when vreme_kraja
    local_time utc_time date_utc moment
    """.split()
)
"""Headings of times, the end of a round first."""
ID_WORDS = frozenset(
    """
    # bet_id game game_hash game_id game_number gameid gamenumber hash id id_runde kolo manche
    no nr number partida rb redni_broj rodada ronda round round_hash round_id round_no
    round_number roundid roundnumber runda runde spiel tur игра ид номер раунд
    """.split()
)
"""Headings of the round's own number."""
BOOKMAKERS = tuple(
    """
    bookmaker bookie kladionica кладионица букмекер casino buchmacher casa_de_apuestas
    """.split()
)
"""Headings of the bookmaker's name."""
NOT_MULTIPLIER = frozenset(
    """
    amount at auto avg balance bet bets cashout count data date datum duration fecha game hash
    heure hora id max mean min money ms next no nonce number players prev previous profit round
    saat sec seconds seed stake target tarih time total user vreme vrijeme win wins zeit время
    дата
    """.split()
)
"""A heading with one of these words is not the multiplier, such as `crash_id`."""
UNIT_WORDS = frozenset(
    """
    cet gmt local ms s sec unix utc x
    """.split()
)
"""Words of a heading that only name a unit."""
