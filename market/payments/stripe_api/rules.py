"""Who may connect programs to a producer's money, and what a key needs before there is one."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from core.people.queries import Viewer
from market.payments.rules import may_handle_money
from market.payments.stripe_api.models import ConnectedApplication
from market.payments.vnpay.terminals import has_live_terminal, has_test_terminal
from market.shops.models import Shop
from onboarding.producers.queries import is_owner

MOST_APPLICATIONS = 5
MOST_KEYS = 10


def can_manage_applications(viewer: Viewer, producer_id: int) -> bool:
    """Whether this person may connect programs, make keys and revoke them: the producer's owner; a helper never, and nobody in
    the owner's place."""
    return viewer.is_system or is_owner(viewer, producer_id)


def can_close_application(viewer: Viewer, application: ConnectedApplication) -> bool:
    """Whether this person may close it: its owner, and who handles money here, for the day a key is in the wrong hands."""
    return may_handle_money(viewer) or can_manage_applications(viewer, application.producer_id)


def why_no_key(application: ConnectedApplication, *, is_live: bool) -> str:
    """Why no key of this mode can be made now, with what to do; "" if one can."""
    if not is_live:
        return "" if has_test_terminal() else _("Nơi này chưa có cổng thử của VNPAY, nên chưa tạo được khóa thử.")
    if settings.SELLING != "direct" or not has_live_terminal():
        return _("Nơi này chưa nhận tiền thật qua VNPAY, nên chưa tạo được khóa thật.")
    if not Shop.objects.filter(producer_id=application.producer_id, state=Shop.State.OPEN).exists():
        return _("Khóa thật cần gian hàng đang mở. Hãy mở gian hàng rồi tạo khóa.")
    return ""
