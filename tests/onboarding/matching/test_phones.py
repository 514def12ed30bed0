"""A phone that more than three households give."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from core.audit.models import AuditEntry
from core.desk.registry import todos_for
from core.events.registry import emit
from core.kit import clock
from core.kit.rotation import rotate_keys
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from onboarding.households.actions import change_household, end_household, new_household
from onboarding.households.events import HouseholdsChanged
from onboarding.households.facts import FACTS, HouseholdFacts
from onboarding.households.models import Household
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.actions.phones import ClearRefused, NotAllowed, clear_phone, recount, recount_everything
from onboarding.matching.actions.unmerging import unmerge
from onboarding.matching.models import DuplicatePair, SharedPhone
from onboarding.matching.queries import households_out_of_rates
from onboarding.matching.queries.phones import phone_to_look_at, phones_to_look_at
from tests.onboarding.matching.households import household
from tests.people import People

pytestmark = pytest.mark.django_db
PHONE, OTHER = "+84912345678", "+84912345679"
NAMES = ("Lê Văn Một", "Phạm Thị Hai", "Hồ Ba", "Đỗ Quang Tư", "Vũ Minh Năm", "Bùi Sáu")


def sharing(people: People, count: int, **facts: Any) -> list[Household]:
    return [household(people.hamlet, name, phone=PHONE, **facts) for name in NAMES[:count]]


def shared() -> list[tuple[int, bool]]:
    return [(row.households, row.is_flagged) for row in SharedPhone.objects.order_by("pk")]


def out() -> set[int]:
    return set(Household.objects.filter(households_out_of_rates()).values_list("pk", flat=True))


def test_three_may_share_a_phone_and_the_fourth_flags_it(people: People) -> None:
    rows = sharing(people, 3)
    assert shared() == [(3, False)] and out() == set()
    assert DuplicatePair.objects.filter(state="open").count() == 3
    rows.append(household(people.hamlet, NAMES[3], phone=PHONE, phone_owner="relative"))
    assert shared() == [(4, True)] and out() == {row.pk for row in rows}
    # From now on the phone says nothing: the pairs it made are gone.
    assert DuplicatePair.objects.filter(state="open").count() == 0
    assert AuditEntry.objects.filter(action="phone.flagged").count() == 1


def test_two_phones_of_two_are_nothing(people: People) -> None:
    household(people.hamlet, "Lê Bảy", phone=OTHER)
    sharing(people, 2)
    assert shared() == []


def test_a_list_flags_at_once(people: People) -> None:
    with transaction.atomic():
        rows = Household.objects.bulk_create(
            new_household(
                record_id=uuid.uuid4(),
                facts=HouseholdFacts(f"Người {number}", people.hamlet, phone=PHONE, phone_owner="unknown"),
                by=SYSTEM,
                source="import",
            )
            for number in range(60)
        )
        emit(HouseholdsChanged(tuple(row.pk for row in rows), frozenset(FACTS), are_new=True))
    assert shared() == [(60, True)] and len(out()) == 60


def test_whoever_changes_phone_ends_or_is_merged_shares_no_more(people: People) -> None:
    rows = sharing(people, 5)
    change_household(household=rows[0], changes={"phone": OTHER}, by=SYSTEM)
    assert shared() == [(4, True)] and out() == {row.pk for row in rows[1:]}
    end_household(household=rows[1], reason="moved", by=SYSTEM)
    assert shared() == [(3, False)] and out() == set()
    # Now the phone speaks again.
    assert DuplicatePair.objects.filter(state="open").count() == 3
    change_household(household=rows[0], changes={"phone": PHONE}, by=SYSTEM)
    pair = DuplicatePair.objects.get(first=rows[0], second=rows[2])
    DuplicatePair.objects.filter(pk=pair.pk).update(state="open")
    assert shared() == [(4, True)]
    done = merge_households(pair=pair, keep_id=rows[0].pk, choices={}, by=people.viewer("chi"))
    assert shared() == [(3, False)]
    unmerge(merge=done, by=people.viewer("chi"))
    assert shared() == [(4, True)]
    for row in (rows[0], rows[2]):
        change_household(household=row, changes={"phone": "", "phone_owner": "none"}, by=SYSTEM)
    assert shared() == []  # a number that two share is not kept


def test_clearing_holds_until_one_more_comes(people: People) -> None:
    sharing(people, 4)
    pk = SharedPhone.objects.get().pk
    done = clear_phone(pk=pk, reason="một đại gia đình", by=people.viewer("chi"))
    assert (done.cleared_for, done.cleared_by, done.is_flagged) == (4, people.users["chi"], False)
    assert (
        out() == set() and AuditEntry.objects.filter(action="phone.cleared", actor_id=people.users["chi"].pk).exists()
    )
    with pytest.raises(ClearRefused):
        clear_phone(pk=pk, reason="nữa", by=people.viewer("chi"))
    # A cleared phone is still many people's: it makes no pairs.
    assert not DuplicatePair.objects.filter(state="open").exists()
    sharing(people, 5)
    assert shared() == [(9, True)] and len(out()) == 9


def test_who_may_clear(people: People) -> None:
    rows = sharing(people, 4)
    pk = SharedPhone.objects.get().pk
    for name in ("an", "dung", "hanh", "buu"):
        with pytest.raises(NotAllowed):
            clear_phone(pk=pk, reason="x", by=people.viewer(name))
        assert phones_to_look_at(people.viewer(name)) == []
    neighbour = Unit.objects.filter(level="commune", parent=people.commune.parent, valid_to=None).exclude(
        pk=people.commune.pk
    )[0]
    household(Hamlet.objects.create(commune=neighbour, name="Thôn 5"), "Lê Bảy", phone=PHONE)
    row = phone_to_look_at(people.viewer("chi"), pk)
    assert row is not None and {each.pk for each in row.households} == {each.pk for each in rows} and row.elsewhere == 1
    with pytest.raises(NotAllowed):  # one of them is another commune's
        clear_phone(pk=pk, reason="x", by=people.viewer("chi"))
    assert SharedPhone.objects.get().cleared_for == 0
    assert clear_phone(pk=pk, reason="người quen", by=people.viewer("phuong")).cleared_for == 5


def test_it_is_something_to_do_for_the_commune_only(people: People) -> None:
    sharing(people, 4)
    household(people.hamlet)
    household(people.hamlet)
    sentences = {name: [todo.sentence for todo in todos_for(people.viewer(name))] for name in ("chi", "hanh", "an")}
    assert "1 cặp hộ có thể trùng chờ bạn xem." in sentences["chi"]
    assert "1 số điện thoại có hơn ba hộ cùng dùng. Các hộ này chưa được tính vào tỷ lệ." in sentences["chi"]
    assert not any("trùng" in each or "dùng" in each for name in ("hanh", "an") for each in sentences[name])


def test_what_is_true_on_an_earlier_day(people: People) -> None:
    sharing(people, 4)
    now = clock.now()
    day = timedelta(days=1)
    SharedPhone.objects.update(flagged_at=now - 3 * day)

    def count(before: Any) -> int:
        return Household.objects.filter(households_out_of_rates(before)).count()

    assert [count(now - 4 * day), count(now - 2 * day), count(now)] == [0, 4, 4]
    clear_phone(pk=SharedPhone.objects.get().pk, reason="họ hàng", by=people.viewer("chi"))
    SharedPhone.objects.update(cleared_at=now - day)
    assert [count(now - 2 * day), count(now)] == [4, 0]


def test_it_holds_while_keys_are_changed(people: People, settings: Any) -> None:
    old = settings.FIELD_KEYS
    sharing(people, 3)
    settings.FIELD_KEYS = ["new-key-" * 5, *old]
    household(people.hamlet, NAMES[3], phone=PHONE)
    assert shared() == [(4, True)] and len(out()) == 4
    assert Household.objects.filter(phone_index__of=PHONE).values("phone_index").distinct().count() == 2
    assert len(phones_to_look_at(people.viewer("chi"))) == 1
    recount_everything()
    assert shared() == [(4, True)]
    rotate_keys()
    settings.FIELD_KEYS = ["new-key-" * 5]
    assert shared() == [(4, True)] and len(out()) == 4
    end_household(household=Household.objects.get(head_name=NAMES[3]), reason="moved", by=SYSTEM)
    assert shared() == [(3, False)] and out() == set()


def test_the_count_heals(people: People, settings: Any) -> None:
    """As if four writers had written at one instant, none seeing the others; half of them under the old key."""
    old = settings.FIELD_KEYS
    rows = sharing(people, 4)
    SharedPhone.objects.all().delete()
    settings.FIELD_KEYS = ["new-key-" * 5, *old]
    for row in rows[:2]:
        row.save()
    assert recount_everything() == 1
    assert shared() == [(4, True)]
    Household.objects.filter(pk=rows[0].pk).update(ended_on=clock.today())  # behind our back
    recount_everything()
    assert shared() == [(3, False)]
    assert recount([]) == []
