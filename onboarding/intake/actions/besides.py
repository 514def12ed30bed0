"""What a household's submission says besides its facts: consents, log-in, accounts, the producer's name and phone."""

from __future__ import annotations

import re

from django.db import IntegrityError, transaction

from core.people.actions import make_person
from core.people.queries import Viewer, person_named
from onboarding.accounts.actions import AccountRefused, LinkRefused, claim_account, claim_link, normalise_link
from onboarding.accounts.models import OutsideLink, Platform, PlatformAccount
from onboarding.households.models import Household, PhoneOwner
from onboarding.intake.actions.answers import note_answers
from onboarding.intake.actions.noting import open_issue
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import IntakeIssue, Submission
from onboarding.producers.actions import add_member, change_producer, register_producer
from onboarding.producers.models import Membership, Producer, ProducerKind


def new_producer(household: Household, said: HouseholdSaid, by: Viewer) -> Producer:
    """What the household sells as."""
    is_business = bool(household.has_business_registration)
    return register_producer(
        kind=ProducerKind.BUSINESS_HOUSEHOLD if is_business else ProducerKind.FARM_HOUSEHOLD,
        name=said.selling_name or household.head_name,
        commune=household.commune,
        phone=household.phone,
        household=household,
        by=by,
    )


def note_rest(
    producer: Producer, household: Household, said: HouseholdSaid, submission: Submission, by: Viewer
) -> None:
    """Consents, the household's log-in, and accounts on platforms."""
    note_answers(producer, said, submission)
    _log_in_for(producer, household, by)
    _claim_accounts(producer, said, submission, by)


def follow_in_producer(
    household: Household, said: HouseholdSaid, submission: Submission, by: Viewer, *, phone_before: str
) -> None:
    """After a change of the household: its producer takes a new selling name, and the new phone if it had the
    household's old one (`phone_before`); then the rest. Who was only listed begins to sell when there are consents, accounts or a selling name."""
    producer = household.producers.order_by("pk").first()
    household.refresh_from_db()
    if producer is None:
        if said.consents or said.accounts or said.selling_name:
            note_rest(new_producer(household, said, by), household, said, submission, by)
        return
    had_the_same = producer.phone == phone_before
    producer = change_producer(
        producer=producer, name=said.selling_name, phone=household.phone if had_the_same else None, by=by
    )
    note_rest(producer, household, said, submission, by)


def _log_in_for(producer: Producer, household: Household, by: Viewer) -> None:
    """A log-in under the household's own phone; a relative's phone would hand the shop to the relative."""
    if household.phone_owner != PhoneOwner.OWN or not household.phone or person_named(household.phone):
        return
    if producer.memberships.filter(right=Membership.Right.OWNER).exists():
        return
    try:
        with transaction.atomic():
            user = make_person(phone=household.phone, full_name=household.head_name, by=by)
    except IntegrityError:  # somebody else got this phone in this instant
        return
    add_member(user=user, producer=producer, right=Membership.Right.OWNER, by=by, how="đăng ký tại nhà")


def _claim_accounts(producer: Producer, said: HouseholdSaid, submission: Submission, by: Viewer) -> None:
    """A refused link is something to decide, never a lost record."""
    refused = {}
    for number, each in enumerate(said.accounts, start=1):
        platform = Platform.objects.filter(code=each.platform).first()
        name = f"gian hàng {number}"
        if platform is None:
            refused[name] = ["", f"{each.platform} {each.link}".strip(), "Không có sàn này trong danh mục."]
            continue
        try:
            with transaction.atomic():
                account = claim_account(platform=platform, producer=producer, by=by, seller_id=each.seller_id)
            if each.link:
                _claim_shop(account, each.link, by)
        except (LinkRefused, AccountRefused, IntegrityError) as refusal:  # the last: taken in this very instant
            words = (
                str(refusal) if not isinstance(refusal, IntegrityError) else "Mã người bán này đã là của người khác."
            )
            refused[name] = ["", f"{platform.name}: {each.link or each.seller_id}", words]
    if refused:
        open_issue(IntakeIssue.Kind.REFUSED, submission, refused)


def _claim_shop(account: PlatformAccount, link: str, by: Viewer) -> None:
    """The shop's page; where somebody typed a product's, that. Raises LinkRefused."""
    try:
        claim_link(account=account, url=link, by=by, kind=OutsideLink.Kind.SHOP)
    except LinkRefused:
        pattern = account.platform.link_pattern
        if not pattern or not re.search(pattern, normalise_link(link)):
            raise
        claim_link(account=account, url=link, by=by)
