"""The config storey."""

from django.apps import AppConfig


class LenSanConfig(AppConfig):
    name = "config"
    verbose_name = "Lên Sàn"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - registers them
