"""What a platform served by hand can do. Its real limits are not public, so ours are wide and versioned."""

from __future__ import annotations

from market.platforms.contract import AdapterKind, Capabilities, MediaWay, ReviewWay


def sheet_capabilities(rule_version: str) -> Capabilities:
    """Capabilities of a sheet layout: nothing can be read back, every change goes through a person."""
    return Capabilities(
        kind=AdapterKind.FILE,
        rule_version=rule_version,
        reads_back=False,
        lookup_by_reference=False,
        sku_unique=False,
        review=ReviewWay.ASYNC,
        rejection_reasons=True,
        media=MediaWay.PACK,
        separate_offers=False,
        can_hide=True,
        can_withdraw=True,
        title_maximum=255,
        description_maximum=20_000,
        photo_maximum=9,
        photo_bytes_maximum=10_000_000,
        page_links=True,
    )
