"""The storey of selling."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "market"
    verbose_name = "Chợ"

    def ready(self) -> None:
        from datetime import timedelta

        from core.audit.actions import register_vocabulary
        from core.desk.registry import register_todos
        from core.events.registry import subscribe
        from core.jobs.registry import register_periodic
        from market.listings.events import ListingChanged
        from market.listings.jobs import announce_turning_badges
        from market.listings.queries import listing_todos
        from market.orders.actions import on_payment_settled, release_forgotten_orders
        from market.orders.queries import order_todos
        from market.payments.events import PaymentSettled
        from market.payments.jobs import ask_about_open_attempts
        from market.platforms.contract import register_adapter
        from market.platforms.engine.desired import on_consents_recorded, on_listing_changed, on_shop_changed
        from market.platforms.engine.look import look_at_due
        from market.platforms.engine.push import push_due
        from market.platforms.postmart.adapter import adapter as postmart
        from market.platforms.queries import platform_todos
        from market.platforms.santhu.adapter import SanThuAdapter
        from market.platforms.voso.adapter import adapter as voso
        from market.shops.events import ShopChanged
        from onboarding.consent.events import ConsentsRecorded

        register_adapter("voso", voso)
        register_adapter("postmart", postmart)
        register_adapter("santhu", SanThuAdapter)
        register_vocabulary(VOCABULARY)
        for source in (order_todos, platform_todos, listing_todos):
            register_todos(source)
        subscribe(ListingChanged, on_listing_changed)
        subscribe(ShopChanged, on_shop_changed)
        subscribe(ConsentsRecorded, on_consents_recorded)
        subscribe(PaymentSettled, on_payment_settled)
        register_periodic("listings.badges", timedelta(hours=1), announce_turning_badges)
        register_periodic("platforms.push", timedelta(seconds=1), push_due)
        register_periodic("platforms.look", timedelta(seconds=2), look_at_due)
        register_periodic("payments.ask", timedelta(seconds=10), ask_about_open_attempts)
        register_periodic("orders.release", timedelta(minutes=1), release_forgotten_orders)


VOCABULARY = [
    "shop.opened",
    "shop.changed",
    "listing.written",
    "listing.published",
    "listing.paused",
    "listing.badges_set",
    "listing.sent_again",
    "order.placed",
    "order.paid",
    "order.paid_late",
    "order.released",
    "payment.settled",
    "payment.paid_twice",
    "sheet.exported",
    "sheet.answered",
    "link.confirmed",
    "link.refused",
]
