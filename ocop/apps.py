"""The ocop storey."""

from django.apps import AppConfig


class OcopConfig(AppConfig):
    name = "ocop"
    verbose_name = "OCOP"

    def ready(self) -> None:
        from core.audit.actions import register_vocabulary
        from core.events.registry import subscribe
        from ocop.certificates.events import CertificatesChanged
        from ocop.presence.actions import refresh_badges

        register_vocabulary(
            [
                "ocop.imported",
                "ocop_product.recorded",
                "ocop_product.changed",
                "certificate.recorded",
                "certificate.changed",
                "certificate.revoked",
                "presence.linked",
                "presence.unlinked",
            ]
        )
        subscribe(CertificatesChanged, refresh_badges)
