"""Messages to people: what shall be sent, what became of it, and what people want to get."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from core.kit import phones
from core.kit.append_only import AppendOnlyRows
from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.messages.contract import Channel, Purpose
from core.messages.registry import label_of
from core.people.models import User

ADDRESS_INDEX = "message-address"


class Message(models.Model):
    """One message to one person through one channel. The row is the intent first and the record afterwards.

    Without a `user` it goes to a phone. `address` and `text` are erased in time; the rest stays.
    A message of the inbox is sent by being written; `read_at` is when its person opened it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        SENDING = "sending", "đang gửi"
        SENT = "sent", "đã gửi"
        UNKNOWN = "unknown", "không rõ đã tới chưa"
        FAILED = "failed", "không gửi được"
        SUPPRESSED = "suppressed", "không gửi"

    reference = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=60)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    address = EncryptedTextField(blank=True)
    address_index = BlindIndexField(of="address", purpose=ADDRESS_INDEX, default="")
    title = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    segments = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=30, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(db_index=True)
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=80, blank=True)
    read_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    @property
    def label(self) -> str:
        """The Vietnamese name of the kind; a kind that is no longer registered keeps its code."""
        return label_of(self.kind)

    @property
    def masked_address(self) -> str:
        """Enough to recognise a phone or an e-mail address, too little to use it; "" when it is erased."""
        if self.channel == Channel.SMS:
            return phones.masked(self.address)
        name, at, domain = self.address.partition("@")
        return f"{name[:1]}…{at}{domain}" if at else ""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "channel", "user"], name="message_said_once"),
            models.UniqueConstraint(
                fields=["kind", "key", "channel", "address_index"],
                condition=Q(user__isnull=True) & ~Q(address_index=""),
                name="message_said_once_to_phone",
            ),
            models.CheckConstraint(
                condition=~Q(channel="inbox") | Q(user__isnull=False), name="message_inbox_has_owner"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at__isnull=True)
                | (~Q(state__in=["waiting", "sending"]) & Q(ended_at__isnull=False)),
                name="message_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(channel="inbox"), name="message_read_in_inbox"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "channel", "-made_at"], name="message_of_person"),
            models.Index(
                fields=["user"], condition=Q(channel="inbox", read_at__isnull=True, erased_at__isnull=True), name="message_unread"
            ),
            models.Index(fields=["state", "not_before"], name="message_by_state"),
            models.Index(fields=["address_index", "made_at"], name="message_of_address"),
        ]  # fmt: skip


class MessageChoice(models.Model):
    """What a person or a phone wants to get: a history, the newest row counts. Rows are only ever added."""

    class How(models.TextChoices):
        PAGE = "page", "tự chọn trên trang"
        SMS = "sms", "nhắn từ chối"
        STAFF = "staff", "cán bộ ghi theo lời người nhận"

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # Kept as long as the choice counts: a refusal must be found again after the keys were changed.
    address = EncryptedTextField(blank=True, default="")
    address_index = BlindIndexField(of="address", purpose=ADDRESS_INDEX, default="")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    allowed = models.BooleanField()
    how = models.CharField(max_length=10, choices=How.choices)
    recorded_by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects = AppendOnlyRows.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(address_index=""), name="message_choice_is_somebodys"
            ),
            models.CheckConstraint(condition=~Q(purpose="sign_in"), name="message_choice_not_for_codes"),
        ]
        indexes = [
            models.Index(fields=["user", "channel", "purpose", "-at"], name="message_choice_of_user"),
            models.Index(fields=["address_index", "channel", "purpose", "-at"], name="message_choice_of_phone"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("a choice cannot be changed, a new one is added")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a choice cannot be deleted")


class InboundSms(models.Model):
    """An SMS that came in, stored as it came before it is understood. `signature` makes a repeated call one row."""

    class Meaning(models.TextChoices):
        NEW = "new", "chưa đọc"
        STOP = "stop", "từ chối nhận tin"
        OTHER = "other", "tin khác"
        UNREADABLE = "unreadable", "không đọc được"

    signature = models.CharField(max_length=64, unique=True)
    body = EncryptedTextField(blank=True)
    meaning = models.CharField(max_length=10, choices=Meaning.choices, default=Meaning.NEW)
    received_at = models.DateTimeField(db_index=True)
    erased_at = models.DateTimeField(null=True)
