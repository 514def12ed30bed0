"""One person alone makes no verified account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from onboarding.accounts.actions import observe
from onboarding.accounts.models import AccountReport, OutsideLink, PlatformAccount
from onboarding.accounts.queries import state_of_account, with_states
from onboarding.opening.actions.answers import Opened, record_opened
from onboarding.opening.actions.batches import make_batch, mark_sent, take_sheet
from onboarding.opening.actions.confirming import ConfirmRefused, confirm_results
from onboarding.opening.models import OpeningBatch
from tests.onboarding.opening.conftest import home, sent_batch, voso
from tests.people import People

SHA = "b" * 64


def answered(people: People, by: str = "chi", batch: OpeningBatch | None = None) -> OpeningBatch:
    if batch is None:
        home(people.hamlet, "Một")
        batch = sent_batch(people)
    answer = Opened("VS1", "https://voso.vn/gian-hang/mot")
    record_opened(line=batch.lines.get(), answer=answer, sha256=SHA, by=people.viewer(by))
    return batch


def state() -> str:
    """In Python and in SQL, which must agree."""
    account = PlatformAccount.objects.get()
    found: str = with_states(PlatformAccount.objects.all(), clock.today()).get().state
    assert found == state_of_account(account, clock.today())
    return found


@pytest.fixture
def second(people: People) -> str:
    """Thu, another officer of the commune."""
    people.users["thu"] = User.objects.create_user(username="thu", full_name="Thu")
    give_grant(user=people.users["thu"], role=Role.COMMUNE, unit=people.commune, given_by=SYSTEM)
    return "thu"


def test_who_asked_and_answers_makes_a_claim_until_somebody_else_confirms(people: People, second: str) -> None:
    batch = answered(people)
    assert state() == "claimed"
    with pytest.raises(ConfirmRefused, match="nhờ cán bộ khác"):
        confirm_results(batch=batch, sha256=SHA, by=people.viewer("chi"))
    assert state() == "claimed" and AccountReport.objects.count() == 1
    assert confirm_results(batch=batch, sha256=SHA, by=people.viewer(second)) == 1
    assert state() == "verified"
    said = AccountReport.objects.order_by("pk").values_list("reporter", "reported_by", "source_sha256")
    assert list(said) == [
        ("carried", people.users["chi"].pk, SHA),
        ("platform", people.users[second].pk, SHA),
    ]
    assert AuditEntry.objects.filter(action="opening.results_confirmed", actor_id=people.users[second].pk).count() == 1
    with pytest.raises(ConfirmRefused, match="Không còn"):
        confirm_results(batch=batch, sha256=SHA, by=people.viewer(second))


def test_an_answer_brought_by_another_officer_counts_at_once(people: People, second: str) -> None:
    answered(people, by=second)
    assert state() == "verified"


def test_who_only_sent_the_batch_is_one_of_those_who_asked(people: People, second: str) -> None:
    home(people.hamlet, "Một")
    chi, thu = people.viewer("chi"), people.viewer(second)
    batch = make_batch(platform=voso(), commune=people.commune, hamlet=None, by=chi)
    take_sheet(batch=batch, by=chi)
    mark_sent(batch=batch, by=thu)
    answered(people, by=second, batch=batch)
    assert state() == "claimed"
    confirm_results(batch=batch, sha256=SHA, by=chi)
    assert state() == "verified"


def test_a_look_by_another_person_also_settles_it(people: People) -> None:
    answered(people)
    observe(link=OutsideLink.objects.get(), result="live", observer="person", by=people.viewer("phuong"))
    assert state() == "verified"


def test_what_was_found_gone_or_is_too_old_is_not_confirmed(
    people: People, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = answered(people)
    late = clock.now() + timedelta(days=31)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: late)
        with pytest.raises(ConfirmRefused, match="Không còn"):
            confirm_results(batch=batch, sha256=SHA, by=people.viewer(second))
    observe(link=OutsideLink.objects.get(), result="gone", observer="adapter", by=SYSTEM)
    with pytest.raises(ConfirmRefused, match="Không còn"):
        confirm_results(batch=batch, sha256=SHA, by=people.viewer(second))
    assert state() == "dead"


@pytest.mark.parametrize("name", ["hanh", "dung", "buu", "an"])
def test_others_confirm_nothing(people: People, name: str) -> None:
    batch = answered(people)
    before = AuditEntry.objects.count()
    with pytest.raises(PermissionError):
        confirm_results(batch=batch, sha256=SHA, by=people.viewer(name))
    assert (state(), AuditEntry.objects.count()) == ("claimed", before)


def test_the_page_asks_the_second_person_and_not_the_first(people: People) -> None:
    batch = answered(people)
    shown: dict[str, Any] = {}
    for name in ("chi", "phuong"):
        client = Client()
        client.force_login(people.users[name])
        shown[name] = client.get(f"/xa/mo-gian-hang/lo/{batch.pk}/").content.decode()
        assert "Người thứ hai xác nhận tệp kết quả" in shown[name]
    assert ("Tôi đã đối chiếu" in shown["phuong"], "Tôi đã đối chiếu" in shown["chi"]) == (True, False)
    waits = f"Lô {batch.pk}: kết quả của 1 hộ chờ người thứ hai xác nhận."
    told = {name: waits in [todo.sentence for todo in todos_for(people.viewer(name))] for name in ("chi", "phuong")}
    assert told == {"chi": False, "phuong": True}
    answer = client.post(f"/xa/mo-gian-hang/lo/{batch.pk}/xac-nhan", {"sha256": SHA}, follow=True)
    assert "Đã xác nhận kết quả của 1 hộ." in answer.content.decode()
    assert state() == "verified"
