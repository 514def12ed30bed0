"""The producer's listings: list, write, publish, pause."""

from market.listings.views.board import listings, pause, publish, several
from market.listings.views.drafts import drop, keep
from market.listings.views.editing import edit, new
from market.listings.views.pictures import turn, upload
from market.listings.views.sizing import new_size

__all__ = ["drop", "edit", "keep", "listings", "new", "new_size", "pause", "publish", "several", "turn", "upload"]
