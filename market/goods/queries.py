"""Reading goods: what may be chosen, and the rules of a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from market.goods.models import Category, GoodsRule


def rules_in_force(on: date) -> list[GoodsRule]:
    """The rules in force on a day in Vietnam, one query. From its first day on a rule is in force, on the day it ends no
    longer; from the day of its suspension on it is not, on the day that ends it is again."""
    in_time = Q(effective_from__lte=on) & (Q(effective_to__isnull=True) | Q(effective_to__gt=on))
    suspended = Q(suspended_from__lte=on) & (Q(suspended_until__isnull=True) | Q(suspended_until__gt=on))
    return list(GoodsRule.objects.filter(in_time).exclude(suspended).order_by("kind", "code"))


def offered_categories() -> QuerySet[Category]:
    """What a seller may choose: the leaves, and the sets for what has no leaf, in the order of the tree."""
    return Category.objects.filter(is_offered=True).order_by("position")
