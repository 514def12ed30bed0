"""What the ground storey tells people by itself, as handlers of its events."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from core.messages.actions.write import send_message
from core.people.events import GrantEnded, GrantGiven
from core.people.models import Grant
from core.people.queries import SYSTEM

_DAY = "%d/%m/%Y"


def on_grant_given(event: GrantGiven) -> None:
    """The person reads in their inbox what they may do now, where, until when and by whom."""
    grant = _grant(event.grant_id)
    last = grant.valid_to - timedelta(days=1) if grant.valid_to else None
    values = {
        "role": grant.get_role_display(),
        "place": _place(grant),
        "since": grant.valid_from.strftime(_DAY),
        "until": last.strftime(_DAY) if last else "",
        "giver": grant.given_by.full_name if grant.given_by else "",
    }
    send_message(
        "grant.given", user=grant.user, context=values, key=f"grant:{grant.pk}", link=reverse("my_grants"), by=SYSTEM
    )


def on_grant_ended(event: GrantEnded) -> None:
    """The person reads that a role ended before its time, and why."""
    grant = _grant(event.grant_id)
    until = grant.valid_to.strftime(_DAY) if grant.valid_to else ""
    values = {
        "role": grant.get_role_display(),
        "place": _place(grant),
        "until": until,
        "why": grant.end_reason.rstrip("."),
    }
    key, link = f"grant:{grant.pk}:{until}", reverse("my_grants")
    send_message("grant.ended", user=grant.user, context=values, key=key, link=link, by=SYSTEM)


def _grant(number: int) -> Grant:
    return Grant.objects.select_related("user", "unit", "hamlet", "given_by").get(pk=number)


def _place(grant: Grant) -> str:
    names = [str(place) for place in (grant.hamlet, grant.unit) if place is not None]
    return ", ".join(names) or "cả nước"
