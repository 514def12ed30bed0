"""What every page of markets begins and ends with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from core.people.queries import viewer_of
from onboarding.markets.actions import MarketRefused, NotAllowed
from onboarding.markets.models import Market, Stall
from onboarding.markets.queries.lists import markets_visible_to, stalls_visible_to
from onboarding.markets.rules import can_check, can_run_markets

Made = TypeVar("Made")


def market_of(request: HttpRequest, pk: int, *, to_run: bool = False, to_check: bool = False) -> Market:
    """A market this person sees, keeps (`to_run`) or may check in; everything else is not there."""
    viewer = viewer_of(request)
    found = get_object_or_404(markets_visible_to(viewer), pk=pk)
    if (to_run and not can_run_markets(viewer, found.commune)) or (to_check and not can_check(viewer, found.commune)):
        raise Http404
    return found


def stall_of(request: HttpRequest, pk: int, *, to_run: bool = False, to_check: bool = False) -> Stall:
    """As `market_of`, for a stall."""
    viewer = viewer_of(request)
    found = get_object_or_404(stalls_visible_to(viewer), pk=pk)
    commune = found.market.commune
    if (to_run and not can_run_markets(viewer, commune)) or (to_check and not can_check(viewer, commune)):
        raise Http404
    return found


def attempt(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """What the action made; None when it refused, with its sentence in the form."""
    try:
        return act()
    except NotAllowed as error:
        raise Http404 from error
    except MarketRefused as refusal:
        form.add_error(None, str(refusal))
        return None
