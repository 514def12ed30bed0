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
        from ocop.certificates.events import CertificatesChanged
        from ocop.presence.events import PresenceChanged
        from onboarding.accounts.events import LinkSeen
        from onboarding.consent.events import ConsentsRecorded
        from onboarding.producers.events import ProducersChanged
        from search.documents import actions, jobs
        from search.documents.events import DocumentRemoved, DocumentStored
        from search.engines.actions import document_removed, document_stored, documents_stored
        from search.engines.registry import current_engine, is_outside
        from search.upkeep.ready import register as register_upkeep

        current_engine()  # a SEARCH_URL nobody can serve stops the start, not the first buyer
        subscribe(ListingChanged, actions.listing_changed, together=actions.listings_changed)
        subscribe(ShopChanged, actions.shop_changed)
        subscribe(CertificatesChanged, actions.paper_changed)
        subscribe(PresenceChanged, actions.paper_changed)
        subscribe(ConsentsRecorded, actions.consents_recorded)
        subscribe(ProducersChanged, actions.producers_changed)
        subscribe(LinkSeen, actions.link_seen)
        subscribe(DocumentStored, document_stored, together=documents_stored)
        subscribe(DocumentRemoved, document_removed)
        register_periodic("search.refresh", jobs.REFRESH_EVERY, jobs.refresh, label="làm mới chỉ mục tìm kiếm")
        if is_outside():
            from search.engines.elastic.jobs import RENEW_EVERY, SEND_EVERY, renew, send_changes

            register_periodic("search.send", SEND_EVERY, send_changes, label="gửi thay đổi sang máy tìm kiếm")
            register_periodic("search.renew", RENEW_EVERY, renew, label="làm lại chỉ mục của bản cũ")
        register_upkeep()
