"""The answer to «Hiện số»."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.people.queries import viewer_of
from core.people.reveal.actions import NotForYou, reveal
from core.people.reveal.registry import revealable
from core.people.views import signed_in


@require_POST
@never_cache
@signed_in
def show(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The value in full, on a page that is not kept; asking again is noted again."""
    try:
        found = reveal(code=code, number=number, by=viewer_of(request))
    except NotForYou as error:
        raise Http404 from error
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/di-tiep/"
    return render(
        request, "core/people/reveal/shown.html", {"found": found, "field": revealable(code), "back_url": back}
    )
