"""Simulated bookmakers: a game server, six different pages in real browser windows, a ledger of truth, and trouble on command.

The `sim` process stands alone: it imports `aviator.core` only, and nothing but `cli`, tests and benches imports it.
"""
