"""What the pages of connected applications say of a key."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from market.payments.stripe_api.models import ApplicationKey


def words_of_keys(keys: Iterable[ApplicationKey]) -> str:
    """How many open something: "2 khóa thật, 1 khóa thử"."""
    live = [key.is_live for key in keys]
    real, trial = sum(live), len(live) - sum(live)
    said = []
    if real:
        said.append(ngettext("%(number)d khóa thật", "%(number)d khóa thật", real) % {"number": real})
    if trial:
        said.append(ngettext("%(number)d khóa thử", "%(number)d khóa thử", trial) % {"number": trial})
    return ", ".join(said) or _("chưa có khóa nào dùng được")
