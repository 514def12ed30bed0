"""What programs that speak Stripe have made here: their keys, and Stripe's objects over our payments, attempts, charges and refunds.

Money has one place, the tables of `market/payments`; these rows name it for a program and add what only a program asked to be kept.
Personal text (e-mails, addresses, bodies that repeat them) is encrypted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from market.payments.models import Payment, PaymentAttempt, Refund
from onboarding.producers.models import Producer


class ConnectedApplication(models.Model):
    """A program of a producer's that takes payments: Stripe's "account". What it takes in earnest is owed to the producer."""

    public_id = models.CharField(max_length=40, unique=True)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="connected_applications")
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)


class ApplicationKey(models.Model):
    """A secret key, kept hashed; `hint` is what a page may show of it ("sk_test_…a1b2")."""

    application = models.ForeignKey(ConnectedApplication, on_delete=models.PROTECT, related_name="keys")
    is_live = models.BooleanField()
    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=24)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


class ApiObject(models.Model):
    """What every object of an application has. `public_id` is Stripe's id; test and live objects never meet."""

    public_id = models.CharField(max_length=80, unique=True)
    application = models.ForeignKey(ConnectedApplication, on_delete=models.PROTECT, related_name="+")
    is_live = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["application", "is_live", "-id"], name="%(class)s_newest")]


class Customer(ApiObject):
    """Whom a program sells to. Deleted ones stay as a number without any text: payments may name them."""

    email = EncryptedTextField(blank=True, default="")
    email_index = BlindIndexField(of="email", purpose="customer-email", db_index=True)
    private = EncryptedTextField(blank=True, default="")  # JSON: name, phone, address, shipping, description
    metadata = models.JSONField(default=dict)
    deleted_at = models.DateTimeField(null=True)

    class Meta(ApiObject.Meta):
        pass


class PaymentIntent(ApiObject):
    """Stripe's object over one payment, whose reference is its id; `status` is Stripe's, kept so that lists need no sums."""

    class Status(models.TextChoices):
        REQUIRES_PAYMENT_METHOD = "requires_payment_method", "chờ chọn cách trả"
        REQUIRES_CONFIRMATION = "requires_confirmation", "chờ xác nhận"
        REQUIRES_ACTION = "requires_action", "chờ khách trả"
        PROCESSING = "processing", "đang xác nhận"
        SUCCEEDED = "succeeded", "đã nhận tiền"
        CANCELED = "canceled", "đã hủy"

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="intent")
    status = models.CharField(max_length=24, choices=Status.choices)
    client_secret = models.CharField(max_length=80)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="intents")
    method = models.CharField(max_length=10, blank=True, default="")  # "vnpay", "card"; "" until one is chosen
    method_types = models.JSONField()
    bank_code = models.CharField(max_length=20, blank=True, default="")
    return_url = models.TextField(blank=True, default="")
    pay_url = models.TextField(blank=True, default="")  # the gateway's page, while an attempt is open
    description = models.TextField(blank=True, default="")
    statement_descriptor = models.CharField(max_length=22, blank=True, default="")
    private = EncryptedTextField(blank=True, default="")  # JSON: receipt_email, shipping
    metadata = models.JSONField(default=dict)
    last_error = models.JSONField(null=True)
    latest_charge_id = models.CharField(max_length=80, blank=True, default="")
    cancellation_reason = models.CharField(max_length=24, blank=True, default="")
    canceled_at = models.DateTimeField(null=True)

    class Meta(ApiObject.Meta):
        pass


class CheckoutSession(ApiObject):
    """A page of ours on which a payer pays for some lines; its id in the address is what opens it."""

    class Status(models.TextChoices):
        OPEN = "open", "đang mở"
        COMPLETE = "complete", "đã trả"
        EXPIRED = "expired", "đã hết hạn"

    intent = models.OneToOneField(PaymentIntent, on_delete=models.PROTECT, related_name="session")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    # [{"id", "name", "description", "quantity", "unit_amount"}]; amounts in đồng.
    lines = models.JSONField()
    success_url = models.TextField()
    cancel_url = models.TextField(blank=True, default="")
    client_reference_id = models.CharField(max_length=200, blank=True, default="")
    customer_email = EncryptedTextField(blank=True, default="")
    locale = models.CharField(max_length=10, blank=True, default="")
    metadata = models.JSONField(default=dict)
    expires_at = models.DateTimeField(db_index=True)
    completed_at = models.DateTimeField(null=True)

    class Meta(ApiObject.Meta):
        pass


class ApiCharge(ApiObject):
    """An attempt that brought money, or that a bank declined. `told` is the status of the last event about it."""

    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, related_name="api_charges")
    attempt = models.OneToOneField(PaymentAttempt, on_delete=models.PROTECT, related_name="api_charge")
    metadata = models.JSONField(default=dict)
    told = models.CharField(max_length=16, blank=True, default="")

    class Meta(ApiObject.Meta):
        pass


class ApiRefund(ApiObject):
    """Stripe's object over one refund. `told` is the status of the last event about it."""

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="api_refund")
    api_charge = models.ForeignKey(ApiCharge, on_delete=models.PROTECT, related_name="api_refunds")
    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, related_name="api_refunds")
    reason = models.CharField(max_length=24, blank=True, default="")
    metadata = models.JSONField(default=dict)
    told = models.CharField(max_length=16, blank=True, default="")

    class Meta(ApiObject.Meta):
        pass


class ApiEvent(ApiObject):
    """What happened to an object, with the object as it was then. `body` is the event's JSON without `pending_webhooks`' later
    changes: the bytes that are signed and sent."""

    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=80)
    body = EncryptedTextField()

    class Meta(ApiObject.Meta):
        pass


class WebhookEndpoint(ApiObject):
    """Where an application wants to hear of events. While a secret is changed the old one signs as well, for a while."""

    class Status(models.TextChoices):
        ENABLED = "enabled", "đang gửi"
        DISABLED = "disabled", "đã tắt"

    url = models.TextField()
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True)
    enabled_events = models.JSONField()
    description = models.TextField(blank=True, default="")
    metadata = models.JSONField(default=dict)
    api_version = models.CharField(max_length=40, blank=True, default="")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ENABLED)
    failing_since = models.DateTimeField(null=True)  # the first call since the last success that it did not take
    deleted_at = models.DateTimeField(null=True)

    class Meta(ApiObject.Meta):
        pass


class WebhookDelivery(models.Model):
    """One event for one endpoint. `lease_until`: somebody is sending it until then, and whoever wrote that moment may note how it
    went. `round_at`: when a person asked for it again; `tries` are counted since."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ gửi"
        DELIVERED = "delivered", "đã nhận"
        GIVEN_UP = "given_up", "thôi gửi"
        SKIPPED = "skipped", "không gửi"  # the endpoint was off, or its application closed, when its turn came

    event = models.ForeignKey(ApiEvent, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    round_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at"], condition=Q(state="waiting"), name="webhook_deliveries_due"
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_deliveries_newest"),
        ]


class WebhookTry(models.Model):
    """One call of an endpoint. `status` is HTTP's, None where no answer came; `answer` its first letters."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=200, blank=True, default="")
    milliseconds = models.PositiveIntegerField()
    answer = models.CharField(max_length=500, blank=True, default="")


class IdempotencyRecord(models.Model):
    """A request with a key, and what was answered: the same bytes again to whoever repeats it. Without `status` it is running, by
    whoever wrote `locked_at`."""

    application = models.ForeignKey(ConnectedApplication, on_delete=models.CASCADE, related_name="+")
    is_live = models.BooleanField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    request_id = models.CharField(max_length=40)
    locked_at = models.DateTimeField()
    made_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "is_live", "key"], name="idempotency_key_once"),
        ]
