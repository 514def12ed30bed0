"""The ground storey."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from datetime import timedelta

        from core.audit.registry import register_objects, register_vocabulary
        from core.audit.sealing import seal_due, seal_late
        from core.desk.grants.ready import get_grants_ready
        from core.desk.home.ready import get_home_ready
        from core.desk.jobs.ready import get_jobs_ready
        from core.imports.ready import get_imports_ready
        from core.jobs.registry import register_periodic
        from core.messages.ready import get_messages_ready
        from core.people.account.ready import get_accounts_ready
        from core.places.ready import get_places_ready

        register_periodic("audit.seal", timedelta(seconds=20), seal_due, label="niêm phong nhật ký")
        register_periodic("audit.seal_late", timedelta(hours=1), seal_late, label="niêm phong dòng nhật ký đến muộn")

        get_places_ready()
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
            {
                "grant.ended": "kết thúc quyền",
                "grant.renewed": "gia hạn quyền",
                "grant.reviewed": "rà soát quyền",
                "grant.moved": "chuyển quyền theo địa giới mới",
                "operator.made": "giao quyền vận hành",
                "operator.ended": "thôi quyền vận hành",
            }
        )
        get_accounts_ready()
        get_grants_ready()
        get_messages_ready()
        get_home_ready()
        get_jobs_ready()
        get_imports_ready()
