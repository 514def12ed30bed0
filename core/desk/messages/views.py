"""The operator's page of what was sent: what waits, what stopped and why."""

from __future__ import annotations

from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.messages import rules
from core.messages.actions.deliver import send_again
from core.messages.models import Message
from core.messages.queries import outgoing, tallies
from core.people.queries import viewer_of
from core.people.views import View, signed_in

PER_PAGE = 25
AT_ONCE = 500


def _for_those_who_look_after(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not rules.may_see_messages(viewer_of(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(guarded)


@_for_those_who_look_after
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits, what stopped and why, and the last messages that went out; numbers are masked."""
    viewer = viewer_of(request)
    page = Paginator(outgoing(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tallies": tallies(viewer),
        "page": page,
        "may_send": rules.may_send_again(viewer),
    }
    return render(request, "core/desk/messages/outbox.html", context)


@require_POST
@_for_those_who_look_after
def again(request: HttpRequest) -> HttpResponse:
    """Send the stopped messages of one kind, channel, state and reason again."""
    viewer = viewer_of(request)
    if not rules.may_send_again(viewer):
        raise Http404
    wanted = {name: request.POST.get(name, "") for name in ("kind", "channel", "state", "reason", "sentence")}
    stopped = Message.objects.filter(**wanted).order_by("made_at")[:AT_ONCE]
    count = sum(send_again(message=message, by=viewer) for message in stopped)
    if count:
        messages.success(request, _("Đang gửi lại %(count)d tin.") % {"count": count})
    else:
        messages.info(request, _("Không còn tin nào như vậy để gửi lại."))
    return redirect("outbox")
