"""The storey of those who sell."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "onboarding"
    verbose_name = "Đăng ký"

    def ready(self) -> None:
        from core.audit.registry import register_objects, register_subject_labels, register_vocabulary
        from core.desk.registry import register_section
        from core.events.registry import subscribe
        from core.people.account.registry import AccountPage, register_account_page
        from core.people.helping.registry import register_holding
        from core.people.reveal.registry import Revealable, register_revealable
        from core.places.events import MapTurned
        from core.places.registry import register_use
        from onboarding.checks import ready as checks
        from onboarding.consent.actions import on_application_confirmed
        from onboarding.desk import ready as desk
        from onboarding.fieldwork import ready as fieldwork
        from onboarding.fieldwork.slips import ready as slips
        from onboarding.households import actions as households
        from onboarding.households.pilots import actions as pilots
        from onboarding.households.queries import phone_of_household
        from onboarding.intake.ready import register as get_intake_ready
        from onboarding.lists.ready import register as get_lists_ready
        from onboarding.markets import ready as markets
        from onboarding.matching.ready import register as get_matching_ready
        from onboarding.opening import ready as opening
        from onboarding.papers import ready as papers
        from onboarding.producers import actions as producers
        from onboarding.producers.applications.events import ApplicationConfirmed
        from onboarding.producers.applications.ready import register as get_applications_ready
        from onboarding.producers.queries import acts_beyond, helps_somebody, labels_of_member, phone_of_producer
        from onboarding.producers.rules import RECORDERS
        from onboarding.teams.ready import register as get_teams_ready
        from onboarding.visits.ready import register as get_visits_ready

        subscribe(MapTurned, households.follow_map)  # first: a producer follows its household
        subscribe(MapTurned, producers.follow_map)
        subscribe(MapTurned, pilots.follow_map)
        subscribe(ApplicationConfirmed, on_application_confirmed)
        get_teams_ready()
        get_visits_ready()
        get_intake_ready()
        register_use("onboarding.Household", "hộ")
        register_use("onboarding.Producer", "chủ thể")
        register_subject_labels(labels_of_member)
        register_holding("onboarding.Membership", acts_beyond)
        register_revealable("household-phone", Revealable("Số điện thoại của hộ", phone_of_household))
        register_revealable("producer-phone", Revealable("Số điện thoại của chủ thể", phone_of_producer))

        checks.register()
        desk.register()
        fieldwork.register()
        markets.register()
        slips.register()
        opening.register()
        papers.register()
        get_matching_ready()
        get_applications_ready()
        get_lists_ready()
        register_section(
            "Ai làm thay cho ai",
            "member_producers",
            lambda viewer: viewer.has_role(*RECORDERS),
            about="Ghi và kết thúc người được giúp bán hoặc làm thay.",
            order=35,
        )
        register_account_page(
            AccountPage("Tôi làm cho ai", "Chọn chủ thể bạn đang làm thay.", "/lam-thay/", 42, helps_somebody)
        )
        register_objects(
            {
                "household": "hộ",
                "producer": "chủ thể",
                "platform_account": "gian hàng trên sàn",
                "outside_link": "liên kết trên sàn",
            }
        )
        register_vocabulary(
            {
                "household.registered": "đăng ký hộ",
                "household.changed": "sửa thông tin hộ",
                "household.ended": "thôi tính hộ",
                "household.reopened": "tính lại hộ",
                "producer.registered": "đăng ký chủ thể",
                "producer.changed": "sửa tên hoặc điện thoại của chủ thể",
                "producer.readiness_noted": "ghi chủ thể đã có gì để bán trên mạng",
                "membership.recorded": "ghi người được làm cho chủ thể",
                "membership.ended": "kết thúc việc làm cho chủ thể",
                "consent.recorded": "ghi ý kiến đồng ý",
                "platform_account.claimed": "khai gian hàng trên sàn",
                "platform_account.changed": "ghi thêm về gian hàng trên sàn",
                "platform_account.reported": "ghi điều được báo về gian hàng",
                "platform_account.activity": "ghi hoạt động của gian hàng trên sàn",
                "platform_account.closed": "đóng gian hàng trên sàn",
                "platform_account.reopened": "mở lại gian hàng trên sàn",
                "platform.added": "thêm sàn",
                "platform.changed": "sửa thông tin sàn",
                "link.observed": "ghi điều đã thấy trên sàn",
                "platform.seen_within_set": "đặt số ngày một lần thấy trang còn được tính",
                "platform.robots_set": "ghi máy có được xem trang của sàn không",
            }
        )
