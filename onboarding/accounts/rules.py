"""When an account counts as claimed, verified, dead or closed on a day (pure; `queries.py` says the same in SQL), and who
may keep it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import models

from core.kit.clock import Window, window
from core.people.models import Role
from core.people.queries import Viewer
from onboarding.accounts.models import AccountActivity, AccountReport, Observation
from onboarding.households.models import Household
from onboarding.producers.models import Producer
from onboarding.producers.queries import may_act_for


class State(models.TextChoices):
    """What an account is on a day; computed, never stored."""

    CLAIMED = "claimed", "mới khai"
    VERIFIED = "verified", "đã xác minh"
    DEAD = "dead", "không còn trên sàn"
    CLOSED = "closed", "đã đóng"


@dataclass(frozen=True)
class Limit:
    """How old, in days, the evidence of an account may be on the day that is reported on. In force from `since`."""

    since: date
    account_days: int


# No law sets this number. A new proposal gets a line of its own, so that reports on earlier days stay what they were.
LIMITS = (Limit(since=date(2018, 1, 1), account_days=180),)


def limit_on(on: date) -> Limit:
    """The limit in force on a day; before the first line, the first."""
    return next((limit for limit in reversed(LIMITS) if limit.since <= on), LIMITS[0])


def fresh_on(on: date) -> Window:
    """The moments from which evidence verifies an account on that day."""
    return window(on, limit_on(on).account_days)


@dataclass(frozen=True)
class Look:
    """A conclusive look at a link of the account: live, or gone. `pk` orders looks of one moment."""

    at: datetime
    pk: int
    link_id: int
    is_shop_page: bool
    is_live: bool


@dataclass(frozen=True)
class Word:
    """A report about the account (see `AccountReport`). `is_from_platform`: it stood in the platform's own file, and whoever
    says so is not the one who asked the platform."""

    at: datetime
    pk: int
    result: str
    is_from_platform: bool


# Words after which nothing that was seen or said before stands any more.
ENDING = (AccountReport.Result.CLOSED, AccountReport.Result.NOT_FOUND)
# Words that also take back "opened".
TAKING_BACK = (*ENDING, AccountReport.Result.REFUSED)
CONCLUSIVE = (Observation.Result.LIVE, Observation.Result.GONE)


def state_on(on: date, *, closed_on: date | None, looks: Collection[Look], words: Collection[Word]) -> State:
    """The state of an account on a day, from everything known about it (also what came later: that is left out).

    - closed: its closing day has come, or the last report says closed;
    - verified: within the limit of days a page of it was seen live, or the platform's own file said "opened", and
      nothing since took that back. A product's page that went takes back only itself, the shop's own page takes back all;
    - dead: somebody looked and found it gone, and nothing was live since;
    - claimed: everything else. A claimer's own word is never more.

    Does the platform's file verify by itself? It does: it is the word of the platform's staff, who are not the claimer;
    it is kept by its sha256, its rows name a seller id or a page, and it lapses with the limit unless somebody has
    looked by then. But two people stand behind it: brought by the person who made or sent the batch it is only
    `carried`, and claims, until another one reports the same file. That the claimer's own office carries the file is why boards say "sàn báo" and not "đã thấy", and
    why re-visits are drawn from these households too. A person's word "opened" verifies nothing.
    """
    fresh = fresh_on(on)
    looks = [look for look in looks if look.at < fresh.end]
    words = [word for word in words if word.at < fresh.end]
    last = max(words, key=lambda word: (word.at, word.pk), default=None)
    if (closed_on is not None and closed_on <= on) or (last is not None and last.result == AccountReport.Result.CLOSED):
        return State.CLOSED
    proofs = [word for word in words if word.result == AccountReport.Result.OPENED and word.is_from_platform]
    stand = [look.at for look in looks if look.is_live and _stands(look, looks, words)]
    stand += [word.at for word in proofs if _is_kept(word, looks, words)]
    if any(at >= fresh.start for at in stand):
        return State.VERIFIED
    gone = [look.at for look in looks if not look.is_live]
    gone += [word.at for word in words if word.result == AccountReport.Result.NOT_FOUND]
    alive = [look.at for look in looks if look.is_live] + [word.at for word in proofs]
    if gone and not any(at > max(gone) for at in alive):
        return State.DEAD
    return State.CLAIMED


def _stands(live: Look, looks: Collection[Look], words: Collection[Word]) -> bool:
    return not any(
        (each.link_id == live.link_id and (each.at, each.pk) > (live.at, live.pk))
        or (each.is_shop_page and each.at > live.at)
        for each in looks
        if not each.is_live
    ) and not any(word.result in ENDING and word.at > live.at for word in words)


def _is_kept(opened: Word, looks: Collection[Look], words: Collection[Word]) -> bool:
    return not any(
        word.result in TAKING_BACK and (word.at, word.pk) > (opened.at, opened.pk) for word in words
    ) and not any(look.is_shop_page and not look.is_live and look.at > opened.at for look in looks)


def evidence_hash(seen: Observation) -> str:
    """SHA-256 (hex) over what is kept of a look: where, what, when, the title and the price seen; who else than a person
    looked, and why nothing was concluded, where that is said."""
    facts = [seen.link.url, str(seen.result), seen.at.astimezone(UTC).isoformat(), seen.seen_title, seen.seen_price]
    facts += [seen.robot, str(seen.reason)] if seen.robot or seen.reason else []
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


# Days for which a page counts as live after it was seen, where no dated setting says otherwise.
USUAL_SEEN_WITHIN = 30


# Officers who close and reopen the accounts of producers of their place.
KEEPERS = (Role.COMMUNE, Role.PROVINCE)


def can_keep_account(viewer: Viewer, producer: Producer) -> bool:
    """Whether this person may close or reopen the producer's accounts: who acts for it, and the officers of its place."""
    return viewer.covers(producer.commune, *KEEPERS) or (viewer.is_signed_in and may_act_for(viewer, producer.pk))


# No activity is older than the plan that asks for it (350/QĐ-BTTTT of 24 February 2022).
FIRST_ACTIVITY = date(2022, 2, 24)
TEAM = (Role.TEAM_LEAD, Role.TEAM_MEMBER)


def can_record_activity(viewer: Viewer, producer: Producer, source: str) -> bool:
    """Whether this person may write down what was done with the producer's account on this word: officers of its place on
    any, who acts for it only as its own word, the team of its household's hamlet only what it saw at a visit."""
    if source not in AccountActivity.Source.values or not viewer.is_signed_in:
        return False
    if viewer.covers(producer.commune, *KEEPERS):
        return True
    if source == AccountActivity.Source.PRODUCER:
        return may_act_for(viewer, producer.pk)
    if source != AccountActivity.Source.VISIT or producer.household_id is None:
        return False
    mine = viewer.area(*TEAM, unit_field="commune", hamlet_field="hamlet")
    return Household.objects.filter(mine, pk=producer.household_id).exists()


def can_set_looking(viewer: Viewer) -> bool:
    """Whether this person may say how long a look at a page lasts, and where our robot may look."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR)


def can_change_platforms(viewer: Viewer) -> bool:
    """Whether this person keeps what is known of the platforms themselves."""
    return viewer.is_system or viewer.has_role(Role.PLATFORM_OPERATOR)
