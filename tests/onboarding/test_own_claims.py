"""Nobody confirms on a platform what they claimed themselves: in the action and in the database."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.audit.models import AuditEntry
from core.people.queries import SYSTEM
from onboarding.accounts.actions import OwnClaim, claim_account, claim_link, observe
from onboarding.accounts.models import Observation, OutsideLink, Platform
from tests.people import People

PAGE = "https://voso.vn/nuoc-mam-p778899.html"
RAW = """INSERT INTO onboarding_observation
         (link_id, at, observer, observed_by_id, result, seen_title, evidence_hash) VALUES (%s, %s, %s, %s, %s, '', '')"""


def link_of(people: People, *, account_by: str, link_by: str) -> OutsideLink:
    viewers = {"": SYSTEM} | {name: people.viewer(name) for name in people.users}
    platform = Platform.objects.get(code="voso")
    account = claim_account(platform=platform, producer=people.producer, by=viewers[account_by])
    return claim_link(account=account, url=PAGE, by=viewers[link_by])


@pytest.mark.parametrize(("account_by", "link_by"), [("chi", "buu"), ("buu", "chi"), ("chi", ""), ("", "chi")])
def test_the_claimant_does_not_confirm(people: People, account_by: str, link_by: str) -> None:
    link = link_of(people, account_by=account_by, link_by=link_by)
    chi, trail = people.users["chi"].pk, AuditEntry.objects.count()
    with pytest.raises(OwnClaim):
        observe(link=link, result="live", observer="person", by=people.viewer("chi"))
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="observation_not_by_claimant"), transaction.atomic():
            cursor.execute(RAW, [link.pk, timezone.now(), "person", chi, "live"])
        assert (Observation.objects.count(), AuditEntry.objects.count()) == (0, trail)
        # That it is gone speaks against oneself, so it counts; and so does what somebody else saw.
        cursor.execute(RAW, [link.pk, timezone.now(), "person", chi, "gone"])
        cursor.execute(RAW, [link.pk, timezone.now(), "person", people.users["phuong"].pk, "live"])
    assert Observation.objects.count() == 2


def test_another_person_and_a_robot_confirm(people: People) -> None:
    link = link_of(people, account_by="buu", link_by="buu")
    observe(link=link, result="live", observer="person", by=people.viewer("chi"))
    observe(link=link, result="live", observer="adapter", by=SYSTEM)
    observe(link=link, result="gone", observer="person", by=people.viewer("buu"))
    assert list(Observation.objects.order_by("pk").values_list("result", flat=True)) == ["live", "live", "gone"]
