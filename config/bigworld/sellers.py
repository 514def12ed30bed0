"""Who sells of the households: producers, their accounts, pages, what was seen there and what was said of them."""

from __future__ import annotations

from typing import Any

from config.bigworld.fates import FATES, Fate
from config.bigworld.ground import noon, people, platforms
from config.bigworld.plan import World
from config.bigworld.rows import insert_select
from onboarding.accounts.models import AccountActivity, AccountReport, Observation, OutsideLink, PlatformAccount
from onboarding.producers.models import Producer

_WITH_ACCOUNT = [at for at, fate in enumerate(FATES) if fate.has_account]
_WITH_PAGE = [at for at, fate in enumerate(FATES) if fate.live]
# Of a page on VoSo (even numbers) and on Postmart what its address looks like; what the platform says of an account stands in a file.
_URL = """CASE WHEN {kind} = 'shop' AND mod({n}, 2) = 0 THEN 'https://voso.vn/gian-hang-' || {n} WHEN {kind} = 'shop' THEN 'https://postmart.vn/gian-hang-' || {n}
  WHEN mod({n}, 2) = 0 THEN 'https://voso.vn/hang-p' || {n} || '.html' ELSE 'https://postmart.vn/p/hang-' || {n} || '.html' END"""
HASH = """encode(sha256(convert_to('["' || {url} || '", "' || {result} || '", "' || to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') || '", "", null]', 'UTF8')), 'hex')"""


def make_sellers(cursor: Any, world: World) -> None:
    """Of the households in `big_home` those that have a producer, with what their fate says."""
    voso, postmart = platforms()
    values = {"noon": noon(world, 1), "day": world.day, "voso": voso, "postmart": postmart, "officer": people().officer}
    claimed = "%(noon)s - make_interval(days => (310 + mod(b.id, 60))::int)"
    insert_select(
        cursor, Producer, f"big_home b JOIN onboarding_household h ON h.id = b.id WHERE b.fate < {len(FATES)}",
        {"id": "b.id", "kind": "'farm_household'", "name": "'Hộ ' || h.head_name", "household_id": "b.id", "commune_id": "b.commune_id", "phone": "h.phone",
         "phone_index": "h.phone_index", "registered_at": "h.registered_at", "is_demo": "true"},
    )  # fmt: skip
    insert_select(
        cursor, PlatformAccount, f"big_home b WHERE b.fate IN ({_listed(_WITH_ACCOUNT)})",
        {"id": "b.id", "platform_id": "CASE WHEN mod(b.id, 2) = 0 THEN %(voso)s ELSE %(postmart)s END::bigint", "producer_id": "b.id", "seller_id": "'BW' || b.id",
         "opened_by": "'postal'", "claimed_at": claimed},
        values,
    )  # fmt: skip
    kind = f"CASE WHEN b.fate IN ({_listed(at for at in _WITH_PAGE if FATES[at].kind == 'shop')}) THEN 'shop' ELSE 'product' END"
    insert_select(
        cursor, OutsideLink, f"big_home b WHERE b.fate IN ({_listed(_WITH_PAGE)})",
        {"id": "b.id", "kind": kind, "platform_id": "CASE WHEN mod(b.id, 2) = 0 THEN %(voso)s ELSE %(postmart)s END::bigint", "account_id": "b.id",
         "url": _URL.format(kind=f"({kind})", n="b.id"), "claimed_at": claimed},
        values,
    )  # fmt: skip
    for at, fate in enumerate(FATES):
        _what_was_seen(cursor, at, fate, values)


def _what_was_seen(cursor: Any, at: int, fate: Fate, values: dict[str, Any]) -> None:
    looks = (("live", fate.live, 0), ("gone", fate.gone, 1))
    for result, days, turn in looks:
        if days is not None:
            # The moment is made once and then used for the row and its hash.
            source = f"(SELECT b.id, {_ago(days)} AS at, k.url FROM big_home b JOIN onboarding_outsidelink k ON k.id = b.id WHERE b.fate = {at}) s"  # noqa: S608  names and numbers of our own
            insert_select(
                cursor, Observation, source,
                {"id": f"2 * s.id + {turn}", "link_id": "s.id", "at": "s.at", "observer": "'adapter'", "result": f"'{result}'",
                 "evidence_hash": HASH.format(url="s.url", result=f"'{result}'", at="s.at")},
                values,
            )  # fmt: skip
    if fate.report:
        word, first, last = fate.report
        insert_select(
            cursor, AccountReport, f"big_home b WHERE b.fate = {at}",
            {"id": "b.id", "account_id": "b.id", "at": _ago((first, last)), "reporter": "'platform'", "result": f"'{word}'",
             "source_sha256": "encode(sha256('bigworld'), 'hex')"},
            values,
        )  # fmt: skip
    if fate.activity:
        kind, first, last = fate.activity
        insert_select(
            cursor, AccountActivity, f"big_home b WHERE b.fate = {at}",
            {"id": "b.id", "account_id": "b.id", "kind": f"'{kind}'", "happened_on": f"%(day)s::date - {_days((first, last))}", "source": "'platform'",
             "at": "%(noon)s", "source_sha256": "encode(sha256('bigworld'), 'hex')"},
            values,
        )  # fmt: skip


def _ago(days: tuple[int, int]) -> str:
    """A moment between so many days before the world's."""
    return f"(%(noon)s - make_interval(days => {_days((days[0] - 1, days[1] - 1))}))"


def _days(days: tuple[int, int]) -> str:
    return f"({days[0]} + mod(b.id, {days[1] - days[0] + 1}))::int"


def _listed(numbers: Any) -> str:
    return ", ".join(str(each) for each in numbers)
