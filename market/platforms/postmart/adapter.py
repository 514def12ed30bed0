"""The contract for Postmart: the shared sheet adapter with Postmart's layout."""

from __future__ import annotations

from market.platforms.postmart.layout import LAYOUT
from market.platforms.sheets.adapter import SheetAdapter


def adapter() -> SheetAdapter:
    """A fresh adapter (it keeps no state)."""
    return SheetAdapter(LAYOUT)
