"""The ground storey."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from core.audit.registry import register_objects, register_vocabulary

        register_objects({"user": "tài khoản", "grant": "quyền"})
        register_vocabulary(
            {
                "grant.given": "cấp quyền",
                "person.made": "mở tài khoản",
                "entry_code.issued": "cấp mã vào lần đầu",
                "entry_code.used": "vào lần đầu bằng mã",
                "api_token.made": "tạo khóa API",
                "audit.details_erased": "xóa nội dung đã ghi kèm nhật ký",
            }
        )
        register_vocabulary(
            ["grant.ended", "grant.renewed", "grant.reviewed", "grant.moved", "operator.made", "operator.ended"]
        )
