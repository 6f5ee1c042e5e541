"""Imported by the fork server only: what every worker needs, loaded once, so that workers share the memory of it."""

import aviator.see.worker
from aviator.see.tesseract import SHARED

SHARED.start()

__all__ = ["aviator"]
