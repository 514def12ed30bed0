"""Recording what somebody agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.people.queries import Viewer
from onboarding.consent.events import ConsentsRecorded
from onboarding.consent.models import BASIS, Consent, LegalBasis, Notice, Purpose
from onboarding.consent.queries import current_notice, last_answers
from onboarding.producers.applications.events import ApplicationConfirmed
from onboarding.producers.models import Application, Producer
from onboarding.producers.queries import on_behalf_of

_ANSWER = {True: "đồng ý", False: "không đồng ý"}


@transaction.atomic
def record_consents(
    *,
    producer: Producer,
    answers: Mapping[str, bool],
    means: str,
    by: Viewer,
    notice: Notice | None = None,
    said_at: datetime | None = None,
) -> list[Consent]:
    """Store one row per purpose answered; purposes that rest on law are noted as such with every first record.

    `answers` maps purpose → yes or no; `notice` is the version that was read (by default the one in force). `said_at` is
    when it was said, if that was earlier: a yes counts from then, a no from now, so that a clock that runs slow hides no
    refusal. Raises ValueError for a purpose that is not asked for.
    """
    asked = {purpose.value for purpose, basis in BASIS.items() if basis == LegalBasis.CONSENT}
    if unknown := set(answers) - asked:
        raise ValueError(f"not asked by consent: {sorted(unknown)}")
    notice = notice or current_notice()
    now = clock.now()
    given_on = [(purpose, LegalBasis.CONSENT, given) for purpose, given in answers.items()]
    if not producer.consents.filter(purpose=Purpose.REGISTER).exists():
        given_on.append((Purpose.REGISTER, LegalBasis.STATE_MANAGEMENT, True))
    rows = [
        Consent(
            producer=producer,
            purpose=purpose,
            basis=basis,
            notice=notice,
            given=given,
            means=means,
            at=min(said_at or now, now) if given else now,
            recorded_by_id=by.user_id,
        )
        for purpose, basis, given in given_on
    ]
    before = {purpose: _ANSWER[given] for purpose, given in last_answers(producer).items()}
    Consent.objects.bulk_create(rows)
    record(
        "consent.recorded",
        actor_id=by.user_id,
        object_label=f"producer:{producer.pk}",
        unit_code=producer.commune.code,
        changes={
            str(Purpose(row.purpose).label): (before.get(row.purpose, ""), _ANSWER[row.given])
            for row in rows
            if row.basis == LegalBasis.CONSENT
        },
        **on_behalf_of(by, producer.pk),
    )
    emit(ConsentsRecorded(producer.pk))
    return rows


def on_application_confirmed(event: ApplicationConfirmed) -> None:
    """What the applicant ticked about their phone counts from now on, as their own word; not ticked, nothing is recorded."""
    row = Application.objects.select_related("producer__commune").get(pk=event.application_id)
    if row.shows_phone and row.producer is not None:
        applicant = Viewer(row.applicant_id)
        record_consents(
            producer=row.producer,
            answers={Purpose.CONTACT: True},
            means=Consent.Means.ONLINE,
            by=applicant,
            said_at=row.made_at,
        )
