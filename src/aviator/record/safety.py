"""The safety state on record, which a starting engine takes up: bets that limits count, the zone of the limit day.

In: an open `Store`. Out: plain values. Engine process, before its writer starts; only `limit_zone` writes. And `write_head`,
for `aviator accept`.
"""

from __future__ import annotations

from contextlib import closing

import sqlalchemy as sa

from aviator.core.bets import Mode, Outcome
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged
from aviator.core.hash_chain import Head
from aviator.record.bets import bets_of
from aviator.record.row_chain import RowChain, mark_of
from aviator.record.schema import bets, betting_blocks, limit_days
from aviator.record.store import Store, open_reader, open_store

COUNTED = 10_000
"""Bets that a start loads for the limits, more than those of any day."""
_COUNTING = (Outcome.PLACED.value, Outcome.UNCERTAIN.value)
SITE_WIDE = "all"


def counted_bets(store: Store, mode: Mode) -> list[BetChanged]:
    """The last bets of all bookmakers in this mode that were placed, or may have been; oldest first."""
    is_counting = sa.or_(bets.c.outcome.is_(None), bets.c.outcome.in_(_COUNTING))
    return bets_of(store, [bets.c.mode == mode.value, is_counting], COUNTED)


def newest_start(store: Store) -> float:
    """The latest `worker_start` of what was told of bets and blocks: a new engine's must be later, or its word counts less."""
    newest = [
        sa.select(sa.func.max(table.c.worker_start)).where(store.of_site(table)).scalar_subquery()
        for table in (bets, betting_blocks)
    ]
    with store.engine.connect() as connection:
        return max((at for at in connection.execute(sa.select(*newest)).one() if at is not None), default=0.0)


def limit_zone(store: Store, site: str, here: str, now: float) -> str:
    """The zone of the limit day: the one on record, else `here`, which is put on record by this."""
    first = sa.select(limit_days.c.zone).where(limit_days.c.site == site).order_by(limit_days.c.id).limit(1)
    with store.engine.begin() as connection:
        if (zone := connection.scalar(first)) is not None:
            return str(zone)
        connection.execute(limit_days.insert().values(site=site, bookmaker=SITE_WIDE, at=now, zone=here))
        with closing(connection.connection.cursor()) as cursor:
            RowChain(site, mark_of(connection.dialect)).add_new(cursor, limit_days.name)
    return here


def write_head(url: str, site: str, name: str, head: Head) -> None:
    """Let an existing database of this version know the head of one of the user's histories; none is made or changed otherwise.

    Raises `UserMistake` where it cannot be opened or written.
    """
    open_reader(url, as_it_is=True).close()
    with closing(open_store(url)) as store:
        driver = store.engine.dialect.loaded_dbapi
        try:
            with closing(store.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
                RowChain(site, mark_of(store.engine.dialect)).set_head(cursor, name, head)
                connection.commit()
        except driver.Error as error:
            raise UserMistake(f"The database takes nothing at the moment ({error}).") from None
