"""Staff screens that only show."""

from __future__ import annotations

from django.contrib import admin

from core.people.admin import ReadOnlyAdmin
from market.payments.models import GatewayMessage, PaymentAttempt
from market.platforms.models import PlatformListing


@admin.register(PlatformListing)
class PlatformListingAdmin(ReadOnlyAdmin):
    list_display = ("listing", "connection", "wanted", "observed", "work", "attempts", "next_try_at", "last_error")
    list_filter = ("connection__platform", "work", "observed")
    list_select_related = ("listing", "connection__platform")


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdmin):
    list_display = ("txn_ref", "amount", "state", "response_code", "transaction_status", "made_at", "next_query_at")
    list_filter = ("state",)


@admin.register(GatewayMessage)
class GatewayMessageAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "verdict", "attempt", "caller_address")
    list_filter = ("kind",)
    list_select_related = ("attempt",)
