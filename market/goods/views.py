"""The rules about goods on a day, with their sources."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.kit import clock
from core.people.models import Role
from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from market.goods.models import GoodsRule
from market.goods.queries import rules_in_force
from market.goods.tree import nodes

READERS = (*STAFF_ROLES, Role.PLATFORM_OPERATOR)


@require_safe
@for_roles(*READERS)
def rules(request: HttpRequest) -> HttpResponse:
    """What the law asks of goods on the day asked about (today)."""
    day, understood = _day(request.GET.get("ngay", ""))
    found = sorted(rules_in_force(day), key=lambda rule: rule.get_kind_display())
    groups = [
        (kind, [{"rule": rule, "about": _about(rule)} for rule in rows])
        for kind, rows in groupby(found, key=lambda rule: rule.get_kind_display())
    ]
    context = {"day": day, "groups": groups, "understood": understood}
    return render(request, "market/goods/rules.html", context)


def _day(written: str) -> tuple[date, bool]:
    try:
        return (date.fromisoformat(written), True) if written else (clock.today(), True)
    except ValueError:
        return clock.today(), False


def _about(rule: GoodsRule) -> str:
    """The branches in words; "" for all goods."""
    known = nodes()
    return ", ".join(known[code].name if code in known else code for code in rule.categories)
