"""What this slice tells the registries of others; called once from `ready()`."""

from __future__ import annotations

from core.files.registry import register_photo_keeper
from core.files.uploads import allow_heavy_requests
from core.imports.registry import register_import_kind
from market.listings.queries import photos_in_drafts
from market.lists.kind import GoodsKind
from market.lists.queries import photos_lists_need
from market.lists.room import ROOM


def register() -> None:
    """The kind of import of goods, and how heavy a list with its pictures may be."""
    register_photo_keeper(photos_lists_need)
    register_photo_keeper(photos_in_drafts)
    register_import_kind(GoodsKind())
    allow_heavy_requests(f"/{ROOM.address}moi/", GoodsKind.attachment_bytes)
