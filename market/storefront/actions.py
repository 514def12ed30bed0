"""Keeping share cards."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from market.storefront.drawing.share_card import draw_card
from market.storefront.queries.sharing import ShareCard

FOLDER = "cards"


def kept_card(card: ShareCard, *, of: str) -> bytes:
    """The picture of a card: the kept one, else drawn now (some tenths of a second, once for everything that ever stands
    on it) and kept in place of the earlier ones. `of` is whose it is, "product-12"."""
    path = f"{FOLDER}/{of}-{card.digest}.jpg"
    if default_storage.exists(path):
        with default_storage.open(path) as kept:
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


def _earlier_ones(of: str) -> list[str]:
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [name for name in files if name.startswith(f"{of}-")]
