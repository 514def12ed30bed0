"""The search storey."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = "Tìm kiếm"

    def ready(self) -> None:
        from core.events.registry import subscribe
        from core.jobs.registry import register_periodic
        from market.listings.events import ListingChanged
        from market.shops.events import ShopChanged
        from search.documents import jobs
        from search.documents.actions import listing_changed, listings_changed, shop_changed
        from search.documents.events import DocumentRemoved, DocumentStored
        from search.engines.actions import document_removed, document_stored
        from search.engines.registry import current_engine

        current_engine()  # a SEARCH_URL nobody can serve stops the start, not the first buyer
        subscribe(ListingChanged, listing_changed, together=listings_changed)
        subscribe(ShopChanged, shop_changed)
        subscribe(DocumentStored, document_stored)
        subscribe(DocumentRemoved, document_removed)
        register_periodic("search.refresh", jobs.REFRESH_EVERY, jobs.refresh, label="làm mới chỉ mục tìm kiếm")
