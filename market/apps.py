"""The storey of selling."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "market"
    verbose_name = "Chợ"

    def ready(self) -> None:
        from datetime import time, timedelta

        from core.audit.registry import register_objects, register_subject_labels, register_vocabulary
        from core.desk.registry import Room, register_section, register_todos
        from core.events.registry import subscribe
        from core.jobs.registry import register_periodic
        from core.messages.registry import register_message_kind
        from core.people.helping.registry import register_holding
        from core.people.reveal.registry import Revealable, register_revealable
        from market.feeds.ready import register as register_feeds
        from market.goods.ready import register as register_goods
        from market.listings.events import ListingChanged
        from market.listings.jobs import BADGES_JOB, announce_turning_badges
        from market.listings.promotions.ready import register as register_promotions
        from market.listings.queries import households_without_goods
        from market.listings.ready import register as register_listings
        from market.listings.todos import listing_todos
        from market.lists.ready import register as lists_ready
        from market.orders.actions import (
            accept_paid_orders,
            on_payment_settled,
            on_refund_finished,
            release_forgotten_purchases,
        )
        from market.orders.kinds import ORDER_PAID
        from market.orders.paid_for import PURCHASES
        from market.orders.queries import bought_beyond, labels_of_buyer, order_todos, phone_of_receiver
        from market.payments.desk.ready import register as register_money_desk
        from market.payments.events import PaymentSettled, RefundFinished
        from market.payments.jobs import live_attempts, live_refunds, live_refunds_asked, see_to_trials
        from market.payments.messages.ready import register as register_gateway_messages
        from market.payments.rules import may_see_money
        from market.payments.sources import register_payer
        from market.payments.stripe_api.desk.webhooks.ready import register as register_webhook_pages
        from market.payments.stripe_api.ready import register as register_stripe_api
        from market.payments.stripe_api.webhooks.ready import register as register_webhooks
        from market.payouts.ready import register as register_payouts
        from market.platforms.contract import register_adapter
        from market.platforms.engine.desired import (
            on_consents_recorded,
            on_listing_changed,
            on_listings_changed,
            on_shop_changed,
        )
        from market.platforms.engine.look import look_at_due
        from market.platforms.engine.push import push_due
        from market.platforms.kinds import LISTING_REFUSED
        from market.platforms.kinto.adapter import KintoAdapter
        from market.platforms.medusa.adapter import MedusaAdapter
        from market.platforms.oscar.adapter import OscarAdapter
        from market.platforms.postmart.adapter import adapter as postmart
        from market.platforms.ready import register as register_platforms
        from market.platforms.reconcile.finding import reconcile_all
        from market.platforms.santhu.adapter import SanThuAdapter
        from market.platforms.seller.todos import platform_todos
        from market.platforms.vendure.adapter import VendureAdapter
        from market.platforms.voso.adapter import adapter as voso
        from market.reports import ready as reports
        from market.shops.events import ShopChanged
        from market.shops.ready import register as get_shops_ready
        from market.storefront.ready import register as register_storefront
        from onboarding.consent.events import ConsentsRecorded
        from onboarding.visits.registry import FollowUp, register_follow_up

        reports.register()
        register_follow_up(FollowUp("no_goods", "Chưa có sản phẩm", households_without_goods, order=30))
        register_adapter("voso", voso)
        register_adapter("postmart", postmart)
        register_adapter("santhu", SanThuAdapter)
        register_adapter("oscar", OscarAdapter, label="Cửa hàng django-oscar (oscarapi)")
        register_adapter("medusa", MedusaAdapter, label="Cửa hàng Medusa")
        register_adapter("vendure", VendureAdapter, label="Cửa hàng Vendure")
        register_adapter("kinto", KintoAdapter, label="Danh sách mở trên Kinto")
        register_platforms()
        register_promotions()
        register_listings()
        lists_ready()
        register_storefront()
        register_feeds()
        register_goods()
        register_vocabulary(VOCABULARY)
        register_objects(OBJECTS)
        for kind in (ORDER_PAID, LISTING_REFUSED):
            register_message_kind(kind)
        get_shops_ready()
        register_gateway_messages()
        register_money_desk()
        register_stripe_api()
        register_payouts()
        register_webhooks()
        register_webhook_pages()
        register_subject_labels(labels_of_buyer)
        register_holding("market.Purchase", bought_beyond)
        register_revealable("order-phone", Revealable("Số điện thoại người nhận", phone_of_receiver))
        for source in (order_todos, platform_todos, listing_todos):
            register_todos(source)
        subscribe(ListingChanged, on_listing_changed, together=on_listings_changed)
        subscribe(ShopChanged, on_shop_changed)
        subscribe(ConsentsRecorded, on_consents_recorded)
        subscribe(PaymentSettled, on_payment_settled)
        subscribe(RefundFinished, on_refund_finished)
        register_payer(PURCHASES)
        register_section(
            "Chuyển khoản đang chờ",
            "transfers",
            may_see_money,
            about="Người mua chuyển thẳng cho gian hàng.",
            order=60,
            room=Room.MONEY,
        )
        # Its own look back covers days on which no worker was there.
        register_periodic(
            BADGES_JOB,
            timedelta(days=1),
            announce_turning_badges,
            label="nhãn OCOP bắt đầu hoặc hết hạn hôm nay",
            at=time(0, 5),
        )
        # Two lanes: a platform that answers nobody may hold up one of them for as long as its time-outs.
        for lane in ("platforms.push", "platforms.push_beside"):
            register_periodic(lane, timedelta(seconds=1), push_due, label="gửi tin lên sàn")
        register_periodic(
            "platforms.reconcile", timedelta(days=1), reconcile_all, label="đối chiếu với sàn", at=time(2, 30)
        )
        register_periodic("platforms.look", timedelta(seconds=2), look_at_due, label="xem kết quả trên sàn")
        register_periodic("payments.ask", timedelta(seconds=10), live_attempts, label="hỏi VNPAY về lần trả chưa rõ")
        register_periodic("payments.refund", timedelta(seconds=10), live_refunds, label="gửi yêu cầu hoàn tiền")
        register_periodic(
            "payments.ask_refunds", timedelta(minutes=5), live_refunds_asked, label="hỏi VNPAY về khoản đang hoàn"
        )
        register_periodic("payments.trials", timedelta(seconds=10), see_to_trials, label="lo các lần thử của ứng dụng")
        register_periodic(
            "orders.accept", timedelta(seconds=1), accept_paid_orders, label="báo người bán đơn đã trả tiền"
        )
        register_periodic(
            "orders.release", timedelta(minutes=1), release_forgotten_purchases, label="trả hàng của đơn bỏ dở"
        )


OBJECTS = {
    "application": "ứng dụng kết nối",
    "shop": "gian hàng",
    "listing": "tin bán",
    "order": "đơn hàng",
    "shop_order": "đơn của gian hàng",
    "payment": "khoản tiền",
    "refund": "khoản hoàn tiền",
    "connection": "kết nối sàn",
    "sheet_batch": "tệp gửi sàn",
    "platform_listing": "tin trên sàn",
    "platform": "sàn",
    "drift": "chỗ lệch với sàn",
}
VOCABULARY = {
    "listing.written": "viết tin bán",
    "listing.published": "đăng bán",
    "listing.paused": "ngừng bán",
    "listing.withdrawn": "đưa tin bán về bản nháp",
    "listing.badges_set": "đặt dấu chứng nhận cho tin",
    "listing.sent_again": "gửi lại tin lên sàn",
    "listing.platform_off": "thôi bán ở một sàn",
    "listing.platform_on": "bán lại ở một sàn",
    "shop_order.to_pack": "đơn được nhận",
    "shop_order.packed": "đóng gói xong",
    "shop_order.sent": "gửi hàng đi",
    "shop_order.delivered": "giao xong",
    "shop_order.cancelled": "hủy đơn của gian hàng",
    "shop_order.return_asked": "người mua xin trả hàng",
    "shop_order.returned": "nhận lại hàng",
    "order.placed": "đặt hàng",
    "order.paid": "đơn hàng đã trả tiền",
    "order.paid_late": "đơn hàng trả tiền sau khi hủy",
    "order.released": "hủy đơn hàng chưa trả tiền",
    "payment.settled": "nhận đủ tiền",
    "application.connected": "kết nối ứng dụng",
    "application.closed": "đóng ứng dụng kết nối",
    "application.key_made": "tạo khóa ứng dụng",
    "application.key_revoked": "thu hồi khóa ứng dụng",
    "payment.paid_twice": "trả tiền hai lần",
    "payment.paid_late": "tiền đến sau khi đã hủy",
    "payment.paid_other": "trả số tiền không còn được đòi",
    "refund.asked": "yêu cầu hoàn tiền",
    "refund.approved": "duyệt hoàn tiền",
    "refund.withdrawn": "rút yêu cầu hoàn tiền",
    "payment.closed_by_report": "đóng lần trả theo đối soát",
    "refund.contradicted": "VNPAY nói khác kết quả hoàn tiền đã ghi",
    "refund.case_closed": "ghi cách xử lý khoản hoàn",
    "ledger.exported": "tải sổ tiền về",
    "refund.corrected": "sửa sổ theo báo cáo hoàn tiền",
    "refund.sent_again": "gửi lại yêu cầu hoàn tiền",
    "refund.decided": "ghi kết quả hoàn tiền theo đối soát",
    "refund.succeeded": "đã hoàn tiền",
    "refund.failed": "không hoàn được tiền",
    "platform.category_named": "ghi ngành hàng của sàn",
    "sheet.exported": "lấy tệp gửi sàn",
    "sheet.answered": "nhận tệp kết quả của sàn",
    "connection.stopped": "ngừng kết nối vì sàn từ chối",
    "drift.decided": "quyết chỗ lệch với sàn",
    "drift.twin_begun": "bắt đầu gỡ bản trùng trên sàn",
    "link.confirmed": "xác nhận thấy trên sàn",
    "link.refused": "báo chưa thấy trên sàn",
}
