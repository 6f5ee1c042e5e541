"""Provably fair rounds: a hash chain, and the mapping from a hash to a multiplier.

In: a seed. Out: multipliers with P(X >= m) = 0.97/m, and the hashes that prove they were fixed beforehand. Pure; runs in the
`sim` process.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from decimal import Decimal

CHAIN_LENGTH = 20_000  # five days of play at speed 1; then a new chain follows
_RANGE = 2**52
_RETURN_TO_PLAYER_PERCENT = 97


def multiplier(round_hash: bytes, salt: str) -> Decimal:
    """The multiplier of a round: X = max(1.00, floor(97·2^52 / (2^52 − h)) / 100).

    h is the first 52 bits of HMAC-SHA256(key salt, message hash). Integers only, so every verifier gets the same cent. No
    upper cut-off.
    """
    digest = hmac.new(salt.encode(), round_hash, hashlib.sha256).hexdigest()
    h = int(digest[:13], 16)
    return Decimal(max(100, _RETURN_TO_PLAYER_PERCENT * _RANGE // (_RANGE - h))).scaleb(-2)


def verify(commitment: bytes, revealed: Sequence[bytes]) -> bool:
    """Whether the hashes of consecutive rounds lead back to the commitment: SHA-256 of each gives the one before it."""
    before = commitment
    for round_hash in revealed:
        if hashlib.sha256(round_hash).digest() != before:
            return False
        before = round_hash
    return True


class Chain:
    """An endless sequence of rounds; every `length` of them come from one hash chain whose commitment is known beforehand."""

    def __init__(self, seed: str, length: int = CHAIN_LENGTH) -> None:
        self.salt = seed
        self._length = length
        self._generation = -1
        self._hashes: list[bytes] = []
        self.commitment = b""
        self._renew()

    def next_round(self) -> tuple[bytes, Decimal]:
        """The next round's hash and multiplier."""
        if not self._hashes:
            self._renew()
        round_hash = self._hashes.pop()
        return round_hash, multiplier(round_hash, self.salt)

    def _renew(self) -> None:
        """Made backwards, from the last round to the commitment, because SHA-256 cannot be run the other way."""
        self._generation += 1
        current = hashlib.sha256(f"{self.salt}/{self._generation}".encode()).digest()
        for _ in range(self._length):
            self._hashes.append(current)
            current = hashlib.sha256(current).digest()
        self.commitment = current
