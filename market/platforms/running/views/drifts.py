"""Where platforms and we do not agree: one line each, decided one by one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.people.models import Role
from core.people.queries import viewer_of
from core.people.views import for_roles
from market.platforms.models import Drift
from market.platforms.navigation import desk_tabs
from market.platforms.reconcile.actions import NotAllowed, NotPossible, ignore, keep_ours, take_theirs
from market.platforms.running.queries.connections import connections_known
from market.platforms.running.queries.drifts import differences, open_drifts

operator_page = for_roles(Role.PLATFORM_OPERATOR)
PER_PAGE = 25
_DONE: dict[str, tuple[Callable[..., None], str]] = {
    "giu": (keep_ours, "Giữ bản của ta. Bản này sẽ được gửi lên sàn."),
    "lay": (take_theirs, "Đã nhận tin trên sàn là của ta. Từ nay hệ thống giữ cho đúng."),
    "bo-qua": (ignore, "Đã bỏ qua. Tin này chỉ hiện lại khi sàn thay đổi nữa."),
}
# What is said instead where a kind goes its own way.
_SPECIAL = {
    ("giu", str(Drift.Kind.DUPLICATE)): "Hệ thống đang gỡ bản trùng trên sàn. Kết quả hiện ở đây sau ít phút.",
    ("giu", str(Drift.Kind.HIDDEN)): "Tin sẽ được cho hiện lại trên sàn.",
}


@require_safe
@operator_page
def drifts(request: HttpRequest) -> HttpResponse:
    """Everything that nobody has decided, by kind and platform."""
    connections = list(connections_known())
    kind = _known(request.GET.get("loai", ""), list(Drift.Kind.values))
    platform = _known(request.GET.get("san", ""), [each.platform.code for each in connections])
    page = Paginator(open_drifts(kind, platform), PER_PAGE).get_page(request.GET.get("page"))
    kinds = [(each.value, capfirst(str(each.label))) for each in Drift.Kind]
    platforms = [(each.platform.code, each.platform.name) for each in connections]
    context = {
        "page_obj": page,
        "rows": differences(list(page), viewer_of(request)),
        "is_narrowed": bool(kind or platform),
        "groups": [
            {"label": _("Loại"), "name": "loai", "options": kinds, "chosen": kind},
            {"label": _("Sàn"), "name": "san", "options": platforms, "chosen": platform},
        ],
        "narrowed": urlencode({"loai": kind, "san": platform}),
        "space_items": desk_tabs("platform_drifts", viewer_of(request)),
    }
    return render(request, "market/platforms/running/drifts.html", context)


@require_POST
@operator_page
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Ours, theirs, or neither."""
    found = get_object_or_404(Drift.objects.select_related("row__listing__shop", "connection__platform"), pk=pk)
    act, words = _DONE.get(request.POST.get("quyet", ""), (None, ""))
    if act is None:
        raise Http404
    try:
        act(drift=found, by=viewer_of(request))
    except NotAllowed:
        messages.error(request, _("Việc này chỉ người bán quyết được, vì nó sửa lời của họ."))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _(_SPECIAL.get((request.POST["quyet"], str(found.kind)), words)))
    kept = urlencode(
        {name: request.GET.get(name, "")[:40] for name in ("loai", "san", "page") if request.GET.get(name)}
    )
    return redirect(f"{reverse('platform_drifts')}?{kept}" if kept else "platform_drifts")


def _known(asked: str, known: list[str]) -> str:
    return asked if asked in known else ""
