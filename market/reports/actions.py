"""Reports come in, goods go down and come back; every step is told to those it concerns."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from core.audit.actions import record
from core.kit import clock
from core.messages.actions import send_message
from core.people.queries import SYSTEM, Viewer
from market.listings.actions import locked_good, put_back, take_down
from market.listings.models import Listing
from market.reports.models import Appeal, Reason, Report, ReportStep, Takedown
from market.reports.rules import ABOUT_LINKS, ANSWER_WITHIN, can_appeal, can_decide, can_handle
from market.shops.models import Shop
from onboarding.accounts.actions import observe
from onboarding.accounts.models import Observation, OutsideLink
from onboarding.producers.queries import on_behalf_of, people_of


class NotAllowed(PermissionError):
    """The person may not do this here."""


class AlreadyDecided(Exception):
    """Somebody was faster; the message says so to a person."""


@dataclass(frozen=True)
class Said:
    """What the reporter wrote. `contact` is a phone or an e-mail address, or ""."""

    reason: str
    words: str
    contact: str = ""


@transaction.atomic
def take_report(
    *, said: Said, shop: Shop, listing: Listing | None, by: Viewer, link: OutsideLink | None = None
) -> Report:
    """Keep a report; the clock of 24 hours begins. Anybody may, signed in or not."""
    now = clock.now()
    report = Report.objects.create(
        number=f"PA{now.astimezone(clock.VIETNAM):%y%m%d}{secrets.token_hex(3).upper()}",
        key=secrets.token_urlsafe(24),
        listing=listing,
        shop=shop,
        link=link,
        about=(listing.name if listing else shop.name)[:200],
        reason=said.reason,
        words=said.words,
        contact=said.contact,
        reporter_id=by.user_id,
        made_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    _step(report, "Đã nhận phản ánh. Cán bộ trả lời trong 24 giờ.", by)
    record(
        "report.taken",
        actor_id=by.user_id,
        object_label=f"report:{report.pk}",
        unit_code=shop.producer.commune.code,
        changes={"lý do": ("", str(report.get_reason_display()))},
    )
    return report


@transaction.atomic
def take_down_for(*, report: Report, words: str, by: Viewer) -> Takedown:
    """The report is right: the listing goes off all pages, and its seller is told what to mend (`words`).

    Raises NotAllowed, AlreadyDecided (answered meanwhile, or no listing to take down).
    """
    report = _open_report(report, by)
    if report.listing is None or report.reason in ABOUT_LINKS:
        raise AlreadyDecided("Phản ánh này không nói về một tin bán ở đây, nên không gỡ tin được.")
    # One decision is about the whole good, whichever of its sizes was reported.
    listing = locked_good(report.listing)[0]
    takedown = Takedown.objects.filter(listing=listing, lifted_at__isnull=True).first()
    if takedown is None:
        takedown = Takedown.objects.create(
            listing=listing, report=report, reason=report.reason, words=words, by_id=_person(by), at=clock.now()
        )
        take_down(listing=listing, by=by)
        _note("takedown.made", takedown, by, ("đang bán", str(takedown.get_reason_display())))
        _tell_sellers("listing.taken_down", takedown, key=f"takedown:{takedown.pk}", words=words)
    _close(report, Report.State.TAKEN_DOWN, "Tin đã được gỡ xuống. Cảm ơn bạn đã báo.", by)
    return takedown


@transaction.atomic
def answer_report(*, report: Report, state: str, answer: str, by: Viewer) -> Report:
    """Close a report without taking goods down: mended, or unfounded. A dead link that was looked at and found dead
    becomes an observation, so that it counts no more. Raises NotAllowed, AlreadyDecided."""
    report = _open_report(report, by)
    if state == Report.State.MENDED and report.link is not None and report.reason in ABOUT_LINKS:
        observe(link=report.link, result=Observation.Result.GONE, observer=Observation.Observer.PERSON, by=by)
    return _close(report, state, answer, by)


@transaction.atomic
def appeal(*, takedown: Takedown, words: str, by: Viewer) -> Appeal:
    """The seller objects, or says that it is mended. Raises NotAllowed, AlreadyDecided."""
    takedown = _held(takedown)
    if not can_appeal(by, takedown):
        raise NotAllowed
    if takedown.appeals.filter(outcome=Appeal.Outcome.WAITING).exists():
        raise AlreadyDecided("Đề nghị trước của bạn đang chờ xét.")
    made = Appeal.objects.create(
        takedown=takedown, words=words, by_id=_person(by), at=clock.now(), taken_down_by_id=takedown.by_id
    )
    _note("takedown.appealed", takedown, by)
    return made


@transaction.atomic
def decide_appeal(*, appeal: Appeal, is_granted: bool, answer: str, by: Viewer) -> Appeal:
    """Somebody else than who took it down decides. Granting puts the goods back. Raises NotAllowed, AlreadyDecided."""
    takedown = _held(appeal.takedown)
    appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
    appeal.takedown = takedown
    if not can_decide(by, appeal):
        raise NotAllowed
    if appeal.outcome != Appeal.Outcome.WAITING or takedown.lifted_at is not None:
        raise AlreadyDecided("Đề nghị này đã được quyết rồi.")
    appeal.outcome = Appeal.Outcome.GRANTED if is_granted else Appeal.Outcome.REFUSED
    appeal.answer, appeal.decided_by_id, appeal.decided_at = answer, by.user_id, clock.now()
    appeal.save()
    _note("takedown.appeal_decided", takedown, by, ("đang chờ xét", str(appeal.get_outcome_display())))
    if is_granted:
        _lift(takedown, answer, by)
    _tell_sellers(
        "appeal.decided",
        takedown,
        key=f"appeal:{appeal.pk}",
        words=answer,
        outcome=str(appeal.get_outcome_display()),
    )
    return appeal


def _lift(takedown: Takedown, because: str, by: Viewer) -> None:
    takedown.lifted_by_id, takedown.lifted_at, takedown.lifted_because = by.user_id, clock.now(), because
    takedown.save(update_fields=["lifted_by", "lifted_at", "lifted_because"])
    put_back(listing=takedown.listing, by=by)
    if takedown.report is not None:
        _step(takedown.report, "Người bán đã được bán lại sau khi xem xét.", by)


def _open_report(report: Report, by: Viewer) -> Report:
    held = Report.objects.select_for_update(of=("self",)).select_related(
        "shop__producer__commune", "listing", "link__account"
    )
    report = held.get(pk=report.pk)
    if not can_handle(by, report.shop, report.listing, report.reporter_id):
        raise NotAllowed
    if report.closed_at is not None:
        raise AlreadyDecided("Phản ánh này đã được trả lời rồi.")
    return report


def _held(takedown: Takedown) -> Takedown:
    """The takedown, held after its goods: a second report of them waits there, and sees what was decided here. Never the
    shop: whoever closes it holds it and then waits for its goods."""
    locked_good(takedown.listing)
    rows = Takedown.objects.select_for_update(of=("self",)).select_related(
        "listing__shop__producer__commune", "report__shop"
    )
    return rows.get(pk=takedown.pk)


def _close(report: Report, state: str, answer: str, by: Viewer) -> Report:
    report.state, report.answer, report.handled_by_id, report.closed_at = state, answer, by.user_id, clock.now()
    report.save(update_fields=["state", "answer", "handled_by", "closed_at"])
    _step(report, f"{report.get_state_display()}: {answer}"[:300], by)
    record(
        "report.answered",
        actor_id=by.user_id,
        object_label=f"report:{report.pk}",
        unit_code=report.shop.producer.commune.code,
        changes={"tình trạng": (str(Report.State.OPEN.label), str(report.get_state_display()))},
    )
    if report.reporter is not None:
        send_message(
            "report.answered",
            user=report.reporter,
            context={"number": report.number, "about": report.about, "answer": answer},
            key=f"report:{report.pk}",
            link=reverse("report", args=[report.key]),
            by=SYSTEM,
        )
    return report


def _person(by: Viewer) -> int:
    """Taking down and objecting are a named person's. Raises NotAllowed."""
    if by.user_id is None:
        raise NotAllowed
    return by.user_id


def _step(report: Report, words: str, by: Viewer) -> None:
    ReportStep.objects.create(report=report, words=words, by_id=by.user_id, at=clock.now())


def _note(word: str, takedown: Takedown, by: Viewer, change: tuple[str, str] | None = None) -> None:
    producer = takedown.listing.shop.producer
    record(
        word,
        actor_id=by.user_id,
        object_label=f"takedown:{takedown.pk}",
        unit_code=producer.commune.code,
        changes={"tình trạng": change} if change else None,
        **on_behalf_of(by, producer.pk),
    )


def _tell_sellers(kind: str, takedown: Takedown, *, key: str, **context: str) -> None:
    facts = {"listing": takedown.listing.name, "reason": str(Reason(takedown.reason).label)} | context
    for user in people_of(takedown.listing.shop.producer_id):
        send_message(
            kind, user=user, context=facts, key=key, link=reverse("seller_takedown", args=[takedown.pk]), by=SYSTEM
        )
