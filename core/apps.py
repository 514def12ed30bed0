"""The ground storey."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Nền tảng"

    def ready(self) -> None:
        from core.audit.registry import register_vocabulary
        from core.desk.grants.ready import get_grants_ready
        from core.desk.home.ready import get_home_ready
        from core.desk.jobs.ready import get_jobs_ready
        from core.desk.trail.ready import get_trail_ready
        from core.files.ready import get_files_ready
        from core.imports.ready import get_imports_ready
        from core.messages.ready import get_messages_ready
        from core.people.account.ready import get_accounts_ready
        from core.places.ready import get_places_ready

        get_files_ready()
        get_places_ready()
        get_trail_ready()
        register_vocabulary(
            {
                "grant.given": "cấp quyền",
                "person.made": "mở tài khoản",
                "entry_code.issued": "cấp mã vào lần đầu",
                "entry_code.used": "vào lần đầu bằng mã",
                "api_token.made": "tạo khóa API",
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
