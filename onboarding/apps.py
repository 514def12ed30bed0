"""The storey of those who sell."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "onboarding"
    verbose_name = "Đăng ký"

    def ready(self) -> None:
        from core.audit.actions import register_vocabulary

        register_vocabulary(
            [
                "household.registered",
                "producer.registered",
                "membership.recorded",
                "consent.recorded",
                "platform_account.claimed",
                "link.observed",
            ]
        )
