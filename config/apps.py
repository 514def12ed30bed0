"""The config storey."""

from django.apps import AppConfig


class LenSanConfig(AppConfig):
    name = "config"
    verbose_name = "Lên Sàn"

    def ready(self) -> None:
        from django.core.validators import MaxValueValidator, MinValueValidator
        from django.forms import Field
        from django.utils.translation import gettext_lazy as _

        from config import checks  # noqa: F401 - registers them

        # What Django says of its own is no sentence that helps: ours, for every form at once.
        Field.default_error_messages["required"] = _("Hãy điền mục này.")
        MaxValueValidator.message = _("Nhiều nhất là %(limit_value)s.")
        MinValueValidator.message = _("Ít nhất là %(limit_value)s.")
