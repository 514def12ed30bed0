"""The first page of the accountant's place: what waits for a person, and how the book stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.desk.registry import Room, sections_for, todos_for
from core.people.queries import viewer_of
from market.ledger.accounts import BANK, GATEWAY, HELD, REFUNDS, UNCLEAR
from market.ledger.queries import standing_accounts
from market.payments.desk.guard import sees_money
from market.payments.desk.queries.home import money_waiting, standing_of


@require_safe
@never_cache
@sees_money
def home(request: HttpRequest) -> HttpResponse:
    """Every group with its count; what other parts of this place ask for; the balances."""
    viewer = viewer_of(request)
    waiting = money_waiting(viewer)
    counted = {group.url for group in waiting}
    others = [todo for todo in todos_for(viewer) if todo.url.startswith(Room.MONEY) and todo.url not in counted]
    context = {
        "waiting": waiting,
        "is_calm": not others and not any(group.count for group in waiting),
        "todos": others,
        "standing": standing_of(standing_accounts()),
        "accounts": {"gateway": GATEWAY, "bank": BANK, "held": HELD, "refunds": REFUNDS, "unclear": UNCLEAR},
        "sections": sections_for(viewer, Room.MONEY),
    }
    return render(request, "market/payments/desk/home.html", context)
