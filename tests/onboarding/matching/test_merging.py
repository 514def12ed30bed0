"""One household of two, and two of one again."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import pytest
from django.db import connection, transaction

from core.audit.models import AuditEntry
from core.kit import clock
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, viewer_for
from core.places.models import Hamlet, Unit
from onboarding.checks.actions.verifying import VerificationRefused, verify_household
from onboarding.checks.models import Revisit, RevisitSample
from onboarding.households.actions import change_household, end_household
from onboarding.households.facts import ProductionFacts
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.matching.actions.merging import (
    MergeRefused,
    NotAllowed,
    decide_distinct,
    merge_households,
    seen_versions,
)
from onboarding.matching.actions.rows import links
from onboarding.matching.actions.unmerging import unmerge
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.matching.queries.pairs import merges_visible_to, moved_words, survivor_of
from onboarding.matching.rules.choosing import COLUMNS, differing
from onboarding.visits.models import Attendance, TrainingSession, Visit
from tests.onboarding.matching.households import dump, fill, household, some_facts, twins
from tests.people import People

pytestmark = pytest.mark.django_db


def merge(people: People, pair: DuplicatePair, keep: Household, by: str = "chi", **choices: str) -> HouseholdMerge:
    return merge_households(pair=pair, keep_id=keep.pk, choices=choices, by=people.viewer(by))


def visit(people: People, of: Household) -> Visit:
    now = clock.now()
    return Visit.objects.create(
        record_id=uuid.uuid4(), hamlet=people.hamlet, commune=people.commune, household=of, visited_by=people.users["hanh"],
        visited_at=now, received_at=now,
    )  # fmt: skip


def test_the_tables_that_go_along_are_found_by_themselves() -> None:
    assert sorted(f"{model.__name__}.{link.name}" for model, link in links()) == [
        "Assignment.household",
        "Attendance.household",
        "HouseholdPhoto.household",
        "IntakeRecord.household",
        "OpeningLine.household",
        "Producer.household",
        "Stallholder.household",
        "Visit.household",
    ]


def test_merging_moves_everything_and_ends_the_other(people: People) -> None:
    pair, first, second = twins(people.hamlet, birth_year=1970, phone="+84912345678")
    seen = visit(people, second)
    done = merge(people, pair, first, birth_year="other", phone="keep")
    first.refresh_from_db()
    second.refresh_from_db()
    seen.refresh_from_db()
    pair.refresh_from_db()
    assert (first.birth_year, first.phone, first.near_key, first.version) == (1970, "", "th1970", 2)
    assert (second.ended_on, second.end_reason, second.merged_into) == (clock.today(), "merged", first)
    assert seen.household == first and pair.state == "merged" and pair.decided_by == people.users["chi"]
    assert moved_words(done) == ["1 lượt đến nhà"] and list(merges_visible_to(people.viewer("chi"))) == [done]
    assert survivor_of(second) == first == survivor_of(first)
    trail = AuditEntry.objects.filter(action="household.merged", object_label__in=labels(first, second))
    assert sorted(trail.values_list("object_label", flat=True)) == sorted(labels(first, second))
    # What happened with it before stays to be read.
    assert AuditEntry.objects.filter(object_label=f"household:{second.pk}", action="household.registered").exists()


def labels(*households: Household) -> list[str]:
    return [f"household:{each.pk}" for each in households]


def test_the_snapshot_is_encrypted(people: People) -> None:
    pair, first, _ = twins(people.hamlet, phone="+84912345678")
    merge(people, pair, first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot FROM onboarding_householdmerge")
        assert cursor.fetchone()[0].startswith("v1.")


def test_merge_then_unmerge_is_as_if_nothing_had_been(people: People) -> None:
    """Over random facts, choices and histories: every row of the storey in full, before and after."""
    merged_rows = aside = taken = 0
    for seed in range(40):
        chance = random.Random(seed)
        with transaction.atomic():
            first = household(people.hamlet, **some_facts(chance))
            second = household(people.hamlet, **some_facts(chance))
            pair = DuplicatePair.objects.get_or_create(
                first=first, second=second, defaults={"score": 50, "reasons": ["name"], "found_at": clock.now()}
            )[0]
            DuplicatePair.objects.filter(pk=pair.pk).update(state="open")
            fill(people, first, second, chance)
            if chance.random() < 0.5:
                Household.objects.filter(pk=first.pk).update(
                    verified_by=people.users["phuong"],
                    verified_at=clock.now(),
                    verified_how="visit",
                    registered_by=people.users["hanh"],
                )
            before = dump()
            keep = chance.choice([first, second])
            choices = {group: chance.choice(["keep", "other"]) for group in COLUMNS}
            done = merge(people, pair, keep, **choices)
            merged_rows += sum(len(each["ids"]) for each in moved(done))
            aside += sum(len(each["aside"]) for each in moved(done))
            taken += len([group for group in differing(first, second) if choices[group] == "other"])
            assert dump() != before
            unmerge(merge=done, by=people.viewer("chi"))
            after = dump()
            found_again = DuplicatePair.objects.get(pk=pair.pk)
            for each in (before, after):  # whether they are still alike is worked out anew
                each["DuplicatePair"] = [row for row in each["DuplicatePair"] if row["id"] != pair.pk]
            assert differences(before, after) == [], seed
            assert found_again.state in {"open", "gone"} and found_again.decided_by is None
            versions = dict(Household.objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", "version"))
            assert min(versions.values()) >= 3
            transaction.set_rollback(True)
    assert merged_rows > 100 and aside > 10 and taken > 50  # the property was put to the test


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    """What differs between two dumps, short enough to read."""
    found = []
    for table, rows in before.items():
        if [row["id"] for row in rows] != [row["id"] for row in after[table]]:
            found.append((table, rows, after[table]))
            continue
        for one, other in zip(rows, after[table], strict=True):
            found += [(table, one["id"], name, one[name], other[name]) for name in one if one[name] != other[name]]
    return found


def moved(done: HouseholdMerge) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.snapshot)["moved"]
    return found


def test_a_row_both_have_is_put_aside_and_comes_back(people: People) -> None:
    pair, first, second = twins(people.hamlet)
    lesson = TrainingSession.objects.create(
        record_id=uuid.uuid4(), hamlet=people.hamlet, commune=people.commune, led_by=people.users["hanh"],
        held_at=clock.now(), received_at=clock.now(),
    )  # fmt: skip
    rows = [Attendance.objects.create(session=lesson, household=each) for each in (first, second)]
    done = merge(people, pair, first)
    assert list(Attendance.objects.values_list("pk", "household")) == [(rows[0].pk, first.pk)]
    unmerge(merge=done, by=people.viewer("chi"))
    assert list(Attendance.objects.order_by("pk").values_list("pk", "household")) == [
        (rows[0].pk, first.pk),
        (rows[1].pk, second.pk),
    ]


def test_what_is_drawn_for_a_second_look_stays_where_it_was(people: People) -> None:
    pair, first, second = twins(people.hamlet)
    today = clock.today()
    sample = RevisitSample.objects.create(
        commune=people.commune, drawn_in=people.commune, period_from=today.replace(day=1), period_to=today.replace(day=28), seed="s", per_mille=50,
        frame_size=2, frame_hash="h", drawn_at=clock.now(),
    )  # fmt: skip
    drawn = Revisit.objects.create(sample=sample, household=second)
    merge(people, pair, first)
    drawn.refresh_from_db()
    assert drawn.household == second


def test_what_came_after_the_merge_stays_with_the_kept_one(people: People) -> None:
    pair, first, second = twins(people.hamlet, birth_year=1970)
    old = visit(people, second)
    done = merge(people, pair, first, birth_year="other")
    new = visit(people, first)
    change_household(household=first, changes={"birth_year": 1971, "has_e_wallet": True}, by=SYSTEM)
    unmerge(merge=done, by=people.viewer("chi"))
    for row in (first, second, old, new):
        row.refresh_from_db()
    assert (old.household, new.household) == (second, first)
    # Changed since: the later word stands.
    assert (first.birth_year, first.has_e_wallet, second.birth_year, second.ended_on) == (1971, True, 1970, None)
    assert done.pk == HouseholdMerge.objects.get(undone_by=people.users["chi"]).pk


def test_verified_facts_that_change_must_be_verified_anew_and_come_back_verified(people: People) -> None:
    pair, first, _second = twins(people.hamlet, birth_year=1970, phone="+84912345678")
    verified = {"verified_by": people.users["phuong"], "verified_at": clock.now(), "verified_how": "visit"}
    Household.objects.filter(pk=first.pk).update(**verified)
    done = merge(people, pair, first, phone="other")
    first.refresh_from_db()
    assert (first.phone, first.verified_by, first.last_written_by) == ("+84912345678", None, people.users["chi"])
    unmerge(merge=done, by=people.viewer("chi"))
    first.refresh_from_db()
    assert (first.phone, first.verified_by, first.last_written_by) == ("", people.users["phuong"], None)


def test_who_edits_between_merge_and_unmerge_does_not_verify_it(people: People) -> None:
    pair, first, _second = twins(people.hamlet, birth_year=1970, phone="+84912345678")
    verified = {"verified_by": people.users["phuong"], "verified_at": clock.now(), "verified_how": "visit"}
    Household.objects.filter(pk=first.pk).update(**verified)
    done = merge(people, pair, first, phone="other")
    change_household(household=first, changes={"head_name": "Ma Văn Hộ"}, by=people.viewer("chi"))
    unmerge(merge=done, by=people.viewer("chi"))
    first.refresh_from_db()
    assert (first.head_name, first.phone, first.verified_by) == ("Ma Văn Hộ", "", None)
    chi = people.users["chi"]
    assert (first.last_written_by, list(first.writers.values_list("user", "is_past"))) == (chi, [(chi.pk, False)])
    with pytest.raises(VerificationRefused):
        verify_household(household=first, how="visit", by=people.viewer("chi"), seen_version=first.version)


def test_a_verification_of_the_merged_one_does_not_outlast_the_merge(people: People) -> None:
    pair, first, _second = twins(people.hamlet, birth_year=1970, phone="+84912345678")
    done = merge(people, pair, first, phone="other")
    change_household(household=first, changes={"head_name": "Tên Sau"}, by=people.viewer("chi"))
    first.refresh_from_db()
    verify_household(household=first, how="call", by=people.viewer("phuong"), seen_version=first.version)
    unmerge(merge=done, by=people.viewer("chi"))
    first.refresh_from_db()
    assert (first.head_name, first.phone, first.verified_by, first.verified_how) == ("Tên Sau", "", None, "")


def test_chosen_words_keep_their_writers(people: People) -> None:
    """Hanh wrote the other household; taken over by Chi's choice, they are still Hanh's."""
    pair, first, second = twins(people.hamlet)
    change_household(
        household=second, changes={"phone": "+84912345678", "phone_owner": "own"}, by=people.viewer("hanh")
    )
    merge(people, pair, first, phone="other")
    assert set(first.writers.values_list("user", flat=True)) == {people.users["hanh"].pk, people.users["chi"].pk}
    first.refresh_from_db()
    with pytest.raises(VerificationRefused, match="Bạn đã ghi một phần"):
        verify_household(household=first, how="visit", by=people.viewer("hanh"), seen_version=first.version)


def test_production_is_taken_as_a_whole(people: People) -> None:
    pair, first, _second = twins(people.hamlet, production=(ProductionFacts("trees", "điều", area_m2=5000),))
    old = list(first.production_lines.values())
    done = merge(people, pair, first, production="other")
    assert list(first.production_lines.values_list("goods", "area_m2")) == [("điều", 5000)]
    unmerge(merge=done, by=people.viewer("chi"))
    assert list(first.production_lines.values()) == old == []


class TestChains:
    def three(self, people: People) -> tuple[list[Household], dict[str, DuplicatePair]]:
        rows = [household(people.hamlet) for _ in range(3)]
        names = ("ab", "ac", "bc")
        return rows, dict(zip(names, DuplicatePair.objects.order_by("pk"), strict=True))

    def test_a_into_b_into_c_is_undone_from_the_end(self, people: People) -> None:
        (a, b, c), pairs = self.three(people)
        seen = visit(people, a)
        before = dump()
        one = merge(people, pairs["ab"], b)
        two = merge(people, pairs["bc"], c)
        a.refresh_from_db()
        seen.refresh_from_db()
        assert seen.household == c and survivor_of(a) == c
        with pytest.raises(MergeRefused, match="Hãy tách lần gộp đó trước"):
            unmerge(merge=one, by=people.viewer("chi"))
        unmerge(merge=two, by=people.viewer("chi"))
        seen.refresh_from_db()
        assert seen.household == b
        unmerge(merge=one, by=people.viewer("chi"))
        assert dump() == before
        with pytest.raises(MergeRefused, match="đã được tách lại rồi"):
            unmerge(merge=one, by=people.viewer("chi"))

    def test_two_into_one_are_undone_the_last_first(self, people: People) -> None:
        (a, b, c), pairs = self.three(people)
        before = dump()
        one = merge(people, pairs["ac"], c)
        two = merge(people, pairs["bc"], c)
        with pytest.raises(MergeRefused, match=f"gộp thêm hộ số {b.pk}"):
            unmerge(merge=one, by=people.viewer("chi"))
        for each in (two, one):
            unmerge(merge=each, by=people.viewer("chi"))
        assert dump() == before and a.pk < b.pk

    def test_what_was_merged_is_merged_no_more(self, people: People) -> None:
        (a, b, _c), pairs = self.three(people)
        merge(people, pairs["ab"], b)
        states = dict(DuplicatePair.objects.values_list("pk", "state"))
        assert [states[pairs[name].pk] for name in ("ab", "ac", "bc")] == ["merged", "gone", "open"]
        for name in ("ab", "ac"):
            with pytest.raises(MergeRefused):
                merge(people, pairs[name], a)

    def test_an_ended_household_is_not_merged(self, people: People) -> None:
        (a, b, _c), pairs = self.three(people)
        end_household(household=a, reason="moved", by=SYSTEM)
        DuplicatePair.objects.filter(pk=pairs["ab"].pk).update(
            state="open"
        )  # as a page shows it that was opened before
        with pytest.raises(MergeRefused, match="không còn được tính"):
            merge(people, pairs["ab"], b)


class TestRights:
    def test_others_may_not_and_nothing_changes(self, people: People) -> None:
        pair, first, _second = twins(people.hamlet)
        stranger = household(people.hamlet, "Lê Thị Bé")
        before, entries = dump(), AuditEntry.objects.count()
        for name in ("an", "binh", "dung", "hanh", "buu"):
            with pytest.raises(NotAllowed):
                merge(people, pair, first, by=name)
            with pytest.raises(NotAllowed):
                decide_distinct(pair=pair, note="", by=people.viewer(name))
        with pytest.raises(NotAllowed):  # a machine never merges
            merge_households(pair=pair, keep_id=first.pk, choices={}, by=SYSTEM)
        with pytest.raises(NotAllowed):  # none of the two
            merge(people, pair, stranger)
        assert dump() == before and AuditEntry.objects.count() == entries

    def test_a_pair_of_two_communes_is_the_provinces(self, people: People) -> None:
        other = Unit.objects.filter(level="commune", parent=people.commune.parent, valid_to=None).exclude(
            pk=people.commune.pk
        )[0]
        there = Hamlet.objects.create(commune=other, name="Thôn 5")
        cuc = User.objects.create_user(username="cuc", full_name="Cúc")
        give_grant(user=cuc, role=Role.COMMUNE, unit=other, given_by=SYSTEM)
        first = household(people.hamlet, phone="+84912345678")
        second = household(there, phone="+84912345678")
        pair = DuplicatePair.objects.get()
        for viewer in (people.viewer("chi"), viewer_for(cuc)):
            with pytest.raises(NotAllowed):
                merge_households(pair=pair, keep_id=first.pk, choices={}, by=viewer)
        done = merge(people, pair, second, by="phuong")
        for viewer in (people.viewer("chi"), viewer_for(cuc)):
            with pytest.raises(NotAllowed):
                unmerge(merge=done, by=viewer)
        assert HouseholdMerge.objects.get().undone_at is None

    def test_somebody_changed_one_of_them_since_the_officer_looked(self, people: People) -> None:
        pair, first, second = twins(people.hamlet)
        seen = seen_versions(first, second)
        change_household(household=second, changes={"has_e_wallet": True}, by=SYSTEM)
        with pytest.raises(MergeRefused, match="vừa được sửa"):
            merge_households(pair=pair, keep_id=first.pk, choices={}, by=people.viewer("chi"), seen=seen)
        second.refresh_from_db()
        assert second.ended_on is None


def test_photos_of_both_and_a_changed_key(people: People, settings: Any) -> None:
    """A snapshot written under the old key gives rows whose blind indexes are the new key's."""
    pair, first, second = twins(people.hamlet, phone="+84912345678")
    done = merge(people, pair, first, phone="other")
    settings.FIELD_KEYS = ["new-key-" * 5, *settings.FIELD_KEYS]
    unmerge(merge=done, by=people.viewer("chi"))
    assert list(Household.objects.filter(phone_index__of="+84912345678")) == [second]
    assert not HouseholdPhoto.objects.exists()
