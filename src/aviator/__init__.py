"""AVIATOR: an exact, gap-free record of crash-game rounds, read from the pixels of browser windows."""

__version__ = "0.1.0"
