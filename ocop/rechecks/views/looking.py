"""Somebody opened a drawn page and says what is there."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.people.queries import viewer_of
from core.people.views import for_roles
from ocop.frames.tabs import board_tabs
from ocop.rechecks.actions.looking import RecheckRefused, record_look
from ocop.rechecks.forms import LookForm
from ocop.rechecks.queries import pages_visible_to, things_of
from ocop.rechecks.rules import OFFICERS, refusal_to_look
from ocop.rechecks.wording import page_facts


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(*OFFICERS)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The page to open, and the form for what was seen."""
    viewer = viewer_of(request)
    page = get_object_or_404(pages_visible_to(viewer), pk=pk)
    refusal = refusal_to_look(viewer, page)
    form = LookForm(page, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            record_look(page=page, by=viewer, **form.cleaned_data)
        except RecheckRefused as told:
            form.add_error(None, str(told))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(
                request,
                _(
                    "Đã ghi. Còn hay không còn thì không ghi lại; không kết luận được thì người khác có thể xem tiếp trong hạn."
                ),
            )
            return redirect("recheck_item", page.item_id)
    context = {
        "space_items": board_tabs(request),
        "page": page,
        "facts": page_facts(page),
        "thing": things_of([page.item])[page.item.pk],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "ocop/rechecks/look.html", context)
