"""Learns a bookmaker's profile from pixels of which is known what they show. An offline tool, run by `cli`."""
