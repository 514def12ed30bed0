"""Whims: how the marketplace itself behaves during a call, where its documentation promises something else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from market.platforms.sandbox.faults import Fault
from market.platforms.sandbox.intake import Refused
from market.platforms.sandbox.listing import BLOCKED, ON_SALE, REFUSED, Fate, Listing

_TAG = re.compile(r"<[^>]*>")
_PHOTO_REASON = {"field": "images", "text": "Sàn không tải được ảnh. Hãy gửi lại ảnh."}


@dataclass(frozen=True)
class Whims:
    """What is at work during one call."""

    faults: Sequence[Fault] = field(default_factory=tuple)

    def has(self, kind: str) -> Fault | None:
        """The first whim of this kind, if it is at work."""
        return next((fault for fault in self.faults if fault.kind == kind), None)

    def version(self, listing: Listing | None, now: float, *, in_list: bool = False) -> Listing | None:
        """The listing as this call gets to see it, or None."""
        if listing is None:
            return None
        lag = self.has("list_lags") if in_list else None
        hiding, stale = self.has("not_readable") or lag, self.has("stale") or lag
        if hiding and now - listing.created_at < hiding.seconds:
            return None
        if stale and listing.previous is not None and now - listing.updated_at < stale.seconds:
            return listing.before()
        return listing

    def content(self, body: Any, content: dict[str, Any]) -> dict[str, Any]:
        """The content as it is kept. Raises Refused for a rule that came up overnight."""
        ruled = self.has("field_required")
        if ruled and not (isinstance(body, dict) and body.get(ruled.required)):
            raise Refused({ruled.required: ["Từ hôm nay mục này là bắt buộc."]})
        if self.has("title_rewritten"):
            content = {**content, "name": f"{content['name'].upper()} GIÁ TỐT"[:120]}
        if self.has("html_stripped"):
            content = {**content, "detail": _TAG.sub("", content["detail"])}
        if self.has("photos_reencoded"):
            content = {**content, "images": [_reencoded(image) for image in content["images"]]}
        return content

    def offer(self, price_vnd: int, quantity: int) -> tuple[int, int]:
        """Price and stock as they are kept."""
        rounded, capped = self.has("price_rounded"), self.has("stock_capped")
        if rounded:
            price_vnd = max(1, price_vnd - price_vnd % rounded.number)
        return price_vnd, min(quantity, capped.number) if capped else quantity

    def fates(self, now: float) -> list[Fate]:
        """What is going to happen to something that is sent now."""
        for fault in self.faults:
            match fault.kind:
                case "review_slow":
                    return [Fate(now + fault.seconds, ON_SALE)]
                case "refused":
                    return [Fate(now + fault.seconds, REFUSED, fault.reasons)]
                case "photo_failed":
                    return [Fate(now + fault.seconds, REFUSED, [_PHOTO_REASON])]
                case "taken_down":
                    return [Fate(now, ON_SALE), Fate(now + fault.seconds, BLOCKED, fault.reasons)]
        return []

    def page_start(self, page: int, size: int) -> int:
        """At which row a page of a list starts."""
        start = (page - 1) * size
        if page > 1 and self.has("page_repeated"):
            start -= size
        shifted = self.has("page_shifted")
        if page > 1 and shifted:
            start += shifted.number
        return max(0, start)


def _reencoded(image: dict[str, Any]) -> dict[str, Any]:
    return {**image, "sha256": hashlib.sha256(f"{image['id']} anew".encode()).hexdigest()}
