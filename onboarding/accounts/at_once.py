"""The states of many accounts in one pass, for counting: what `queries.with_states`, `doings` and `rules.state_on` say of one
account, worked out table by table. Tests hold the three ways together."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, F, Max, Q, QuerySet, Value, When

from core.kit.clock import window
from core.kit.tables import Table, moment, table_of
from onboarding.accounts.doings import activities_within, traded_elsewhere
from onboarding.accounts.models import AccountActivity, AccountReport, Observation, OutsideLink, PlatformAccount
from onboarding.accounts.rules import State, fresh_on

STATES = "account_states"
# Of each page the last moment at which it was seen live and gone. Of two looks of one moment the one written later stands.
_PAGES = f"""
SELECT k.account_id, k.kind, s.live_at, s.gone_at, CASE WHEN s.gone_at IS NULL OR s.live_at > s.gone_at OR (s.live_at = s.gone_at
    AND 'live' = (SELECT o.result FROM {Observation._meta.db_table} o WHERE o.link_id = s.link_id AND o.at = s.live_at
      AND o.result IN ('live', 'gone') ORDER BY o.id DESC LIMIT 1)) THEN s.live_at END
FROM account_looks s JOIN {OutsideLink._meta.db_table} k ON k.id = s.link_id"""  # noqa: S608  names of our own tables
_SEEN = """
SELECT account_id, MAX(live_at), MAX(gone_at), MAX(CASE WHEN kind = 'shop' THEN gone_at END), MAX(stands_at),
  MAX(CASE WHEN kind = 'product' THEN stands_at END)
FROM account_pages GROUP BY account_id"""
_WORDS = """
SELECT account_id, at, result, is_proof, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY at DESC, pk DESC) FROM account_reports"""
_TOLD = """
SELECT account_id, MAX(CASE WHEN back = 1 THEN result END), MAX(CASE WHEN is_proof THEN at END), MIN(CASE WHEN is_proof THEN back END),
  MIN(CASE WHEN result IN ('closed', 'not_found', 'refused') THEN back END),
  MAX(CASE WHEN result IN ('closed', 'not_found') THEN at END), MAX(CASE WHEN result = 'not_found' THEN at END)
FROM account_words GROUP BY account_id"""
_STATES = f"""
SELECT a.household_id, CASE
    WHEN a.is_closed OR t.last_word = 'closed' THEN '{State.CLOSED.value}'
    WHEN s.stands_at >= %s AND NOT COALESCE(s.stands_at < s.shop_gone_at, FALSE) AND NOT COALESCE(s.stands_at < t.ended_at, FALSE)
      THEN '{State.VERIFIED.value}'
    WHEN t.proof_at >= %s AND NOT COALESCE(t.taken_back < t.proof_back, FALSE) AND NOT COALESCE(t.proof_at < s.shop_gone_at, FALSE)
      THEN '{State.VERIFIED.value}'
    WHEN s.gone_at IS NOT NULL AND NOT COALESCE(s.gone_at < s.live_at, FALSE) AND NOT COALESCE(s.gone_at < t.proof_at, FALSE)
      THEN '{State.DEAD.value}'
    WHEN t.missed_at IS NOT NULL AND NOT COALESCE(t.missed_at < s.live_at, FALSE) AND NOT COALESCE(t.missed_at < t.proof_at, FALSE)
      THEN '{State.DEAD.value}'
    ELSE '{State.CLAIMED.value}' END,
  COALESCE(s.goods_at >= %s, FALSE), a.is_trading OR d.account_id IS NOT NULL, a.is_trading OR COALESCE(d.trades, 0) = 1
FROM accounts a LEFT JOIN account_seen s ON s.account_id = a.pk LEFT JOIN account_told t ON t.account_id = a.pk
  LEFT JOIN account_doings d ON d.account_id = a.pk"""  # noqa: S608  values of our own states
_PROOF = Q(result=AccountReport.Result.OPENED, reporter=AccountReport.Reporter.PLATFORM) & ~Q(source_sha256="")


def states_at_once(
    accounts: QuerySet[PlatformAccount], on: date, days: int, households: QuerySet[Any] | None = None
) -> list[Table]:
    """Tables that end in `account_states` (household_id, state, has_goods, is_active, is_trading; one row an account) for these
    accounts of households; goods, activities and orders of the last `days` days. `households` (a query of their ids) narrows
    what is read."""
    mine = accounts.filter(producer__household__isnull=False)
    if households is not None:
        mine = mine.filter(producer__household__in=households)
    fresh, end = fresh_on(on), window(on).end
    looks = Observation.objects.filter(at__lt=end, result__in=(Observation.Result.LIVE, Observation.Result.GONE))
    words, done = AccountReport.objects.filter(at__lt=end), activities_within(on, days)
    if households is not None:
        looks = looks.filter(link__account__producer__household__in=households)
        words = words.filter(account__producer__household__in=households)
        done = done.filter(account__producer__household__in=households)
    found = [
        table_of("accounts", _flagged(mine, on, days), "pk", "household_id", "is_closed", "is_trading"),
        table_of("account_looks", looks.values("link_id").annotate(
            live_at=Max("at", filter=Q(result=Observation.Result.LIVE)), gone_at=Max("at", filter=Q(result=Observation.Result.GONE))
        ), "link_id", "live_at", "gone_at"),
        Table("account_pages", ("account_id", "kind", "live_at", "gone_at", "stands_at"), _PAGES),
        Table("account_seen", ("account_id", "live_at", "gone_at", "shop_gone_at", "stands_at", "goods_at"), _SEEN),
        table_of("account_reports", words.annotate(is_proof=_true(_PROOF)), "pk", "account_id", "at", "result", "is_proof"),
        Table("account_words", ("account_id", "at", "result", "is_proof", "back"), _WORDS),
        Table("account_told", ("account_id", "last_word", "proof_at", "proof_back", "taken_back", "ended_at", "missed_at"), _TOLD),
        table_of("account_doings", done.values("account_id").annotate(
            trades=Max(Case(When(kind=AccountActivity.Kind.TRADE, then=Value(1)), default=Value(0)))
        ), "account_id", "trades"),
        Table(STATES, ("household_id", "state", "has_goods", "is_active", "is_trading"), _STATES,
              (moment(fresh.start), moment(fresh.start), moment(window(on, days).start))),
    ]  # fmt: skip
    return [each for each in found if each is not None] if all(found) else []


def _flagged(accounts: QuerySet[PlatformAccount], on: date, days: int) -> QuerySet[Any]:
    """The accounts with what is known of them without looking at evidence."""
    return accounts.annotate(
        household_id=F("producer__household"),
        is_closed=_true(Q(closed_on__isnull=False, closed_on__lte=on)),
        is_trading=_true(traded_elsewhere(on, days)),
    )


def _true(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))
