"""The contract for VoSo: the shared sheet adapter with VoSo's layout."""

from __future__ import annotations

from market.platforms.sheets.adapter import SheetAdapter
from market.platforms.voso.layout import LAYOUT


def adapter() -> SheetAdapter:
    """A fresh adapter (it keeps no state)."""
    return SheetAdapter(LAYOUT)
