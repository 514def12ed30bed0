"""Who still needs a photo that no row shows: what somebody typed and has not saved, what an undo would give back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

PhotoKeeper = Callable[[Collection[uuid.UUID]], set[uuid.UUID]]
_keepers: list[PhotoKeeper] = []


def register_photo_keeper(keeper: PhotoKeeper) -> None:
    """`keeper` says which of these photos it still needs; called from `ready()`."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def still_needed(photo_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these photos that some keeper needs."""
    return {each for keeper in _keepers for each in keeper(photo_ids)}
