"""What somebody agreed to, as of now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import BooleanField, OuterRef, Q, Subquery
from django.db.models.lookups import Exact

from core.kit import clock
from onboarding.consent.models import Consent, Notice, Purpose
from onboarding.producers.models import Producer, ProducerKind

# Legal persons are not data subjects; their names and addresses need no consent (Law 91/2025/QH15 protects persons).
LEGAL_PERSONS = frozenset({ProducerKind.COMPANY, ProducerKind.COOPERATIVE, ProducerKind.ASSOCIATION})
# The phone of a legal person is the phone of somebody in it, as a rule the one they sign in with.
ALWAYS_ASKED = frozenset({Purpose.CONTACT})


def current_notice() -> Notice:
    """The version of the notice in force today. Raises Notice.DoesNotExist when reference data is not loaded."""
    found = Notice.objects.filter(valid_from__lte=clock.today()).order_by("-version").first()
    if found is None:
        raise Notice.DoesNotExist("no notice is in force: load the reference data")
    return found


def has_consent(producer: Producer, purpose: Purpose) -> bool:
    """Whether the last answer to this purpose was yes; a legal person needs none except for its phone, silence is no."""
    if producer.kind in LEGAL_PERSONS and purpose not in ALWAYS_ASKED:
        return True
    last = Consent.objects.filter(producer=producer, purpose=purpose).order_by("-at", "-pk").first()
    return last is not None and last.given


def agreeing(purpose: Purpose, *, of: str = "") -> Q:
    """`has_consent` as a filter on producers, or on rows whose producer is their field `of`."""
    outer, kind = (OuterRef(of), f"{of}__kind__in") if of else (OuterRef("pk"), "kind__in")
    last = Consent.objects.filter(producer=outer, purpose=purpose).order_by("-at", "-pk").values("given")[:1]
    said_yes = Q(Exact(Subquery(last, output_field=BooleanField()), True))
    return said_yes if purpose in ALWAYS_ASKED else Q(**{kind: LEGAL_PERSONS}) | said_yes


def last_answers(producer: Producer) -> dict[str, bool]:
    """The last answer to every purpose this producer was ever asked about."""
    rows = Consent.objects.filter(producer=producer).order_by("at", "pk").values_list("purpose", "given")
    return dict(rows)


def answers_taken_back_since(producer: Producer, moment: datetime) -> set[str]:
    """The purposes to which this producer has said no after that moment."""
    return set(Consent.objects.filter(producer=producer, given=False, at__gt=moment).values_list("purpose", flat=True))
