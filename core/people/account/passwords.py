"""What a password must be, in Vietnamese sentences: Django's catalogue has none for its own validators."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.people.models import User


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """At least `min_length` characters."""

    def get_error_message(self) -> str:
        return _("Mật khẩu này ngắn quá. Hãy dùng ít nhất %d ký tự.") % self.min_length

    def get_help_text(self) -> str:
        return _("Ít nhất %d ký tự.") % self.min_length


class MaximumLengthValidator:
    """At most `max_length` characters: hashing costs time for each."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError for a longer one."""
        if len(password) > self.max_length:
            words = _("Mật khẩu này dài quá. Hãy dùng nhiều nhất %d ký tự.") % self.max_length
            raise ValidationError(words, code="password_too_long")

    def get_help_text(self) -> str:
        """For pages that list what is asked."""
        return _("Nhiều nhất %d ký tự.") % self.max_length


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """None of the passwords that everybody tries first."""

    def get_error_message(self) -> str:
        return _("Mật khẩu này nhiều người dùng nên dễ bị đoán. Hãy nghĩ một câu ngắn của riêng bạn.")

    def get_help_text(self) -> str:
        return _("Không phải mật khẩu nhiều người dùng.")


class NumericPasswordValidator(password_validation.NumericPasswordValidator):
    """Not digits alone."""

    def get_error_message(self) -> str:
        return _("Mật khẩu này chỉ có số nên dễ bị đoán. Hãy thêm chữ.")

    def get_help_text(self) -> str:
        return _("Không chỉ toàn số.")
