"""The config storey."""

from django.apps import AppConfig


class LenSanConfig(AppConfig):
    name = "config"
    verbose_name = "Lên Sàn"
