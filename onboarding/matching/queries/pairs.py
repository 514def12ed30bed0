"""Pairs that an officer may decide, decided ones, and what is known of the two households of a pair."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer
from onboarding.accounts.models import PlatformAccount
from onboarding.households.models import Household, HouseholdPhoto
from onboarding.matching.models import DuplicatePair, HouseholdMerge
from onboarding.matching.queries.phones import phones_to_look_at
from onboarding.matching.rules.rights import DECIDERS
from onboarding.producers.models import Producer
from onboarding.visits.models import Attendance, Visit

_PLACES = tuple(f"{side}__{place}" for side in ("first", "second") for place in ("hamlet", "commune"))
_MOVED_WORDS = {
    "onboarding.visit": "lượt đến nhà",
    "onboarding.attendance": "lần dự tập huấn",
    "onboarding.producer": "chủ thể bán hàng (kèm gian hàng)",
    "onboarding.householdphoto": "ảnh",
    "onboarding.intakerecord": "phiếu gửi từ máy",
    "onboarding.openingline": "dòng mở gian hàng",
}


def _both_mine(viewer: Viewer, first: str, second: str) -> Q:
    return viewer.area(*DECIDERS, unit_field=f"{first}__commune") & viewer.area(
        *DECIDERS, unit_field=f"{second}__commune"
    )


def pairs_visible_to(viewer: Viewer) -> QuerySet[DuplicatePair]:
    """Pairs of which both households are in the area of this officer, with their places; the likeliest first."""
    rows = DuplicatePair.objects.filter(_both_mine(viewer, "first", "second"))
    return rows.select_related(*_PLACES, "decided_by").order_by("-score", "pk")


def pairs_in_state(viewer: Viewer, *, state: str, at_least: int = 0, words: str = "") -> QuerySet[DuplicatePair]:
    """Those in a state, with at least this score, and a head's name that contains these words."""
    rows = pairs_visible_to(viewer).filter(state=state, score__gte=at_least)
    folded = fold_words(words)
    if folded:
        rows = rows.filter(Q(first__folded_name__contains=folded) | Q(second__folded_name__contains=folded))
    return rows


def merges_visible_to(viewer: Viewer) -> QuerySet[HouseholdMerge]:
    """Merges of households of this officer's area, the newest first; undone ones too."""
    rows = HouseholdMerge.objects.filter(_both_mine(viewer, "kept", "absorbed")).defer("snapshot")
    places = ("kept__hamlet", "kept__commune", "absorbed__hamlet", "absorbed__commune", "merged_by", "undone_by")
    return rows.select_related(*places).order_by("-merged_at", "-pk")


def moved_words(merge: HouseholdMerge) -> list[str]:
    """["2 lượt đến nhà", "1 chủ thể bán hàng (kèm gian hàng)"]: what went along with the merge."""
    counts: Counter[str] = Counter()
    for each in json.loads(merge.snapshot)["moved"]:
        counts[_MOVED_WORDS.get(each["model"], "bản ghi khác")] += len(each["ids"]) + len(each["aside"])
    return [f"{count} {words}" for words, count in counts.items() if count]


def survivor_of(household: Household) -> Household:
    """The household that this one was merged into, and that one, to the last; itself when it was not."""
    seen = {household.pk}
    while household.merged_into_id is not None and household.merged_into_id not in seen:
        household = Household.objects.get(pk=household.merged_into_id)
        seen.add(household.pk)
    return household


def histories(households: Iterable[Household]) -> dict[int, list[str]]:
    """What happened with each of these households, as sentences; five queries."""
    ids = [household.pk for household in households]
    found: defaultdict[int, list[str]] = defaultdict(list)
    visits = Visit.objects.filter(household__in=ids).order_by().values_list("household")
    for pk, count, last in visits.annotate(count=Count("pk"), last=Max("visited_at")):
        found[pk].append(f"{count} lượt tổ đến nhà, gần nhất ngày {last.astimezone(clock.VIETNAM):%d/%m/%Y}.")
    lessons = Attendance.objects.filter(household__in=ids).order_by().values_list("household")
    for pk, count in lessons.annotate(count=Count("pk")):
        found[pk].append(f"{count} lần dự tập huấn.")
    for producer in Producer.objects.filter(household__in=ids).order_by("pk"):
        found[producer.household_id or 0].append(f"Chủ thể bán hàng: {producer.name}.")
    accounts = PlatformAccount.objects.filter(producer__household__in=ids).select_related("platform", "producer")
    for account in accounts.order_by("platform__name", "pk"):
        ended = f", đóng ngày {account.closed_on:%d/%m/%Y}" if account.closed_on else ""
        found[account.producer.household_id or 0].append(f"Gian hàng trên {account.platform.name}{ended}.")
    photos = HouseholdPhoto.objects.filter(household__in=ids).order_by().values_list("household")
    for pk, count in photos.annotate(count=Count("pk")):
        found[pk].append(f"{count} ảnh.")
    return dict(found)


def todos(viewer: Viewer) -> Iterable[Todo]:
    """Pairs and phones that wait for this officer."""
    if not viewer.has_role(*DECIDERS):
        return
    waiting = pairs_visible_to(viewer).filter(state=DuplicatePair.State.OPEN).count()
    if waiting:
        yield Todo(f"{waiting} cặp hộ có thể trùng chờ bạn xem.", reverse("duplicates"), "So hai hộ", 4, "wait")
    shared = len(phones_to_look_at(viewer))
    if shared:
        sentence = f"{shared} số điện thoại có hơn ba hộ cùng dùng. Các hộ này chưa được tính vào tỷ lệ."
        yield Todo(sentence, reverse("shared_phones"), "Xem các số này", 3, "warn")
