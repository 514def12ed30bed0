"""A seller decides about a difference: their own words, what stands there, or neither."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.queries import listings_of
from market.platforms.models import Drift
from market.platforms.reconcile.actions import NotAllowed, NotPossible, ignore, keep_ours, take_theirs
from market.platforms.seller.differences import SELLERS

# What was posted: the action, what is said after it about an edit, about a removal, and about what was hidden.
_DONE: dict[str, tuple[Callable[..., None], str, str, str]] = {
    "giu": (
        keep_ours,
        "Bạn giữ bản của mình. Bản này sẽ được gửi lại lên %(name)s.",
        "Sản phẩm sẽ được đăng lại lên %(name)s.",
        "Sản phẩm sẽ được cho hiện lại trên %(name)s.",
    ),
    "lay": (
        take_theirs,
        "Sản phẩm ở đây nay theo bản trên %(name)s. Bạn sửa lại được ở trang sản phẩm.",
        "Bạn thôi bán ở %(name)s. Đổi ý thì bấm «Bán lại ở sàn này».",
        "Bạn thôi bán ở %(name)s, tin đang ẩn ở đó sẽ được gỡ. Đổi ý thì bấm «Bán lại ở sàn này».",
    ),
    "de": (
        ignore,
        "Để nguyên như vậy. Việc này chỉ hiện lại khi %(name)s thay đổi nữa.",
        "Để nguyên như vậy. Sản phẩm không tự đăng lại lên %(name)s.",
        "Để nguyên như vậy. Sản phẩm vẫn ẩn trên %(name)s.",
    ),
}


@require_POST
@signed_in
def decide(request: HttpRequest, sku: str, pk: int) -> HttpResponse:
    """One difference of one's own listing."""
    viewer = viewer_of(request)
    drifts = Drift.objects.select_related("row__listing__shop", "connection__platform")
    drift = get_object_or_404(drifts, pk=pk, kind__in=SELLERS, row__listing__in=listings_of(viewer).filter(sku=sku))
    act, edited, removed, hidden = _DONE.get(request.POST.get("quyet", ""), (None, "", "", ""))
    if act is None:
        raise Http404
    try:
        act(drift=drift, by=viewer)
    except NotAllowed:
        messages.error(request, _("Mục này không lấy về được. Hãy giữ bản của bạn hoặc để nguyên."))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        words = {Drift.Kind.REMOVED: removed, Drift.Kind.HIDDEN: hidden}.get(Drift.Kind(drift.kind), edited)
        messages.success(request, _(words) % {"name": drift.connection.platform.name})
    return redirect("seller_on_platforms", sku=sku)
