"""People who sign in, and what they may do where.

A person's rights as staff are grants: role × unit × period. No grant, no rows.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.places.models import Hamlet, Unit

PHONE_INDEX = "user-phone"


class LockReason(models.TextChoices):
    """Why a person may not sign in; empty: they may."""

    IDLE = "idle", "không đăng nhập trong 45 ngày"
    BY_STAFF = "staff", "cán bộ quản lý đã khóa"


class User(AbstractUser):
    """Somebody with a log-in. Vietnamese names have no reliable first and last part, so there is one name field."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("họ và tên", max_length=120)
    is_demo = models.BooleanField(default=False)
    phone = EncryptedTextField("số điện thoại", blank=True, default="")
    phone_index = BlindIndexField(of="phone", purpose=PHONE_INDEX, default="")
    # Part of what every session is signed with: one more, and all sessions of the person have ended.
    session_epoch = models.PositiveIntegerField(default=0)
    lock_reason = models.CharField(max_length=10, choices=LockReason.choices, blank=True, default="")
    # Who locked it, if a person did: nobody below them opens it again.
    locked_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    REQUIRED_FIELDS = ["full_name"]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=~Q(phone_index=""), name="user_phone_is_one_persons"
            ),
            models.CheckConstraint(condition=Q(lock_reason="") | Q(is_active=False), name="user_locked_is_inactive"),
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django's own, over the password and the epoch: changing either ends the sessions made before.
        signed = f"{self.password}:{self.session_epoch}"
        return salted_hmac("core.people.session", signed, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    def __str__(self) -> str:
        return self.full_name or self.username


class Role(models.TextChoices):
    NATIONAL = "national", "cán bộ trung ương"
    PROVINCE = "province", "cán bộ tỉnh"
    COMMUNE = "commune", "cán bộ xã"
    TEAM_LEAD = "team_lead", "tổ trưởng tổ công nghệ số"
    TEAM_MEMBER = "team_member", "thành viên tổ công nghệ số"
    PLATFORM_OPERATOR = "platform_operator", "nhân viên sàn"
    AUDITOR = "auditor", "kiểm toán viên"
    ACCOUNTANT = "accountant", "kế toán"


class Grant(models.Model):
    """One role in one unit for a period. Without a unit it is for the whole country (national roles only).

    `valid_to` is the first day without it; an early end moves it, so that a grant taken back on its first day has an
    empty period. `given_at` is unknown of the oldest grants only. `opened_account` marks the grant that a log-in was
    made for: whoever gave it handed out the first slip, and may hand out another. `to_decide` says in Vietnamese what a person must still decide about it (after a commune was split).
    On PostgreSQL an exclusion constraint refuses two equal grants at a time; the action refuses them everywhere.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField(null=True)
    opened_account = models.BooleanField(default=False)
    reviewed_on = models.DateField(null=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    to_decide = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False)
                | Q(role__in=["national", "auditor", "platform_operator", "accountant"]),
                name="grant_without_unit_is_national",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_period_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(hamlet__isnull=True) | Q(role__in=["team_lead", "team_member"]),
                name="grant_of_a_hamlet_is_a_teams",
            ),
        ]


class EntryCode(models.Model):
    """A one-time code handed to a person on paper, for a first log-in without e-mail or SMS."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="entry_codes")
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)


class ApiToken(models.Model):
    """A key for programs; only its hash is kept. It has the grants its person had when it was made, as far as they are
    still in force, and never what an operator may. It ends by itself."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
