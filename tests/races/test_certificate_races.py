"""Two people of the province decide on one entered paper at once: one confirms it, the other gives it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.people.grants.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.certificates.actions import deciding
from ocop.certificates.actions.deciding import confirm_entry, give_entry_back
from ocop.certificates.actions.entering import EntryRefused, enter_paper
from ocop.certificates.entries import EntryFacts
from ocop.certificates.models import Certificate, CertificateCopy, CertificateEntry
from tests.people import make_people
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")
TEA = EntryFacts("Trà ướp sen", "HTX Trà Sen", "4", "12/QĐ-UBND", "07/05/2026", issuer_level="province", quality="A")


@pytest.fixture
def calls(committed_db: None) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], Any]]:
    """Confirming by Phương, giving back by Quý, confirming by Quý."""
    people = make_people()
    people.users["quy"] = User.objects.create_user(username="quy", full_name="Quý")
    give_grant(user=people.users["quy"], role=Role.PROVINCE, unit=people.commune.parent, given_by=SYSTEM)
    entry = enter_paper(facts=TEA, unit=people.commune, by=people.viewer("chi"))
    phuong, quy = people.viewer("phuong"), people.viewer("quy")
    return (
        lambda: confirm_entry(entry=entry, by=phuong),
        lambda: give_entry_back(entry=entry, reason="Sai số", by=quy),
        lambda: confirm_entry(entry=entry, by=quy),
    )


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Both stop when they have found the paper waiting, before either decides; then one after the other."""
    gate, real = Gate(one_by_one=True), deciding._decide

    def held(*arguments: Any) -> None:
        gate()
        real(*arguments)

    monkeypatch.setattr(deciding, "_decide", held)
    return gate


def kinds(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def test_without_the_lock_a_paper_is_recorded_and_given_back(
    calls: tuple[Callable[[], Any], ...], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_row_locks(monkeypatch)
    answers = at_once(calls[0], calls[1])
    assert kinds(answers) == ["Certificate", "CertificateEntry"] and gate.met
    assert Certificate.objects.count() == 1


def test_one_decision_and_the_other_is_told(calls: tuple[Callable[[], Any], ...], gate: Gate) -> None:
    answers = at_once(calls[0], calls[1])
    [refusal] = [answer for answer in answers if isinstance(answer, EntryRefused)]
    assert str(refusal).startswith("Giấy này vừa được người khác xem xong.")
    is_confirmed = CertificateEntry.objects.get().state == "confirmed"
    assert Certificate.objects.count() == CertificateCopy.objects.count() == int(is_confirmed)


def test_two_confirm_at_once_and_there_is_one_certificate(calls: tuple[Callable[[], Any], ...], gate: Gate) -> None:
    assert kinds(at_once(calls[0], calls[2])) == ["Certificate", "EntryRefused"]
    assert (Certificate.objects.count(), CertificateCopy.objects.count()) == (1, 1)
