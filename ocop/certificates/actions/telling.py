"""Telling makers that a certificate ends: once at each mark."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse

from core.kit import clock
from core.messages.actions import send_message
from core.people.queries import SYSTEM
from ocop.certificates.models import Certificate, RenewalNotice
from ocop.certificates.renewals import MARKS, mark_reached, window_before
from onboarding.producers.queries import people_of

ENDING = "certificate.ending"


@transaction.atomic
def tell_of_ending(*, certificate: Certificate, today: date) -> bool:
    """Tell the people of a certificate's maker how many days are left; False when there is nothing new to say or nobody to tell.

    A mark that passed while no job ran is not made up for: only the last one reached is told, and the ones before count as told.
    """
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("product").get(pk=certificate.pk)
    end = certificate.earliest_end
    mark = mark_reached(end, today) if end is not None else None
    if end is None or mark is None or certificate.renewal_files.filter(result_on__isnull=True).exists():
        return False
    if certificate.renewal_notices.filter(days__lte=mark).exists() or certificate.product.producer_id is None:
        return False
    people = list(people_of(certificate.product.producer_id))
    if not people:
        return False
    context: dict[str, str | int] = {
        "product": certificate.product.shown_name,
        "stars": certificate.stars or "",
        "day": f"{end:%d/%m/%Y}",
        "left": (end - today).days,
        "closes": f"{window_before(end).closes:%d/%m/%Y}",
        "is_late": int(window_before(end).closes < today),
    }
    key = f"certificate:{certificate.pk}:{end:%Y%m%d}:{mark}"
    link = reverse("ocop_check", args=[certificate.check_code])
    for user in people:
        send_message(ENDING, user=user, context=context, key=key, link=link, by=SYSTEM)
    told = set(certificate.renewal_notices.values_list("days", flat=True))
    missed = [days for days in MARKS if days >= mark and days not in told]
    RenewalNotice.objects.bulk_create(
        RenewalNotice(certificate=certificate, days=days, told_at=clock.now()) for days in missed
    )
    return True
