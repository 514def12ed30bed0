"""The ocop storey."""

from django.apps import AppConfig


class OcopConfig(AppConfig):
    name = "ocop"
    verbose_name = "OCOP"

    def ready(self) -> None:
        from core.audit.registry import register_objects, register_vocabulary
        from core.events.registry import subscribe
        from core.places.events import MapTurned
        from core.places.registry import register_use
        from ocop.boards import ready as boards
        from ocop.catalogue import ready as catalogue
        from ocop.certificates.events import CertificatesChanged
        from ocop.certificates.ready import register as get_certificates_ready
        from ocop.frames import ready as frames
        from ocop.indicators import ready as indicators
        from ocop.presence.actions import refresh_badges
        from ocop.presence.ready import register as register_presence
        from ocop.rechecks import ready as rechecks
        from ocop.register.actions import follow_map
        from ocop.reports import ready as reports
        from ocop.rulebooks.ready import register as get_rulebooks_ready
        from ocop.snapshots import ready as snapshots
        from ocop.wall import ready as wall

        register_presence()
        register_objects(
            {
                "ocop_product": "sản phẩm OCOP",
                "presence_link": "mối gắn tin bán",
            }
        )
        register_vocabulary(
            {
                "ocop.imported": "nhập danh sách OCOP",
                "ocop_product.recorded": "ghi sản phẩm OCOP",
                "ocop_product.changed": "sửa sản phẩm OCOP",
                "ocop_product.set_chosen": "chọn bộ sản phẩm OCOP",
                "presence.linked": "gắn tin bán với sản phẩm OCOP",
                "presence.unlinked": "gỡ tin bán khỏi sản phẩm OCOP",
            }
        )
        get_rulebooks_ready()
        get_certificates_ready()
        subscribe(CertificatesChanged, refresh_badges)
        subscribe(MapTurned, follow_map)
        register_use("ocop.OcopProduct", "sản phẩm OCOP")
        frames.register()
        indicators.register()
        snapshots.register()
        rechecks.register()
        catalogue.register()
        reports.register()
        wall.register()
        boards.register()
