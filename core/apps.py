"""The ground storey."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from core.audit.actions import register_vocabulary

        register_vocabulary(
            ["grant.given", "person.made", "entry_code.issued", "entry_code.used", "api_token.made"],
        )
        register_vocabulary(
            ["grant.ended", "grant.renewed", "grant.reviewed", "grant.moved", "operator.made", "operator.ended"]
        )
