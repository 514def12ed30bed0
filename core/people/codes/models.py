"""One-time codes sent to a phone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User

MAX_TRIES = 5


class Purpose(models.TextChoices):
    SIGN_IN = "sign_in", "đăng nhập"
    NEW_PHONE = "new_phone", "đổi số điện thoại"
    JOIN = "join", "vào lần đầu bằng điện thoại"


class PhoneCode(models.Model):
    """A six-digit code that was sent, or seems to have been: for a phone that nobody has, the row is the same but
    without a user, and no try is ever right.

    `key` stands in the session that asked, and only that session can use the code.
    """

    key = models.CharField(max_length=43, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="phone_codes")
    phone = EncryptedTextField()
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=MAX_TRIES), name="phone_code_tries_end"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(user__isnull=False), name="phone_code_of_nobody_is_never_used"
            ),
        ]
