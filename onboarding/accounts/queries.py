"""Reading accounts: their state on a day, what it rests on, and which platforms count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from core.kit.clock import VIETNAM, window
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import in_force
from onboarding.accounts.models import AccountReport, Observation, OutsideLink, Platform, PlatformAccount
from onboarding.accounts.rules import (
    CONCLUSIVE,
    ENDING,
    KEEPERS,
    TAKING_BACK,
    Look,
    State,
    Word,
    fresh_on,
    limit_on,
    state_on,
)

_LIVE, _GONE = Observation.Result.LIVE, Observation.Result.GONE
RENAMED_AT_MOST = 3  # one platform after another
# "opened", in a file that came from the platform and is kept by its digest; not one that only its asker carried.
_PROOF = Q(result=AccountReport.Result.OPENED, reporter=AccountReport.Reporter.PLATFORM) & ~Q(source_sha256="")


@dataclass(frozen=True)
class AccountState:
    """An account as people read it: `platform` is the platform's code, `state` one of `rules.State`, `words` a sentence;
    `seen_at` is the last moment at which `url`, a page of it, was seen live."""

    platform: str
    state: str
    words: str
    seen_at: datetime | None
    url: str
    pk: int


def counting_on(on: date, prefix: str = "") -> Q:
    """The condition on platforms "counts for the target on that day": itself in force, or what it was renamed to (its
    successor). Accounts and pages stay with the platform on which they were made."""
    found = Q(pk__in=[])
    for steps in range(RENAMED_AT_MOST + 1):
        path = prefix + "successor__" * steps
        found |= in_force(on, path) & Q(**{f"{path}counts_for_target": True})
    return found


def platforms_named(code: str) -> QuerySet[Platform]:
    """The platform with this code, those renamed to it, and what it was renamed to."""
    named = Platform.objects.filter(code=code)
    found = Q(code=code)
    for steps in range(1, RENAMED_AT_MOST + 1):
        found |= Q(**{"successor__" * steps + "code": code})
        named = Platform.objects.filter(pk__in=named.values("successor"))
        found |= Q(pk__in=named.values("pk"))
    return Platform.objects.filter(found)


def with_states(accounts: QuerySet[PlatformAccount], on: date) -> QuerySet[Any]:
    """The accounts as they stand on a day, without another query: `state` (says what `rules.state_on` says), `seen_at`
    and `seen_url` (last seen live, however long ago), `reported_at` (last "opened" in a file of the platform's) and
    `gone_at` (last found gone). Leave out accounts claimed after that day with `claimed_by`."""
    fresh = fresh_on(on)
    looks = Observation.objects.filter(at__lt=fresh.end)
    words = AccountReport.objects.filter(at__lt=fresh.end)
    live, gone, proofs = looks.filter(result=_LIVE), looks.filter(result=_GONE), words.filter(_PROOF)
    my_looks, my_words = Q(link__account=OuterRef("pk")), Q(account=OuterRef("pk"))

    still_live = live.filter(my_looks, at__gte=fresh.start).exclude(
        Exists(gone.filter(_later(), link=OuterRef("link")))
        | Exists(gone.filter(link__account=OuterRef("link__account"), link__kind="shop", at__gt=OuterRef("at")))
        | Exists(words.filter(account=OuterRef("link__account"), result__in=ENDING, at__gt=OuterRef("at")))
    )
    still_opened = proofs.filter(my_words, at__gte=fresh.start).exclude(
        Exists(words.filter(_later(), account=OuterRef("account"), result__in=TAKING_BACK))
        | Exists(gone.filter(link__account=OuterRef("account"), link__kind="shop", at__gt=OuterRef("at")))
    )
    last_gone = gone.filter(my_looks).exclude(_alive_later(live, proofs, "link__account"))
    last_missed = words.filter(my_words, result=AccountReport.Result.NOT_FOUND).exclude(
        _alive_later(live, proofs, "account")
    )
    last_live = live.filter(my_looks).order_by("-at", "-pk")
    return accounts.annotate(
        last_word=Subquery(words.filter(my_words).order_by("-at", "-pk").values("result")[:1]),
        state=Case(
            When(Q(closed_on__lte=on) | Q(last_word=AccountReport.Result.CLOSED), then=Value(State.CLOSED.value)),
            When(Exists(still_live) | Exists(still_opened), then=Value(State.VERIFIED.value)),
            When(Exists(last_gone) | Exists(last_missed), then=Value(State.DEAD.value)),
            default=Value(State.CLAIMED.value),
            output_field=CharField(),
        ),
        seen_at=Subquery(last_live.values("at")[:1]),
        seen_url=Subquery(last_live.values("link__url")[:1]),
        reported_at=Subquery(proofs.filter(my_words).order_by("-at").values("at")[:1]),
        gone_at=Subquery(gone.filter(my_looks).order_by("-at").values("at")[:1]),
    )


def claimed_by(on: date) -> QuerySet[PlatformAccount]:
    """Accounts that had been claimed by the end of that day, in whatever state."""
    return PlatformAccount.objects.filter(claimed_at__lt=window(on).end)


def accounts_visible_to(viewer: Viewer, on: date) -> QuerySet[PlatformAccount]:
    """Accounts claimed by that day in the area of a staff member, with `changed_at`: when one was claimed, looked at or
    reported on last."""
    looks = Observation.objects.filter(link__account=OuterRef("pk")).order_by("-at").values("at")[:1]
    words = AccountReport.objects.filter(account=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = claimed_by(on).filter(viewer.area(*STAFF_ROLES, unit_field="producer__commune"))
    return rows.select_related("platform", "producer__household", "producer__commune").annotate(
        changed_at=Greatest(
            "claimed_at", Coalesce(Subquery(looks), F("claimed_at")), Coalesce(Subquery(words), F("claimed_at"))
        )
    )


def accounts_kept_by(viewer: Viewer) -> QuerySet[PlatformAccount]:
    """Accounts on real platforms that an officer may close and reopen."""
    rows = PlatformAccount.objects.filter(viewer.area(*KEEPERS, unit_field="producer__commune"))
    return rows.filter(platform__is_simulation=False).select_related("platform", "producer__household", "claimed_by")


def shop_pages(account_ids: Collection[int]) -> dict[int, str]:
    """A claimed address of each account: its shop's own page, else the first product page; one query."""
    found: dict[int, str] = {}
    links = OutsideLink.objects.filter(account__in=list(account_ids)).order_by("-kind", "pk")
    for account_id, url in links.values_list("account_id", "url"):
        found.setdefault(account_id, url)
    return found


def state_of_account(account: PlatformAccount, on: date) -> State:
    """The state of one account on a day: what `with_states` says, worked out by `rules.state_on`."""
    seen = Observation.objects.filter(link__account=account, result__in=CONCLUSIVE)
    looks = [
        Look(at, pk, link_id, kind == "shop", result == _LIVE)
        for at, pk, link_id, kind, result in seen.values_list("at", "pk", "link_id", "link__kind", "result")
    ]
    words = [
        Word(each.at, each.pk, each.result, each.reporter == "platform" and bool(each.source_sha256))
        for each in AccountReport.objects.filter(account=account)
    ]
    return state_on(on, closed_on=account.closed_on, looks=looks, words=words)


def account_states(household_ids: Collection[int], on: date) -> dict[int, list[AccountState]]:
    """What people read about the accounts of these households, by household id; one query however many. Simulated
    platforms are left out."""
    accounts = claimed_by(on).filter(producer__household__in=list(household_ids), platform__is_simulation=False)
    rows: Any = (
        with_states(accounts, on)
        .annotate(household_id=F("producer__household"))
        .select_related("platform")
        .order_by("platform__name", "pk")
    )
    found: defaultdict[int, list[AccountState]] = defaultdict(list)
    for row in rows:
        found[row.household_id].append(
            AccountState(row.platform.code, row.state, state_words(row, on), row.seen_at, row.seen_url or "", row.pk)
        )
    return dict(found)


def state_words(account: Any, on: date) -> str:
    """An account of `with_states` in a sentence, with what its state rests on."""
    name = account.platform.name
    if account.state == State.CLOSED:
        return f"Gian hàng trên {name} đã đóng."
    if account.state == State.DEAD:
        return f"Gian hàng trên {name} không còn, xem ngày {_day(account.gone_at)}." if account.gone_at else f"{name} báo không thấy gian hàng này."  # fmt: skip
    fresh = fresh_on(on)
    is_seen = account.seen_at is not None and account.seen_at >= fresh.start
    if account.state == State.VERIFIED:
        if is_seen:
            return f"Đã thấy trên {name} ngày {_day(account.seen_at)}."
        return f"{name} báo đã mở ngày {_day(account.reported_at)}, chưa ai mở trang xem."
    if account.seen_at is not None and not is_seen:
        days = limit_on(on).account_days
        return f"Thấy trên {name} lần cuối ngày {_day(account.seen_at)}, đã quá {days} ngày."
    return f"Khai có gian hàng trên {name}, chưa ai thấy."


def _later() -> Q:
    """After the row outside, or at the same moment but written after it."""
    return Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))


def _alive_later(live: QuerySet[Observation], proofs: QuerySet[AccountReport], account: str) -> Any:
    """Whether the account (at this path of the row outside) was seen live, or named as opened, after that row."""
    return Exists(live.filter(link__account=OuterRef(account), at__gt=OuterRef("at"))) | Exists(
        proofs.filter(account=OuterRef(account), at__gt=OuterRef("at"))
    )


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y}"
