"""The producer's listings: list, write, publish, pause."""

from market.listings.views.board import listings, pause, several
from market.listings.views.drafts import drop, keep
from market.listings.views.editing import edit, new, new_size
from market.listings.views.pictures import turn, upload

__all__ = ["drop", "edit", "keep", "listings", "new", "new_size", "pause", "several", "turn", "upload"]
