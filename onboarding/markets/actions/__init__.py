"""Keeping the register of markets, checking payment codes, and writing what stalls tell."""

from onboarding.markets.actions.checking import Found, check_code, decide_name
from onboarding.markets.actions.locking import MarketRefused, NotAllowed
from onboarding.markets.actions.moving import follow_map
from onboarding.markets.actions.register import (
    HolderFacts,
    add_market,
    add_stalls,
    change_market,
    close_market,
    close_stall,
    reopen_market,
    reopen_stall,
    set_holder,
)
from onboarding.markets.actions.using import Told, tell_use

__all__ = [
    "Found", "HolderFacts", "MarketRefused", "NotAllowed", "Told", "add_market", "add_stalls", "change_market", "check_code", "close_market", "close_stall",
    "decide_name", "follow_map", "reopen_market", "reopen_stall", "set_holder", "tell_use",
]  # fmt: skip
