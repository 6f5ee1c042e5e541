"""Imported by the fork server only: what every worker needs, loaded once, so that workers share the memory of it."""

import gc

import aviator.see.worker
from aviator.see.tesseract import SHARED

SHARED.start()
# Otherwise the collector of each worker writes to these objects, and every worker gets its own copy of their pages.
gc.collect()
gc.freeze()

__all__ = ["aviator"]
