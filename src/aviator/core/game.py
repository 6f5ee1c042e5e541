"""Facts of the game that several rooms need.

Pure data; any process.
"""

from decimal import Decimal

THRESHOLDS = tuple(map(Decimal, ("1.5", "2", "3", "5", "10")))
"""Multipliers whose crossing is recorded and counted where the settings name no others; ascending."""
