"""Keeping share cards."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.kit import clock
from market.storefront.drawing.share_card import draw_card
from market.storefront.queries.sharing import ShareCard, owners_of_cards

FOLDER = "cards"
UNUSED_AFTER = timedelta(days=1)
# Whose it is, what stands on it, and what the storage adds to a name that is taken.
_NAME = re.compile(r"((?:product|shop)-[\w-]+)-[0-9a-f]{16}(?:_\w+)?\.jpg")


def kept_card(card: ShareCard, *, of: str) -> bytes:
    """The picture of a card: the kept one, else drawn now (some tenths of a second, once for everything that ever stands
    on it) and kept in place of the earlier ones. `of` is whose it is, "product-12"."""
    path = f"{FOLDER}/{of}-{card.digest}.jpg"
    with contextlib.suppress(FileNotFoundError), default_storage.open(path) as kept:
        return bytes(kept.read())
    drawn = draw_card(card.facts, _photo_bytes(card))
    for name in _earlier_ones(of):
        default_storage.delete(f"{FOLDER}/{name}")
    if not default_storage.exists(path):  # two may have drawn it at once; both drew the same
        default_storage.save(path, ContentFile(drawn))
    return drawn


def _photo_bytes(card: ShareCard) -> bytes:
    if card.photo is None:
        return b""
    try:
        with card.photo.large.open("rb") as photo:
            return bytes(photo.read())
    except FileNotFoundError:  # a restored database beside other files: a card without its photo is better than none
        return b""


def remove_unused_cards() -> int:
    """Delete cards of what is no longer shown; should it be shown again, they are drawn again. Returns how many; a periodic
    job."""
    used = owners_of_cards()
    removed = 0
    for name, of in list(_kept()):
        with contextlib.suppress(FileNotFoundError):  # a new one has taken its place
            path = f"{FOLDER}/{name}"
            if of not in used and default_storage.get_modified_time(path) < clock.now() - UNUSED_AFTER:
                default_storage.delete(path)
                removed += 1
    return removed


def _earlier_ones(of: str) -> list[str]:
    return [name for name, owner in _kept() if owner == of]


def _kept() -> Iterator[tuple[str, str]]:
    """The names of the kept cards, and whose they are. Not by the beginning of the name: "shop-vuon" begins
    "shop-vuon-anh-an" too."""
    with contextlib.suppress(FileNotFoundError):
        for name in default_storage.listdir(FOLDER)[1]:
            if found := _NAME.fullmatch(name):
                yield name, found[1]
